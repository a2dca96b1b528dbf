//! Why a peer gave no answer over HTTP.

use std::time::Duration;

use rustls::CertificateError;

use crate::{reason::Code, web::peer::Peer};

/// Why a peer gave no answer. No variant holds a body of the peer or a secret.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WebError {
    /// Nobody listens there.
    #[error("{peer} {url}: connection refused: is {} running there, and is the port right?", peer.the())]
    Refused {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
    },
    /// No connection, or a connection that broke.
    #[error(
        "{peer} {url}: no answer to {path}: {why}; is the address right, and does the network lead there?"
    )]
    Connect {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What the library said at the bottom of it.
        why: String,
    },
    /// The certificate is not trusted. No secret was sent.
    #[error(
        "{peer} {url}: its certificate is not trusted, so {}: {why}; `vhi-usage trust panel {url}` shows {} can name its authority instead",
        peer.secret(),
        peer.pinned_by()
    )]
    Certificate {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A status that is no answer.
    #[error("{peer} {url}: {path} answered with status {status}: {}", status_way_out(*peer, *status))]
    Status {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// Its status.
        status: u16,
    },
    /// No whole answer in time.
    #[error(
        "{peer} {url}: no answer to {path} within {within:?}: is it up and not too busy? timeout in {} says how long that may take",
        peer.table()
    )]
    Timeout {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// How long we waited.
        within: Duration,
    },
    /// An answer that is not what it should be.
    #[error("{peer} {url}: the answer to {path} is not what it should be: {why}")]
    Shape {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

impl WebError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            WebError::Refused { .. } => Code::ConnectRefused,
            WebError::Connect { .. } => Code::ConnectFailed,
            WebError::Certificate { .. } => Code::CertificateUntrusted,
            WebError::Status {
                peer: Peer::Panel, ..
            } => Code::PanelStatus,
            WebError::Timeout {
                peer: Peer::Panel, ..
            } => Code::PanelTimeout,
            WebError::Shape {
                peer: Peer::Panel, ..
            } => Code::PanelUnreadable,
            WebError::Status { .. } => Code::MetricsStatus,
            WebError::Timeout { .. } => Code::MetricsTimeout,
            WebError::Shape { .. } => Code::MetricsUnreadable,
        }
    }
}

fn status_way_out(peer: Peer, status: u16) -> String {
    match status {
        500.. => format!("see how {} itself is, and its log", peer.the()),
        403 if peer == Peer::Panel => {
            "may this user read it, as a system administrator may?".to_owned()
        }
        _ => format!(
            "does {} name {}, and nothing below it?",
            peer.address(),
            peer.the()
        ),
    }
}

/// What is wrong with a certificate, in our words where there are any.
pub fn certificate_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(why)) => why.to_string(),
        rustls::Error::InvalidCertificate(why) => certificate_why(why),
        error => error.to_string(),
    }
}

fn certificate_why(error: &CertificateError) -> String {
    match error {
        // The second: by another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "no authority that is trusted here has signed it".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        error => error.to_string(),
    }
}

/// A client that cannot be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file.
    #[error("cannot read {} certificate authorities in {path}: {why}", peer.whose())]
    CaFile {
        /// Who was to be asked.
        peer: Peer,
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system's own certificates, or the client around them.
    #[error("cannot set up TLS towards {}: {why}", peer.the())]
    Client {
        /// Who was to be asked.
        peer: Peer,
        /// What the library said.
        why: String,
    },
}
