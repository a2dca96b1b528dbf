//! The certificate that a panel presents, asked for without a request.

use std::{io, time::Duration};

use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;

use crate::web::{
    error::TrustError,
    http,
    peer::Peer,
    trust::{Pin, Trust},
};

/// The fingerprint of the certificate behind this address. Nothing is sent beyond the handshake of
/// TLS, in which the peer proves that it holds the certificate's key.
///
/// # Errors
/// When the address is none, or nobody there speaks TLS.
pub async fn certificate(url: &str, within: Duration) -> Result<Pin, NotShown> {
    // Some write a password before the place, which is not repeated.
    let masked = url
        .rsplit_once('@')
        .map(|(_, place)| format!("***@{place}"));
    let wrong = || NotShown::Address(masked.clone().unwrap_or_else(|| url.to_owned()));
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong());
    }
    let host = parsed.host_str().filter(|_| parsed.scheme() == "https");
    let host = host.ok_or_else(wrong)?.trim_matches(['[', ']']);
    let port = parsed.port_or_known_default().ok_or_else(wrong)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| wrong())?;
    let tls = Trust::Anything
        .client_config(Peer::Panel)
        .map_err(NotShown::Tls)
        .map(|config| TlsConnector::from(std::sync::Arc::new(config)))?;

    let deadline = Instant::now() + within;
    let place = parsed.origin().ascii_serialization();
    let late = |_| NotShown::Timeout {
        place: place.clone(),
        within,
    };
    let failed = |doing| {
        let place = place.clone();
        move |error: io::Error| NotShown::Connect {
            place,
            doing,
            why: match error.kind() {
                io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
                _ => http::said(&error),
            },
        }
    };
    let stream = timeout_at(deadline, TcpStream::connect((host, port)))
        .await
        .map_err(late)?
        .map_err(failed("cannot connect"))?;
    let stream = timeout_at(deadline, tls.connect(name, stream))
        .await
        .map_err(late)?
        .map_err(failed("no TLS handshake"))?;
    let (_, session) = stream.get_ref();
    let shown = session.peer_certificates().and_then(<[_]>::first);
    let none = || io::Error::other("the peer presents no certificate");
    match shown {
        Some(certificate) => Ok(Pin::of(certificate)),
        None => Err(failed("no TLS handshake")(none())),
    }
}

/// The panel showed no certificate.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// A text that is no address of a panel.
    #[error("`{0}` is no panel's address: write one such as https://panel.example:8888")]
    Address(String),
    /// TLS cannot be set up here.
    #[error(transparent)]
    Tls(TrustError),
    /// No connection, or no TLS behind it.
    #[error("{place}: {doing}: {why}; is the panel running there, and is the port right?")]
    Connect {
        /// Scheme, host and port.
        place: String,
        /// What failed.
        doing: &'static str,
        /// What the system or the library said.
        why: String,
    },
    /// No handshake in time.
    #[error(
        "{place}: no TLS handshake within {within:?}: is it a panel, is it up, and does every firewall let the port through?"
    )]
    Timeout {
        /// Scheme, host and port.
        place: String,
        /// How long we waited.
        within: Duration,
    },
}
