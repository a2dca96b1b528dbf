//! How we stand with the panel: the session of the last login, and how often we were refused.

use reqwest::{Response, StatusCode};

use crate::{
    panel::login::Credentials,
    web::refusals::{Refusal, Refusals},
};

/// What all callers of one session share.
#[derive(Debug, Default)]
pub struct Standing {
    credentials: Option<Credentials>,
    /// Counts the logins, so that a caller knows whether another one has renewed the session already.
    pub logins: u64,
    /// The status of each.
    refusals: Refusals<u16>,
}

impl Standing {
    /// The session and the login that gave it, unless it is over; it is where this login gave it.
    pub fn current(&mut self, ended: Option<u64>) -> Option<(Credentials, u64)> {
        if ended == Some(self.logins) {
            self.credentials = None;
        }
        let credentials = self.credentials.clone().filter(|kept| !kept.expired())?;
        Some((credentials, self.logins))
    }

    /// Notes another login.
    pub fn begin(&mut self, credentials: Credentials) -> (Credentials, u64) {
        self.credentials = Some(credentials.clone());
        self.logins += 1;
        (credentials, self.logins)
    }

    /// The refusal after which it is still too early for another try.
    pub fn refused(&self) -> Option<Refusal<u16>> {
        self.refusals.standing()
    }

    /// Notes that the panel refused us, and the session with us.
    pub fn refuse(&mut self, status: StatusCode) -> Refusal<u16> {
        self.credentials = None;
        self.refusals.refuse(status.as_u16())
    }

    /// Notes that the panel accepted the session of this login, and the cookie that it may have set anew.
    pub fn settle(&mut self, response: &Response, login: u64) {
        self.refusals.accept();
        if self.logins == login
            && let Some(kept) = &self.credentials
            && let Some(renewed) = kept.renewed(response)
        {
            self.credentials = Some(renewed);
        }
    }
}
