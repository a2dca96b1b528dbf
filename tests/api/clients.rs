//! A served site on a loopback port, and clients that write what they like.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, pin::Pin, sync::Arc, time::Duration};

use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, ServerName},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use vhi_usage::{
    api::{
        self,
        certificate::Files,
        connection::Routes,
        crowd::Caps,
        listener::{self, Door},
        tls::Tls,
    },
    pulse::Beat,
};

use crate::published::{Site, TOKEN, complete};

/// Done when the end is asked for.
type Asked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The HTTP side behind a port.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn plain() -> Served {
        Served::start(Site::new(complete()), None).await
    }

    pub(crate) async fn tls(tls: &Tls) -> Served {
        Served::start(Site::new(complete()), Some(tls.clone())).await
    }

    pub(crate) async fn start(site: Site, tls: Option<Tls>) -> Served {
        Served::capped(site, tls, many()).await
    }

    /// With caps of its own.
    pub(crate) async fn capped(site: Site, tls: Option<Tls>, caps: Caps) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Door {
            listener,
            tls,
            caps,
            beat: Beat::default(),
        };
        Served::behind(door, |door, asked| api::serve(site.api, door, asked))
    }

    /// Other routes than ours.
    pub(crate) fn routes(listener: TcpListener, routes: impl Routes) -> Served {
        let door = Door {
            listener,
            tls: None,
            caps: many(),
            beat: Beat::default(),
        };
        Served::behind(door, |door, asked| listener::serve(door, routes, asked))
    }

    fn behind<F: Future<Output = ()> + Send + 'static>(
        door: Door,
        serve: impl FnOnce(Door, Asked) -> F,
    ) -> Served {
        let address = door.listener.local_addr().unwrap();
        let (end, asked) = oneshot::channel();
        let asked = Box::pin(async { asked.await.unwrap() });
        let task = tokio::spawn(serve(door, asked));
        Served { address, end, task }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Asks for the end, and returns when it has come.
    pub(crate) async fn stop(self) {
        self.end.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// As usual, but for the part of one address: all clients of the tests have the same.
fn many() -> Caps {
    let usual = Caps::default();
    Caps {
        per_address: usual.total,
        ..usual
    }
}

/// Two files of one pair, which can be written anew.
pub(crate) struct Pair {
    folder: TempDir,
}

impl Pair {
    pub(crate) fn new() -> Pair {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair { folder };
        pair.renew();
        pair
    }

    /// Another certificate, with another key; returned as it will be shown.
    pub(crate) fn renew(&self) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let files = self.files();
        fs::write(&files.certificate, certificate.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        let closed = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&files.key, closed).unwrap();
        certificate.der().clone()
    }

    pub(crate) fn files(&self) -> Files {
        Files {
            certificate: self.folder.path().join("certificate.pem"),
            key: self.folder.path().join("key.pem"),
        }
    }
}

/// A client that trusts this certificate, resumes no session, and speaks these versions.
pub(crate) fn connector(
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// A connection with TLS behind it, or why there is none.
pub(crate) async fn secure(
    served: &Served,
    connector: &TlsConnector,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, served.connect().await).await
}

/// What was agreed on.
pub(crate) fn version(stream: &TlsStream<TcpStream>) -> ProtocolVersion {
    stream.get_ref().1.protocol_version().unwrap()
}

/// Asks for a path with the right token and reads the whole answer; the connection may go on.
pub(crate) async fn get(
    stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin),
    path: &str,
) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap();
        answer += std::str::from_utf8(&piece[..count]).unwrap();
        let whole = || {
            let (head, body) = answer.split_once("\r\n\r\n")?;
            let length = head.split("content-length: ").nth(1)?;
            let length: usize = length.lines().next()?.parse().unwrap();
            (body.len() == length).then_some(())
        };
        if whole().is_some() {
            return answer;
        }
        assert!(count > 0, "it broke off: {answer}");
    }
}

/// What comes until the other side ends the connection at the deadline of a client that keeps it waiting:
/// so many seconds from now, to the millisecond in which a timer wakes.
pub(crate) async fn cut(stream: &mut (impl AsyncReadExt + Unpin), due_s: u64) -> String {
    let begun = Instant::now();
    let end = timeout(Duration::from_secs(600), to_the_end(stream)).await;
    let waited = begun.elapsed();
    let due = Duration::from_secs(due_s);
    let due = due..=due + Duration::from_millis(1);
    assert!(due.contains(&waited), "cut after {waited:?}");
    end.expect("it is still held")
}

/// What comes until the other side ends the connection.
pub(crate) async fn to_the_end(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut rest = Vec::new();
    // A connection that is cut ends with an error: TLS has no word of farewell then.
    drop(stream.read_to_end(&mut rest).await);
    String::from_utf8_lossy(&rest).into_owned()
}
