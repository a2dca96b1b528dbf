//! One SSH connection to a node: host key checked, user authenticated, one command at a time.

use std::{
    net::{Shutdown, TcpStream as StdStream},
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
        command::{Command, Output},
        error::{ConnectFailure, SshError},
        host_key_problem::HostKeyProblem,
        host_keys::HostKeys,
        login::{self, Login},
        node::Node,
        offer::{Offer, has_no_such_key},
        shown,
        verdict::Shown,
    },
    stage::{Stage, Stages},
};

/// An authenticated connection. Dropping it closes the connection for certain. That ends no command on
/// the node: the `timeout` that it runs under does.
pub struct Session {
    node: Node,
    handle: Handle<Peer>,
    opening: Duration,
    broken: Arc<AtomicBool>,
    stages: Stages,
    _closer: Closer,
}

impl Session {
    /// Connects, checks the host key, and authenticates.
    ///
    /// # Errors
    /// `Connect`, `HostKey`, `Key`, or `Auth` with `next_try` set to now: the caller knows how long to wait.
    pub async fn open(node: &Node, login: &Login, stages: &Stages) -> Result<Session, SshError> {
        let word = |error: &SshError| error.code().name();
        let key = login::load_key(&login.key_file, login.key_passphrase.as_ref());
        let key = key.inspect_err(|error| {
            stages.take(Stage::Auth, Duration::ZERO, Some(word(error)));
        })?;
        let reached = stages.note(Stage::Connect, Session::reach(node, login, stages), word);
        let mut session = reached.await?;
        let within = login.connect_timeout;
        let login = async {
            match timeout(within, session.authenticate(key, login)).await {
                Ok(end) => end,
                Err(_) => Err(SshError::Connect {
                    node: node.clone(),
                    why: ConnectFailure::Timeout(within),
                }),
            }
        };
        stages.note(Stage::Auth, login, word).await?;
        Ok(session)
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
                PeerError::Ssh(error) => failed(ConnectFailure::Handshake(error)),
                PeerError::HostKey(why) => SshError::HostKey {
                    node: node.clone(),
                    why,
                },
            })?;
        Ok(Session {
            node: node.clone(),
            handle,
            opening: login.connect_timeout,
            broken,
            stages: stages.clone(),
            _closer: closer,
        })
    }

    async fn authenticate(&mut self, key: PrivateKey, login: &Login) -> Result<(), SshError> {
        let lost = |source| SshError::Lost {
            node: self.node.clone(),
            source,
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

    /// Runs one command to its end.
    ///
    /// # Errors
    /// As `Command::run`.
    pub async fn run(&self, words: &str, within: Duration) -> Result<Output, SshError> {
        let command = Command {
            node: &self.node,
            words,
            opening: self.opening,
            within,
        };
        let run = command.run(&self.handle);
        let noted = self
            .stages
            .note(Stage::Exec, run, |error| error.code().name());
        noted.await
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

/// The second hand on the socket: russh's task holds the first, and would outlive a dropped connect.
struct Closer(StdStream);

impl Closer {
    fn split(stream: TcpStream) -> std::io::Result<(TcpStream, Closer)> {
        // Nagle's algorithm costs 40 ms a command; russh leaves it on.
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let closer = Closer(stream.try_clone()?);
        Ok((TcpStream::from_std(stream)?, closer))
    }
}

impl Drop for Closer {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown(Shutdown::Both) {
            tracing::trace!(%error, "the peer had closed the connection already");
        }
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
