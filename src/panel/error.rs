//! Why the panel gave no answer.

use std::time::Duration;

use jiff::Timestamp;

use crate::{clock, reason::Code};

/// Why the panel gave no answer. No variant holds a body of the panel or a secret.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// Nobody listens there.
    #[error("panel {url}: connection refused: is the panel running there, and is the port right?")]
    Refused {
        /// The panel's base address.
        url: String,
    },
    /// No connection, or a connection that broke.
    #[error(
        "panel {url}: no answer to {path}: {why}; is the address right, and does the network lead there?"
    )]
    Connect {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What the library said at the bottom of it.
        why: String,
    },
    /// The certificate is not trusted. No password was sent.
    #[error(
        "panel {url}: its certificate is not trusted, so no password was sent: {why}; `vhi-usage trust panel {url}` shows the line that pins it by PANEL_SHA256, and PANEL_CA_FILE can name its authority instead"
    )]
    Certificate {
        /// The panel's base address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// User and password, or the session that they gave, are refused. Not tried again before
    /// `next_try`, for accounts lock.
    #[error(
        "panel {url}: the login of {user} was refused with status {status}: correct ADMIN_USERNAME, ADMIN_PASSWORD and ADMIN_DOMAIN_NAME, or username, password_file and domain, and see that the account is not locked and wants no second factor; a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    Login {
        /// The panel's base address.
        url: String,
        /// The user, and the user's domain.
        user: String,
        /// The panel's status.
        status: u16,
        /// When the login will be tried again.
        next_try: Timestamp,
    },
    /// A status that is no answer.
    #[error("panel {url}: {path} answered with status {status}: {}", status_way_out(*status))]
    Status {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// The panel's status.
        status: u16,
    },
    /// No whole answer in time.
    #[error(
        "panel {url}: no answer to {path} within {within:?}: is it up and not too busy? timeout in [cluster.panel] says how long that may take"
    )]
    Timeout {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// How long we waited.
        within: Duration,
    },
    /// An answer that is not what it should be.
    #[error("panel {url}: the answer to {path} is not what it should be: {why}")]
    Shape {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

impl PanelError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            PanelError::Refused { .. } => Code::ConnectRefused,
            PanelError::Connect { .. } => Code::ConnectFailed,
            PanelError::Certificate { .. } => Code::CertificateUntrusted,
            PanelError::Login { .. } => Code::AuthRefused,
            PanelError::Status { .. } => Code::PanelStatus,
            PanelError::Timeout { .. } => Code::PanelTimeout,
            PanelError::Shape { .. } => Code::PanelUnreadable,
        }
    }
}

fn status_way_out(status: u16) -> &'static str {
    match status {
        500.. => "see how the panel itself is, and its log",
        403 => "may this user read it, as a system administrator may?",
        _ => "does url in [cluster.panel] or VHI_PANEL_URL name the panel, and nothing below it?",
    }
}

/// A client that cannot be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file.
    #[error("cannot read the panel's certificate authorities in {path}: {why}")]
    CaFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system's own certificates, or the client around them.
    #[error("cannot set up TLS towards the panel: {why}")]
    Client {
        /// What the library said.
        why: String,
    },
}
