//! One SSH connection to a node: host key checked, user authenticated.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use russh::{
    client::{self, AuthResult, Handle},
    keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg},
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
        login::{self, Login},
        node::Node,
        offer::Offer,
        peer::{Peer, PeerError},
        tries::Tries,
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
    /// `Connect`, `HostKey`, `Key`, `Lost`, `Withheld`, or `Auth` or `Unheard` with `next_try` set to now: the caller
    /// knows how long to wait.
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
        let deadline = Instant::now() + within;
        let authenticated = async {
            let key = timeout_at(deadline, session.signing(key)).await;
            let key = key.unwrap_or_else(|_| Err(late()))?;
            let answer = timeout_at(deadline, session.offer(key, login)).await;
            match answer.unwrap_or_else(|_| Err(late())) {
                Ok(()) => {
                    one.taken(node);
                    Ok(())
                }
                Err(error @ SshError::Auth { .. }) => {
                    one.refused();
                    Err(error)
                }
                // Sent, and nobody knows what the node makes of it: a slow refusal locks accounts, too.
                Err(error) if one.unheard(node) => Err(error.unheard(node, login.key_name())),
                Err(error) => Err(error),
            }
        };
        let end = stages.note(Stage::Auth, authenticated, word).await;
        end.map(|()| session)
    }

    /// Connects and checks the host key, of whichever type it is.
    async fn reach(node: &Node, login: &Login, stages: &Stages) -> Result<Session, SshError> {
        let place = node.place();
        let offers = login.host_keys.offers(place);
        let offers = offers.map_err(|why| SshError::HostKey {
            node: node.clone(),
            why,
        })?;
        let mut offers = offers.into_iter();
        let mut offer = offers.next().unwrap_or_else(Offer::keys);
        let mut told = None;
        loop {
            let error = match Session::connect(node, login, offer, stages).await {
                Err(error) if login.host_keys.may_have_another(&error) => error,
                session => return session,
            };
            let first = told.get_or_insert(error);
            match offers.next() {
                Some(next) => offer = next,
                None => return Err(first.clone()),
            }
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

    fn lost(&self, source: russh::Error) -> SshError {
        SshError::Lost {
            node: self.node.clone(),
            source: Arc::new(source),
        }
    }

    /// The key, and the way to sign with it that the node takes. It is not sent yet.
    async fn signing(&self, key: PrivateKey) -> Result<PrivateKeyWithHashAlg, SshError> {
        let hash = match key.algorithm() {
            // A server that does not say what it takes is asked for SHA-512; SHA-1 is never used.
            Algorithm::Rsa { .. } => {
                let best = self.handle.best_supported_rsa_hash().await;
                match best.map_err(|source| self.lost(source))? {
                    Some(Some(hash)) => Some(hash),
                    Some(None) | None => Some(HashAlg::Sha512),
                }
            }
            _ => None,
        };
        Ok(PrivateKeyWithHashAlg::new(Arc::new(key), hash))
    }

    async fn offer(&mut self, key: PrivateKeyWithHashAlg, login: &Login) -> Result<(), SshError> {
        match self
            .handle
            .authenticate_publickey(self.node.user(), key)
            .await
        {
            Ok(AuthResult::Success) => Ok(()),
            // russh says the same of a connection that broke meanwhile, and that is no refusal.
            Ok(AuthResult::Failure { .. }) if self.broken.load(Ordering::Acquire) => {
                Err(self.lost(russh::Error::Disconnect))
            }
            Ok(AuthResult::Failure { .. }) => Err(SshError::Auth {
                node: self.node.clone(),
                key: login.key_name(),
                next_try: clock::now(),
            }),
            Err(source) => Err(self.lost(source)),
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
