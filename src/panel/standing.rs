//! What is held of a session between requests: what the last login gave, and whether one was refused.

use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use crate::{clock, panel::login::Credentials, pause};

/// How we stand with the panel.
#[derive(Debug, Default)]
pub struct Standing {
    /// Of the last login, while its session lasts.
    pub credentials: Option<Credentials>,
    /// Counts the logins, so that a caller knows whether another one has renewed the session already.
    pub logins: u64,
    refusals: u32,
    refused: Option<Refusal>,
}

/// A login that was refused, and is not tried again for a while.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    until: Instant,
    /// When it will be tried again.
    pub next_try: Timestamp,
    /// The panel's status.
    pub status: u16,
}

impl Standing {
    /// The refusal after which it is still too early for another try.
    pub fn refused(&self) -> Option<Refusal> {
        self.refused.filter(|it| it.until > Instant::now())
    }

    /// Notes that the panel accepted the session of this login, and the cookie that it may have set anew.
    pub fn settle(&mut self, response: &Response, login: u64) {
        self.refusals = 0;
        self.refused = None;
        if self.logins == login
            && let Some(renewed) = self
                .credentials
                .as_ref()
                .and_then(|kept| kept.renewed(response))
        {
            self.credentials = Some(renewed);
        }
    }

    /// Notes that the panel refused us.
    pub fn refuse(&mut self, status: StatusCode) -> Refusal {
        let pause = pause::REFUSED.after(self.refusals);
        let refusal = Refusal {
            until: Instant::now() + pause,
            next_try: clock::later(clock::now(), pause),
            status: status.as_u16(),
        };
        self.refusals = self.refusals.saturating_add(1);
        self.refused = Some(refusal);
        self.credentials = None;
        refusal
    }
}
