//! Whether a node is asked: it is left alone for a while after it failed, and for good until a person acts
//! where it shows a host key that is not trusted.
//!
//! ```text
//!             failed                    its pause ends
//! asked ─────────────────▶ left alone ─────────────────▶ due ── connected ──▶ asked
//!   ▲                        ▲                            │
//!   └── connected ───────────┴────────── failed ──────────┘   (a longer pause)
//! ```
//!
//! Where it was a command that failed, it takes one that ends to be asked again.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    clock,
    pause::{self, Pause},
    ssh::{error::SshError, judged::Judged},
};

/// How long a node that failed is left alone.
const UNREACHED: Pause = Pause {
    first: Duration::from_secs(15),
    most: Duration::from_secs(300),
};

/// How a node stands.
#[derive(Debug, Default)]
pub struct Standing {
    /// Failures in a row, without a command that ended in between.
    failures: u32,
    /// Refusals of our key in a row.
    refusals: u32,
    alone: Option<Alone>,
}

/// Why and until when a node is left alone.
#[derive(Debug)]
struct Alone {
    until: Until,
    /// What it did.
    why: SshError,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    /// Then; before, it is tried where no other node can serve.
    Paused(Instant),
    /// Then, and not before.
    Refused(Instant),
    /// Until that which its host key was judged by has changed.
    Stopped(Basis),
}

/// What was known when a node was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// What its host key was held against.
    pub judged: Judged,
    /// How often a person had acted.
    pub looks: u64,
}

/// Whether a node is to be asked now.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// As any other.
    Asked,
    /// Its pause has ended: it is tried, and nobody waits for it where another node can serve.
    Due,
    /// It is left alone, unless no other node can serve.
    Paused(SshError),
    /// It is not asked, whatever the others do.
    Barred(SshError),
}

/// For how long a node that has failed is left alone; `None` for until a person acts.
pub type Left = Option<Duration>;

impl Standing {
    /// Whether the node is to be asked now. What its key is judged by is looked at only where that matters.
    pub fn verdict(&self, now: Instant, basis: impl FnOnce() -> Basis) -> Verdict {
        let Some(Alone { until, why }) = &self.alone else {
            return Verdict::Asked;
        };
        match until {
            Until::Paused(until) | Until::Refused(until) if *until <= now => Verdict::Due,
            Until::Paused(_) => Verdict::Paused(why.clone()),
            Until::Refused(_) => Verdict::Barred(why.clone()),
            Until::Stopped(then) if *then == basis() => Verdict::Barred(why.clone()),
            Until::Stopped(_) => Verdict::Due,
        }
    }

    /// The node has given a session: whether it is asked again now. Failures count on until a command has ended
    /// there, and where commands failed that is what it is left alone for.
    pub fn connected(&mut self) -> bool {
        self.refusals = 0;
        self.alone.take_if(|alone| !alone.why.is_of_a_command());
        self.alone.is_none()
    }

    /// A command has ended on the node: whether it is asked again now. It is not where the command ran on an
    /// older connection, and a newer one was refused or stopped.
    pub fn served(&mut self) -> bool {
        if self.is_barred() {
            return false;
        }
        *self = Standing::default();
        true
    }

    /// Whether it refused our key, or showed a host key that is not trusted, and has let us in no more since.
    pub fn is_barred(&self) -> bool {
        let until = self.alone.as_ref().map(|alone| alone.until);
        matches!(until, Some(Until::Refused(_) | Until::Stopped(_)))
    }

    /// Why and until when it is left alone, where it is asked all the same if no other node serves.
    pub fn paused(&self) -> Option<(&SshError, Instant)> {
        match self.alone.as_ref()? {
            Alone {
                until: Until::Paused(until),
                why,
            } => Some((why, *until)),
            _ => None,
        }
    }

    /// The node has failed: the error as it is to be told, and how long the node is left alone now. A failure
    /// within a pause, where no other node could serve, makes the pause no longer.
    pub fn failed(
        &mut self,
        error: SshError,
        now: Instant,
        basis: impl FnOnce() -> Basis,
    ) -> (SshError, Left) {
        let (until, why) = match error {
            mut why @ (SshError::Auth { .. } | SshError::Unheard { .. }) => {
                let pause = pause::REFUSED.spread(self.refusals);
                self.refusals = self.refusals.saturating_add(1);
                if let SshError::Auth { next_try, .. } | SshError::Unheard { next_try, .. } =
                    &mut why
                {
                    *next_try = clock::later(clock::now(), pause);
                }
                (Until::Refused(now + pause), why)
            }
            SshError::HostKey { ref why, .. } if why.is_for_a_person() => {
                (Until::Stopped(basis()), error)
            }
            error => match &self.alone {
                Some(Alone {
                    until: Until::Paused(until),
                    ..
                }) if *until > now => (Until::Paused(*until), error),
                _ => {
                    let pause = UNREACHED.spread(self.failures);
                    self.failures = self.failures.saturating_add(1);
                    (Until::Paused(now + pause), error)
                }
            },
        };
        let left = match until {
            Until::Paused(until) | Until::Refused(until) => Some(until - now),
            Until::Stopped(_) => None,
        };
        self.alone = Some(Alone {
            until,
            why: why.clone(),
        });
        (why, left)
    }
}
