//! Whether a node is asked: it is left alone for a while after it failed, and for good until a person acts
//! where it shows a host key that is not trusted.
//!
//! ```text
//!             failed                    its pause ends
//! asked ─────────────────▶ left alone ─────────────────▶ due ── connected ──▶ asked
//!   ▲                        ▲                            │
//!   └── connected ───────────┴────────── failed ──────────┘   (a longer pause)
//! ```

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

    /// The node has given a session. Failures count on until a command has ended there.
    pub fn connected(&mut self) {
        self.refusals = 0;
        self.alone = None;
    }

    /// A command has ended on the node.
    pub fn served(&mut self) {
        *self = Standing::default();
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

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::ssh::{error::ConnectFailure, host_key_problem::HostKeyProblem, node::Node};

    const FIRST: Basis = Basis {
        judged: Judged::File([1; 32]),
        looks: 0,
    };

    fn node() -> Node {
        "root@node1.example".parse().expect("a node")
    }

    fn refused() -> SshError {
        SshError::Connect {
            node: node(),
            why: ConnectFailure::Refused,
        }
    }

    fn key_refused() -> SshError {
        SshError::Auth {
            node: node(),
            key: "key".to_owned(),
            next_try: clock::now(),
        }
    }

    fn changed() -> SshError {
        SshError::HostKey {
            node: node(),
            why: HostKeyProblem::Changed {
                node: Box::new(node().place().clone()),
                expected: "SHA256:A".to_owned(),
                fingerprint: "SHA256:B".to_owned(),
                algorithm: "ssh-ed25519".to_owned(),
                place: "known_hosts line 1".to_owned(),
            },
        }
    }

    /// For how long the node is left alone after this.
    fn fails(standing: &mut Standing, error: SshError) -> Left {
        standing.failed(error, Instant::now(), || FIRST).1
    }

    #[track_caller]
    fn stands(standing: &Standing, basis: Basis, expected: &str) {
        let verdict = match standing.verdict(Instant::now(), || basis) {
            Verdict::Asked => "asked",
            Verdict::Due => "due",
            Verdict::Paused(_) => "paused",
            Verdict::Barred(_) => "barred",
        };
        assert_eq!(verdict, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_after_a_pause_makes_the_next_one_longer_until_a_command_has_ended() {
        let mut standing = Standing::default();
        for seconds in [15, 30, 60, 120, 240, 300, 300] {
            let left = fails(&mut standing, refused()).expect("a pause");
            let least = Duration::from_secs(seconds);
            assert!(left >= least && left <= least.mul_f64(1.25), "{left:?}");
            stands(&standing, FIRST, "paused");
            advance(left).await;
            stands(&standing, FIRST, "due");
        }
        // A node that lets us in and then ends every command is no better for it.
        standing.connected();
        stands(&standing, FIRST, "asked");
        assert!(fails(&mut standing, refused()) >= Some(Duration::from_secs(300)));
        standing.connected();
        standing.served();
        assert!(fails(&mut standing, refused()) < Some(Duration::from_secs(19)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_within_a_pause_makes_it_no_longer() {
        let mut standing = Standing::default();
        let left = fails(&mut standing, refused()).expect("a pause");
        advance(Duration::from_secs(5)).await;
        let rest = fails(&mut standing, refused());
        assert_eq!(rest, Some(left - Duration::from_secs(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_key_bars_the_node_for_five_minutes_and_then_for_longer() {
        let mut standing = Standing::default();
        for minutes in [5, 10, 20, 40, 60, 60] {
            let left = fails(&mut standing, key_refused()).expect("a pause");
            assert!(left >= Duration::from_secs(60 * minutes), "{left:?}");
            stands(&standing, FIRST, "barred");
            advance(left - Duration::from_secs(1)).await;
            stands(&standing, FIRST, "barred");
            advance(Duration::from_secs(1)).await;
            stands(&standing, FIRST, "due");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_host_key_bars_the_node_until_a_person_acts() {
        let mut standing = Standing::default();
        assert_eq!(fails(&mut standing, changed()), None);
        advance(Duration::from_secs(30 * 86_400)).await;
        stands(&standing, FIRST, "barred");
        let judged = Judged::File([2; 32]);
        stands(&standing, Basis { judged, ..FIRST }, "due");
        stands(&standing, Basis { looks: 1, ..FIRST }, "due");
    }
}
