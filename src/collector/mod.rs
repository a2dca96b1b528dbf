//! One task a cluster: rounds on a clock of their own, and the newest usage published after each.
//!
//! A round asks storage and compute side by side. A source that has not ended by the next round is
//! not asked twice. States follow the clock, not the end of a round: a part turns stale and then
//! missing on time, whatever its source is doing.

pub mod asking;
pub mod held;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{
    clock,
    cluster_name::ClusterName,
    collector::{
        asking::Asking,
        held::{Held, Timing},
    },
    reading::{ComputeReading, Evidence, StorageReading},
    source::{StorageSource, compute_stat::ComputeStat, error::SourceError, read::Read},
    usage::{Billed, ClusterUsage},
};

/// After so long without an end, the first round counts as one without figures.
const FIRST_ROUND: Duration = Duration::from_secs(5);

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
            basis: storage.source().basis(),
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
        // The moment of which the published states speak: what changes after it is still to be said.
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
                    // A new round alone changes nothing that is served, unless the machine has slept.
                    let now = Instant::now();
                    let slept = storage.turned(&self.newest.borrow().storage, self.timing, now)
                        || compute.turned(&self.newest.borrow().compute, self.timing, now);
                    if !slept {
                        continue;
                    }
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
