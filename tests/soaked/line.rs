//! A line to a service, with TLS or without.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};

/// Longer than anything that a service answers may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Bytes there and back.
pub(crate) trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

/// Where a service is, and how it is spoken to.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
}

impl Place {
    /// Without TLS.
    pub(crate) fn plain(address: SocketAddr) -> Place {
        Place { address, tls: None }
    }

    /// With TLS, where this certificate is shown.
    pub(crate) fn tls(address: SocketAddr, certificate: CertificateDer<'static>) -> Place {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Place {
            address,
            tls: Some(Arc::new(config)),
        }
    }

    /// What it is called in an address.
    pub(crate) fn scheme(&self) -> &'static str {
        self.tls.as_ref().map_or("http", |_| "https")
    }

    /// A connection without a word of TLS.
    pub(crate) fn bare(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// A connection as callers have it.
    pub(crate) fn connect(&self) -> io::Result<Box<dyn Line>> {
        let stream = self.bare()?;
        let Some(config) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::clone(config), name);
        let connection = connection.map_err(io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, stream)))
    }
}

/// An answer: status and body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// One request and its whole answer; the line can be used again.
pub(crate) fn ask(line: &mut dyn Line, path: &str, token: &str) -> io::Result<Answer> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    line.write_all(request.as_bytes())?;
    line.flush()?;
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match line.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => answer.extend_from_slice(&piece[..count]),
        }
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let length = length.ok_or_else(|| io::Error::other(format!("no length: {head}")))?;
        let body = &answer[end + 4..];
        if body.len() >= length {
            let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
            return Ok(Answer {
                status: status.ok_or_else(|| io::Error::other("no status"))?,
                body: String::from_utf8_lossy(body).into_owned(),
            });
        }
    }
}
