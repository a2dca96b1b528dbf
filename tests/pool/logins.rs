//! Nodes that answer a login in odd ways: never, or with several host keys.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use russh::{
    keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKey, PublicKey, key::safe_rng},
    server::{self, Auth, PublicKeyOffer, VerifiedPublicKey},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vhi_usage::{
    reason::Code,
    source::error::SourceError,
    ssh::{
        error::{ConnectFailure, SshError},
        host_keys::HostKeys,
        login::Login,
        pool::Pool,
        session::Session,
        shown,
        tries::Tries,
    },
    stage::Stages,
};

use crate::{
    common::{PATIENCE, Site, node_at, soon},
    fails,
};

/// What is said to a key.
#[derive(Clone, Copy)]
enum Answer {
    Yes,
    Never,
}

/// A server with an Ed25519 and an ECDSA key, in tasks of the test's runtime.
struct Server {
    address: SocketAddr,
    keys: Vec<PublicKey>,
    offers: Arc<AtomicUsize>,
}

impl Server {
    /// It closes the connection of this number, from 1, without a word.
    async fn start(answer: Answer, closed: usize) -> Server {
        let kinds = [
            Algorithm::Ed25519,
            Algorithm::Ecdsa {
                curve: EcdsaCurve::NistP256,
            },
        ];
        let keys = kinds.map(|kind| PrivateKey::random(&mut safe_rng(), kind).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            keys: keys.iter().map(|key| key.public_key().clone()).collect(),
            offers: Arc::default(),
        };
        let config = Arc::new(server::Config {
            keys: keys.to_vec(),
            auth_rejection_time: Duration::ZERO,
            ..server::Config::default()
        });
        let offers = Arc::clone(&server.offers);
        tokio::spawn(async move {
            for number in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                if number == closed {
                    continue;
                }
                let at_door = AtDoor {
                    answer,
                    offers: Arc::clone(&offers),
                };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(running) = server::run_stream(config, stream, at_door).await {
                        drop(running.await);
                    }
                });
            }
        });
        server
    }

    /// A login that pins this key of the server.
    fn login(&self, site: &Site, key: usize, connect_timeout: Duration) -> Login {
        let pin = self.keys[key].fingerprint(HashAlg::Sha256);
        Login {
            host_keys: HostKeys::Pinned(vec![pin]),
            connect_timeout,
            ..site.login()
        }
    }

    async fn open(&self, login: &Login) -> Result<Session, SshError> {
        let node = node_at(self.address);
        let (tries, stages) = (Tries::default(), Stages::default());
        soon(Session::open(&node, login, &tries, &stages)).await
    }
}

struct AtDoor {
    answer: Answer,
    offers: Arc<AtomicUsize>,
}

impl server::Handler for AtDoor {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        _user: &str,
        _offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        self.offers.fetch_add(1, Ordering::Relaxed);
        match self.answer {
            Answer::Yes => Ok(Auth::Accept),
            Answer::Never => std::future::pending().await,
        }
    }

    async fn auth_publickey(
        &mut self,
        _user: &str,
        _key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }
}

#[tokio::test]
async fn a_pinned_key_is_found_behind_another_one_and_a_lost_connection_is_no_wrong_key() {
    let site = Site::new(1).await;
    let server = Server::start(Answer::Yes, 2).await;
    let login = server.login(&site, 1, PATIENCE);
    let error = server.open(&login).await.unwrap_err();
    assert!(matches!(error, SshError::Connect { .. }), "{error}");
    server.open(&login).await.unwrap();
}

#[tokio::test]
async fn a_key_without_an_answer_is_offered_three_times_and_then_not_for_minutes() {
    let site = Site::new(1).await;
    let server = Server::start(Answer::Never, 0).await;
    let login = server.login(&site, 0, Duration::from_secs(1));
    let pool = Pool::new(vec![node_at(server.address)], login);
    for _ in 0..2 {
        let error = fails(&pool, PATIENCE).await;
        let late = |why: &ConnectFailure| matches!(why, ConnectFailure::Timeout(_));
        assert!(
            matches!(&error, SshError::Connect { why, .. } if late(why)),
            "{error}"
        );
    }
    for _ in 0..4 {
        let error = fails(&pool, PATIENCE).await;
        assert!(matches!(error, SshError::Unheard { .. }), "{error}");
        let error = SourceError::from(error);
        assert_eq!(error.code(), Code::ConnectTimeout);
        let next_try = error.next_try().unwrap();
        let silence = next_try.as_second() - vhi_usage::clock::now().as_second();
        assert!(silence > 250, "{silence}");
    }
    assert_eq!(server.offers.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_node_that_stalls_a_handshake_for_its_keys_is_left_without_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string().parse().unwrap();
    let asked = shown::host_keys(&place, Duration::from_millis(500));
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"SSH-2.0-stalls\r\n").await.unwrap();
        let mut said = Vec::new();
        // To the end, which comes when the other side has closed.
        drop(stream.read_to_end(&mut said).await);
        said
    };
    let (asked, said) = soon(async { tokio::join!(asked, server) }).await;
    asked.unwrap_err();
    assert!(said.starts_with(b"SSH-2.0-"));
}
