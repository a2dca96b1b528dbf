//! Why the panel gave no answer.

use jiff::Timestamp;

use crate::{clock, reason::Code, web::error::WebError};

/// Why the panel gave no answer. No variant holds a body of the panel or a secret.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// It could not be asked, or its answer is none.
    #[error(transparent)]
    Web(#[from] WebError),
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
}

impl PanelError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            PanelError::Web(error) => error.code(),
            PanelError::Login { .. } => Code::AuthRefused,
        }
    }
}
