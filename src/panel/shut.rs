//! Why it is too early for another login.

use jiff::Timestamp;

use crate::{panel::error::PanelError, web::error::WebError};

/// Why it is too early for another login.
#[derive(Clone, Debug)]
pub enum Shut {
    /// The panel refused the last one with this status.
    Refused(u16),
    /// Nobody answered the last ones, which were sent.
    Unheard {
        /// What became of the last one.
        error: WebError,
        /// How many in a row.
        in_a_row: u32,
    },
}

impl Shut {
    /// The same as an error of this user at the panel of this base address, until the next try.
    pub fn error(self, url: &str, user: String, next_try: Timestamp) -> PanelError {
        match self {
            Shut::Refused(status) => PanelError::Login {
                url: url.to_owned(),
                user,
                status,
                next_try,
            },
            Shut::Unheard { error, in_a_row } => PanelError::Unheard {
                error,
                in_a_row,
                next_try,
            },
        }
    }
}
