//! Why the panel gave no answer.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock;

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
    #[error("panel {url}: the connection failed")]
    Connect {
        /// The panel's base address.
        url: String,
        /// What the library said.
        source: reqwest::Error,
    },
    /// The certificate is not trusted. No password was sent.
    #[error(
        "panel {url}: its certificate is not trusted: {why}; give its CA in ca_file or PANEL_CA_FILE, or pin it with sha256 or PANEL_SHA256"
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
        "panel {url}: the login was refused with status {status}; next try at {}. Are the user and the password right, and is the account unlocked and without a second factor?",
        clock::rfc3339(*next_try)
    )]
    Login {
        /// The panel's base address.
        url: String,
        /// The panel's status.
        status: u16,
        /// When the login will be tried again.
        next_try: Timestamp,
    },
    /// A status that is no answer.
    #[error("panel {url}: {path} answered with status {status}")]
    Status {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// The panel's status.
        status: u16,
    },
    /// No whole answer in time.
    #[error("panel {url}: no answer to {path} within {within:?}")]
    Timeout {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// How long we waited.
        within: Duration,
    },
    /// An answer that is not what it should be.
    #[error("panel {url}: the answer to {path} cannot be read: {why}")]
    Shape {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// A client that cannot be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file.
    #[error("cannot use the panel's CA file {path}: {why}")]
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
