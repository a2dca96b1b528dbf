//! One SSH connection to a node: host key checked, user authenticated.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use russh::{
    client::{self, AuthResult, DisconnectReason, Handle},
    keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    clock,
    ssh::{
        closer::Closer,
        command::{Command, Ended},
        error::{ConnectFailure, SshError},
        host_key_problem::HostKeyProblem,
        host_keys::HostKeys,
        login::{self, Login},
        node::Node,
        offer::{Offer, has_no_such_key},
        shown,
        tries::Tries,
        verdict::Shown,
    },
    stage::{Stage, Stages},
};

/// An authenticated connection. Dropping it closes the connection for certain. That ends no command on
/// the node: the `timeout` that it runs under does.
pub struct Session {
    node: Node,
    handle: Handle<Peer>,
    broken: Arc<AtomicBool>,
    stages: Stages,
    _closer: Closer,
}

impl Session {
    /// Connects, checks the host key, and authenticates, which is one of the tries of our key.
    ///
    /// # Errors
    /// `Connect`, `HostKey`, `Key`, `Withheld`, or `Auth` with `next_try` set to now: the caller knows how long
    /// to wait.
    pub async fn open(
        node: &Node,
        login: &Login,
        tries: &Tries,
        stages: &Stages,
    ) -> Result<Session, SshError> {
        let word = |error: &SshError| error.code().name();
        let key = login::load_key(&login.key_file, login.key_passphrase.as_ref());
        let key = key.inspect_err(|error| {
            stages.take(Stage::Auth, Duration::ZERO, Some(word(error)));
        })?;
        let reached = stages.note(Stage::Connect, Session::reach(node, login, stages), word);
        let mut session = reached.await?;
        let within = login.connect_timeout;
        let late = || SshError::Connect {
            node: node.clone(),
            why: ConnectFailure::Timeout(within),
        };
        let one = timeout(within, tries.one()).await.map_err(|_| late())?;
        let one = one.map_err(|until| SshError::withheld(node, login.key_name(), until))?;
        let authenticated = async {
            let end = timeout(within, session.authenticate(key, login)).await;
            end.unwrap_or_else(|_| Err(late()))
        };
        let end = stages.note(Stage::Auth, authenticated, word).await;
        if matches!(end, Err(SshError::Auth { .. })) {
            one.refused();
        }
        end.map(|()| session)
    }

    /// Connects and checks the host key, of whichever type it is.
    async fn reach(node: &Node, login: &Login, stages: &Stages) -> Result<Session, SshError> {
        let place = node.place();
        let offers = login.host_keys.offers(place);
        let mut offers = offers.map_err(|why| SshError::HostKey {
            node: node.clone(),
            why,
        })?;
        let last = offers.pop().unwrap_or_else(Offer::keys);
        for offer in offers {
            match Session::connect(node, login, offer, stages).await {
                Err(SshError::Connect {
                    why: ConnectFailure::Handshake(error),
                    ..
                }) if has_no_such_key(&error) => {}
                session => return session,
            }
        }
        match Session::connect(node, login, last, stages).await {
            // The node has keys of several types, and shows one: the pinned one may be another.
            Err(error @ SshError::HostKey { .. }) if login.host_keys.is_pinned() => {
                let shown = shown::host_keys(place, login.connect_timeout).await;
                let pinned = shown
                    .ok()
                    .and_then(|keys| login.host_keys.offer_of_pinned(keys));
                match pinned {
                    Some(offer) => Session::connect(node, login, offer, stages).await,
                    None => Err(error),
                }
            }
            session => session,
        }
    }

    /// Connects and checks the host key, of one of the types that are asked for.
    async fn connect(
        node: &Node,
        login: &Login,
        offer: Offer,
        stages: &Stages,
    ) -> Result<Session, SshError> {
        let deadline = Instant::now() + login.connect_timeout;
        let failed = |why| SshError::Connect {
            node: node.clone(),
            why,
        };
        let late = |_| failed(ConnectFailure::Timeout(login.connect_timeout));
        let config = Arc::new(login::config(offer));
        let place = node.place();
        let stream = timeout_at(deadline, TcpStream::connect((place.host(), place.port())))
            .await
            .map_err(late)?
            .map_err(|error| failed(ConnectFailure::of(error)))?;
        let (stream, closer) =
            Closer::split(stream).map_err(|error| failed(ConnectFailure::of(error)))?;
        let broken = Arc::new(AtomicBool::new(false));
        let peer = Peer {
            node: node.clone(),
            host_keys: login.host_keys.clone(),
            broken: Arc::clone(&broken),
        };
        let handle = timeout_at(deadline, client::connect_stream(config, stream, peer))
            .await
            .map_err(late)?
            .map_err(|error| match error {
                PeerError::Ssh(error) => failed(ConnectFailure::Handshake(error.into())),
                PeerError::HostKey(why) => SshError::HostKey {
                    node: node.clone(),
                    why,
                },
            })?;
        Ok(Session {
            node: node.clone(),
            handle,
            broken,
            stages: stages.clone(),
            _closer: closer,
        })
    }

    async fn authenticate(&mut self, key: PrivateKey, login: &Login) -> Result<(), SshError> {
        let lost = |source| SshError::Lost {
            node: self.node.clone(),
            source: Arc::new(source),
        };
        let hash = match key.algorithm() {
            // A server that does not say what it takes is asked for SHA-512; SHA-1 is never used.
            Algorithm::Rsa { .. } => {
                match self.handle.best_supported_rsa_hash().await.map_err(lost)? {
                    Some(Some(hash)) => Some(hash),
                    Some(None) | None => Some(HashAlg::Sha512),
                }
            }
            _ => None,
        };
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        match self
            .handle
            .authenticate_publickey(self.node.user(), key)
            .await
        {
            Ok(AuthResult::Success) => Ok(()),
            // russh says the same of a connection that broke meanwhile, and that is no refusal.
            Ok(AuthResult::Failure { .. }) if self.broken.load(Ordering::Acquire) => {
                Err(lost(russh::Error::Disconnect))
            }
            Ok(AuthResult::Failure { .. }) => Err(SshError::Auth {
                node: self.node.clone(),
                key: login.key_name(),
                next_try: clock::now(),
            }),
            Err(source) => Err(lost(source)),
        }
    }

    /// Runs one command to its end, or until nobody wants it any more.
    pub async fn run(&self, command: &Command, given_up: impl Future<Output = ()>) -> Ended {
        let begun = Instant::now();
        let ended = command.run(&self.handle, given_up).await;
        if let Some(result) = &ended.result {
            let failure = result.as_ref().err().map(|error| error.code().name());
            self.stages.take(Stage::Exec, begun.elapsed(), failure);
        }
        ended
    }

    /// Whether the node answers a question that costs it nothing within this time.
    pub async fn answers(&self, within: Duration) -> bool {
        // The library says nothing of an answer that never came, for the connection went first.
        matches!(timeout(within, self.handle.send_ping()).await, Ok(Ok(()))) && !self.is_closed()
    }

    /// Whether the connection is known to be gone.
    pub fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

/// Our side of the handshake: holds the host key against what is expected.
struct Peer {
    node: Node,
    host_keys: HostKeys,
    /// Whether the connection ended without a word of the node's.
    broken: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
enum PeerError {
    #[error(transparent)]
    Ssh(#[from] russh::Error),
    #[error(transparent)]
    HostKey(HostKeyProblem),
}

impl client::Handler for Peer {
    type Error = PeerError;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, PeerError> {
        let key = shown.public_key();
        let shown = Shown {
            key: &key,
            certificate: shown.certificate(),
        };
        let checked = self.host_keys.check(self.node.place(), shown, clock::now());
        checked.map(|()| true).map_err(PeerError::HostKey)
    }
    // Comes before the reply that an authentication waits for.
    async fn disconnected(&mut self, reason: DisconnectReason<PeerError>) -> Result<(), PeerError> {
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(PeerError::Ssh(russh::Error::NoAuthMethod)) => Ok(()),
            DisconnectReason::Error(error) => {
                self.broken.store(true, Ordering::Release);
                Err(error)
            }
        }
    }
}
