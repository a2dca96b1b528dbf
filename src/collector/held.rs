//! What is held of one source between rounds: its way from fresh over stale to missing.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    chain::chain,
    clock,
    cluster_name::ClusterName,
    reason::{Code, Reason},
    source::error::SourceError,
    usage::Part,
};

/// How often a cluster is read and how long a figure lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From one round to the next.
    pub poll: Duration,
    /// A figure that is older is not served.
    pub max_age: Duration,
}

impl Timing {
    /// After two polls.
    pub fn stale_after(self) -> Duration {
        self.poll.saturating_mul(2)
    }
}

/// What is held of one source between rounds.
#[derive(Debug)]
pub struct Held<T> {
    newest: Option<(Arc<T>, Instant)>,
    failure: Option<Reason>,
    /// Whether the source has ever answered or failed.
    pub ended: bool,
    /// When the newest reading came, or when the collector began.
    since: Timestamp,
}

impl<T> Held<T> {
    /// Nothing yet, since the collector began.
    pub fn since(began: Timestamp) -> Held<T> {
        Held {
            newest: None,
            failure: None,
            ended: false,
            since: began,
        }
    }

    /// Takes what the source gave, and says in the log what is new about it.
    pub fn take(
        &mut self,
        read: Result<T, SourceError>,
        cluster: &ClusterName,
        part: &'static str,
    ) {
        self.ended = true;
        match read {
            Ok(reading) => {
                if self.failure.take().is_some() || self.newest.is_none() {
                    tracing::info!(%cluster, part, "figures are read");
                }
                self.newest = Some((Arc::new(reading), Instant::now()));
                self.since = clock::now();
            }
            Err(error) => {
                let known = self
                    .failure
                    .as_ref()
                    .filter(|known| known.code == error.code());
                let since = known.map_or_else(clock::now, |known| known.since);
                let (code, error_chain) = (error.code().name(), chain(&error));
                match known {
                    Some(_) => {
                        tracing::debug!(%cluster, part, code, error = error_chain, "still no reading")
                    }
                    None => tracing::warn!(%cluster, part, code, error = error_chain, "no reading"),
                }
                self.failure = Some(error.reason(since));
            }
        }
    }

    /// Takes what another instance has read, unless what is held is as new; says whether it did. How old a reading from
    /// later than now is, nobody can tell: it is not taken.
    pub fn follow(&mut self, reading: T, at: Timestamp) -> bool {
        let Ok(age) = Duration::try_from(clock::now().duration_since(at)) else {
            return false;
        };
        if self.is_as_new_as(at) {
            return false;
        }
        let now = Instant::now();
        // A machine that has not been up for so long tells the age by the clock on the wall alone.
        let came = now.checked_sub(age).unwrap_or(now);
        self.newest = Some((Arc::new(reading), came));
        (self.since, self.failure, self.ended) = (at, None, true);
        true
    }

    /// Takes why another instance could not read, unless what is held is as new; says whether that is news.
    pub fn follow_failure(&mut self, mut reason: Reason) -> bool {
        if self.is_as_new_as(reason.since) {
            return false;
        }
        let known = self.failure.as_ref().filter(|it| it.code == reason.code);
        reason.since = known.map_or(reason.since, |known| known.since);
        let news = self.failure.as_ref() != Some(&reason);
        (self.failure, self.ended) = (Some(reason), true);
        news
    }

    /// Whether what is held was read no earlier. What was read before the clock was set back says nothing of that.
    fn is_as_new_as(&self, at: Timestamp) -> bool {
        self.newest.is_some() && at <= self.since && self.since <= clock::now()
    }

    /// When the next reading is due; `None` where there is none yet.
    pub fn due(&self, timing: Timing) -> Option<Instant> {
        let (_, came) = self.newest.as_ref()?;
        Some(*came + timing.poll)
    }

    /// What can be said of it at this moment.
    pub fn part(&self, timing: Timing, now: Instant) -> Part<T> {
        match &self.newest {
            Some((reading, at)) => {
                let age = self.age(*at, now);
                if age >= timing.max_age {
                    Part::Missing(self.why())
                } else if age >= timing.stale_after() {
                    Part::Stale(Arc::clone(reading), self.why())
                } else {
                    Part::Fresh(Arc::clone(reading))
                }
            }
            None => Part::Missing(self.why()),
        }
    }

    /// By the clock that cannot be set, or by the one on the wall where that has gone further: the first
    /// one stands still while the machine sleeps.
    fn age(&self, at: Instant, now: Instant) -> Duration {
        let by_wall = clock::now().duration_since(self.since);
        let by_wall = Duration::try_from(by_wall).unwrap_or(Duration::ZERO);
        now.saturating_duration_since(at).max(by_wall)
    }

    /// Why there is no newer reading. A source that hangs has not failed, and yet it gave none.
    fn why(&self) -> Reason {
        let silent = match self.ended {
            true => Code::NoAnswer,
            false => Code::NotYet,
        };
        self.failure
            .clone()
            .unwrap_or_else(|| Reason::plain(silent, self.since))
    }

    /// Whether its state is another one than was published.
    pub fn turned(&self, published: &Part<T>, timing: Timing, now: Instant) -> bool {
        self.part(timing, now).state() != published.state()
    }

    /// When the state is another one than it was then, without any answer.
    pub fn next_change(&self, timing: Timing, then: Instant) -> Option<Instant> {
        let (_, at) = self.newest.as_ref()?;
        let moments = [*at + timing.stale_after(), *at + timing.max_age];
        moments.into_iter().filter(|moment| *moment > then).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        poll: Duration::from_secs(60),
        max_age: Duration::from_secs(600),
    };

    fn shown(held: &Held<u32>) -> Option<u32> {
        match held.part(TIMING, Instant::now()) {
            Part::Fresh(reading) | Part::Stale(reading, _) => Some(*reading),
            Part::Missing(_) => None,
        }
    }

    #[tokio::test]
    async fn a_reading_from_later_than_now_is_not_followed() {
        let mut held = Held::since(clock::now());
        assert!(!held.follow(1, clock::now() + Duration::from_secs(3600)));
        assert_eq!(shown(&held), None);
        assert!(held.follow(2, clock::now()));
        assert_eq!(shown(&held), Some(2));
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_does_not_hide_what_is_read_since() {
        let mut held = Held::since(clock::now());
        assert!(held.follow(1, clock::now()));
        held.since = clock::now() + Duration::from_secs(3600);
        assert!(held.follow(2, clock::now()));
        assert_eq!(shown(&held), Some(2));
        assert!(!held.follow(3, clock::now() - Duration::from_secs(60)));
        assert_eq!(shown(&held), Some(2));
    }
}
