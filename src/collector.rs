//! One task a cluster: rounds on a clock of their own, and the newest usage published after each.
//!
//! A round asks storage and compute side by side. A source that has not ended by the next round is
//! not asked twice. States follow the clock, not the end of a round: a part turns stale and then
//! missing on time, whatever its source is doing.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{
    chain::chain,
    clock,
    cluster_name::ClusterName,
    reading::{ComputeReading, Evidence, StorageReading},
    reason::{Code, Reason},
    source::{StorageSource, compute_stat::ComputeStat, error::SourceError, read::Read},
    usage::{Billed, ClusterUsage, Part},
};

/// After so long without an end, the first round counts as one without figures.
const FIRST_ROUND: Duration = Duration::from_secs(5);

/// How often a cluster is read and how long a figure lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From one round to the next.
    pub poll: Duration,
    /// A figure that is older is not served.
    pub max_age: Duration,
}

impl Timing {
    fn stale_after(self) -> Duration {
        self.poll.saturating_mul(2)
    }
}

/// The collector of one cluster.
#[derive(Debug)]
pub struct Collector {
    name: ClusterName,
    storage: StorageSource,
    compute: ComputeStat,
    timing: Timing,
    newest: watch::Sender<Arc<ClusterUsage>>,
}

impl Collector {
    /// A collector that has read nothing yet.
    pub fn new(
        name: ClusterName,
        storage: StorageSource,
        compute: ComputeStat,
        timing: Timing,
    ) -> Collector {
        let now = Instant::now();
        let nothing = Held::<StorageReading>::default().part(timing, now);
        let billed = Billed {
            source: storage.source(),
            basis: storage.basis(),
            size_base: storage.size_base(),
        };
        let usage = ClusterUsage {
            cluster: name.to_string(),
            billed,
            serial: 0,
            at: clock::now(),
            published: now,
            next_round: now + FIRST_ROUND.min(timing.poll),
            poll: timing.poll,
            settled: false,
            storage: nothing,
            compute: Held::default().part(timing, now),
            evidence: None,
        };
        Collector {
            name,
            storage,
            compute,
            timing,
            newest: watch::Sender::new(Arc::new(usage)),
        }
    }

    /// The newest usage, now and whenever there is a newer one.
    pub fn newest(&self) -> watch::Receiver<Arc<ClusterUsage>> {
        self.newest.subscribe()
    }

    /// Reads until `shutdown` is done. What is being asked then is dropped.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let start = Instant::now();
        let mut rounds = interval(self.timing.poll);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut storage = Held::<StorageReading>::default();
        let mut compute = Held::<ComputeReading>::default();
        let mut evidence: Option<Arc<Evidence>> = None;
        let mut asking_storage: Asking<'_, Read> = Asking::default();
        let mut asking_compute: Asking<'_, Result<ComputeReading, SourceError>> = Asking::default();
        let mut next_round = start;
        let settle_at = start + FIRST_ROUND.min(self.timing.poll);
        let mut serial = 0;
        let mut shutdown = std::pin::pin!(shutdown);
        // The moment of which the published states speak: what changes after it is still to be said,
        // even where the machine has slept past it.
        let mut said = start;
        loop {
            let settled = said >= settle_at || (storage.ended && compute.ended);
            let settling = (!settled).then_some(settle_at);
            let changes = [
                storage.next_change(self.timing, said),
                compute.next_change(self.timing, said),
            ];
            let next_change = changes.into_iter().flatten().chain(settling).min();
            tokio::select! {
                () = &mut shutdown => return,
                _ = rounds.tick() => {
                    next_round = Instant::now() + self.timing.poll;
                    asking_storage.start(|| self.storage.read());
                    asking_compute.start(|| self.compute.read());
                    // A new round alone changes nothing that is served.
                    continue;
                }
                read = asking_storage.end() => {
                    evidence = read.evidence.map(Arc::new).or(evidence);
                    storage.take(read.reading, &self.name, "storage");
                }
                reading = asking_compute.end() => compute.take(reading, &self.name, "compute"),
                () = sleep_until(next_change.unwrap_or(said)), if next_change.is_some() => {}
            }
            let now = Instant::now();
            said = now;
            serial += 1;
            let usage = ClusterUsage {
                cluster: self.name.to_string(),
                billed: self.newest.borrow().billed,
                serial,
                at: clock::now(),
                published: now,
                next_round,
                poll: self.timing.poll,
                settled: now >= settle_at || (storage.ended && compute.ended),
                storage: storage.part(self.timing, now),
                compute: compute.part(self.timing, now),
                evidence: evidence.clone(),
            };
            self.newest.send_replace(Arc::new(usage));
        }
    }
}

/// A source being asked, or not.
struct Asking<'a, T>(Option<Pin<Box<dyn Future<Output = T> + Send + 'a>>>);

impl<T> Default for Asking<'_, T> {
    fn default() -> Self {
        Asking(None)
    }
}

impl<'a, T> Asking<'a, T> {
    /// Asks, unless the source is still being asked.
    fn start<F: Future<Output = T> + Send + 'a>(&mut self, ask: impl FnOnce() -> F) {
        if self.0.is_none() {
            self.0 = Some(Box::pin(ask()));
        }
    }

    /// Its answer; never, while it is not being asked.
    async fn end(&mut self) -> T {
        match &mut self.0 {
            Some(asked) => {
                let answer = asked.await;
                self.0 = None;
                answer
            }
            None => std::future::pending().await,
        }
    }
}

/// What is held of one source between rounds.
struct Held<T> {
    newest: Option<(Arc<T>, Instant)>,
    failure: Option<Reason>,
    /// Whether the source has ever answered or failed.
    ended: bool,
    since: Timestamp,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Held {
            newest: None,
            failure: None,
            ended: false,
            since: clock::now(),
        }
    }
}

impl<T> Held<T> {
    fn take(&mut self, read: Result<T, SourceError>, cluster: &ClusterName, part: &'static str) {
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

    /// What can be said of it at this moment.
    fn part(&self, timing: Timing, now: Instant) -> Part<T> {
        match &self.newest {
            Some((reading, at)) if now < *at + timing.max_age => {
                match now < *at + timing.stale_after() {
                    true => Part::Fresh(Arc::clone(reading)),
                    false => Part::Stale(Arc::clone(reading), self.why()),
                }
            }
            _ => Part::Missing(self.why()),
        }
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

    /// When the state is another one than it was then, without any answer.
    fn next_change(&self, timing: Timing, then: Instant) -> Option<Instant> {
        let (_, at) = self.newest.as_ref()?;
        let moments = [*at + timing.stale_after(), *at + timing.max_age];
        moments.into_iter().filter(|moment| *moment > then).min()
    }
}
