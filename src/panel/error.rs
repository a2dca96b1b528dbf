//! Why the panel gave no answer.

use jiff::Timestamp;

use crate::{clock, reason::Code, web::error::WebError};

/// Why the panel gave no answer. No variant holds a body of the panel or a secret.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// It could not be asked, or its answer is none.
    #[error(transparent)]
    Web(#[from] WebError),
    /// User and password are refused. Not tried again before `next_try`, for accounts lock.
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
    /// Several logins in a row were sent, and nobody answered: each may count as a wrong password there. Not
    /// tried again before `next_try`, for accounts lock.
    #[error(
        "{error}; so it went with {in_a_row} logins in a row, and the panel may have refused each of them unheard: a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    Unheard {
        /// What became of the last one.
        error: WebError,
        /// How many.
        in_a_row: u32,
        /// When the login will be tried again.
        next_try: Timestamp,
    },
    /// The login was accepted, and this path is refused all the same. It is left alone until `next_try`; the
    /// others are not.
    #[error(
        "panel {url}: {path} answered with status 401 right after a login that was accepted: let this user read it, as a system administrator may; a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    Path {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// When it will be asked for again.
        next_try: Timestamp,
    },
}

impl PanelError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            PanelError::Web(error) | PanelError::Unheard { error, .. } => error.code(),
            PanelError::Login { .. } | PanelError::Path { .. } => Code::AuthRefused,
        }
    }

    /// When what was refused, or may have been, is tried again.
    pub fn next_try(&self) -> Option<Timestamp> {
        match self {
            PanelError::Web(_) => None,
            PanelError::Login { next_try, .. }
            | PanelError::Unheard { next_try, .. }
            | PanelError::Path { next_try, .. } => Some(*next_try),
        }
    }

    /// The status, where it is what is wrong with the answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            PanelError::Web(WebError::Status { status, .. }) => Some(*status),
            _ => None,
        }
    }
}
