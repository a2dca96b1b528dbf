//! One task a cluster: rounds on a clock of their own, and the newest usage published after each.
//!
//! A round asks storage, its witnesses and compute side by side. A source that has not ended by the next round
//! is not asked twice. States follow the clock, not the end of a round: a part turns stale and then
//! missing on time, whatever its source is doing. A witness is compared and never billed: it changes no state.

pub mod asking;
pub mod held;
pub mod rounds;
pub mod told;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{
    breaker::Breakers,
    clock,
    cluster_name::ClusterName,
    collector::{
        asking::Asking,
        held::{Held, Timing},
        rounds::{Place, Rounds},
        told::Told,
    },
    pulse::Beat,
    reading::{ComputeReading, Evidence, StorageReading},
    source::{Sources, StorageSource, read::Read},
    stage::Stages,
    usage::{Billed, ClusterUsage, Witness},
};

/// After so long without an end, the first round counts as one without figures.
const FIRST_ROUND: Duration = Duration::from_secs(5);

/// The collector of one cluster.
#[derive(Debug)]
pub struct Collector {
    name: ClusterName,
    sources: Sources,
    timing: Timing,
    place: Place,
    kept: Kept,
    newest: watch::Sender<Arc<ClusterUsage>>,
    beat: Beat,
}

/// What is held of every source between rounds.
#[derive(Debug, Default)]
struct Kept {
    storage: Held<StorageReading>,
    witnesses: Vec<Held<StorageReading>>,
    compute: Held<ComputeReading>,
    evidence: Option<Arc<Evidence>>,
}

impl Kept {
    /// When a state is another one than it was then, without any answer.
    fn next_change(&self, timing: Timing, then: Instant) -> Option<Instant> {
        let storage = std::iter::once(&self.storage).chain(&self.witnesses);
        let changes = storage.map(|held| held.next_change(timing, then));
        let changes = changes.chain([self.compute.next_change(timing, then)]);
        changes.flatten().min()
    }

    /// Whether a state is another one than was published.
    fn turned(&self, published: &ClusterUsage, timing: Timing, now: Instant) -> bool {
        let mut witnesses = self.witnesses.iter().zip(&published.witnesses);
        self.storage.turned(&published.storage, timing, now)
            || self.compute.turned(&published.compute, timing, now)
            || witnesses.any(|(held, witness)| held.turned(&witness.part, timing, now))
    }

    /// Takes what a node printed, and no other text.
    fn shown(&mut self, evidence: Option<Evidence>) {
        let printed = evidence.filter(Evidence::is_printed).map(Arc::new);
        self.evidence = printed.or(self.evidence.take());
    }

    /// Both halves of the usage have answered or failed.
    fn ended(&self) -> bool {
        self.storage.ended && self.compute.ended
    }
}

impl Collector {
    /// A collector that has read nothing yet.
    pub fn new(name: ClusterName, sources: Sources, timing: Timing) -> Collector {
        let now = Instant::now();
        let witnesses = sources.witnesses.iter().map(|_| Held::default());
        let kept = Kept {
            witnesses: witnesses.collect(),
            ..Kept::default()
        };
        let billed = Billed {
            source: sources.storage.source(),
            basis: sources.storage.source().basis(),
            size_base: sources.storage.size_base(),
        };
        let unheard = |(source, held): (&StorageSource, &Held<StorageReading>)| Witness {
            source: source.source(),
            part: held.part(timing, now),
        };
        let witnesses = sources.witnesses.iter().zip(&kept.witnesses);
        let usage = ClusterUsage {
            cluster: name.to_string(),
            billed,
            serial: 0,
            at: clock::now(),
            published: now,
            next_round: now + FIRST_ROUND.min(timing.poll),
            poll: timing.poll,
            settled: false,
            storage: kept.storage.part(timing, now),
            compute: kept.compute.part(timing, now),
            witnesses: witnesses.map(unheard).collect(),
            evidence: None,
        };
        Collector {
            name,
            sources,
            timing,
            place: Place::default(),
            kept,
            newest: watch::Sender::new(Arc::new(usage)),
            beat: Beat::default(),
        }
    }

    /// Answers this beat for as long as its loop turns.
    pub fn with_beat(self, beat: Beat) -> Collector {
        Collector { beat, ..self }
    }

    /// Takes its rounds at this place of the interval, as one of several clusters.
    pub fn at(self, place: Place) -> Collector {
        Collector { place, ..self }
    }

    /// The newest usage, now and whenever there is a newer one.
    pub fn newest(&self) -> watch::Receiver<Arc<ClusterUsage>> {
        self.newest.subscribe()
    }

    /// Where its sources note how they do.
    pub fn stages(&self) -> &Stages {
        &self.sources.stages
    }

    /// Where its sources show which peers they leave alone.
    pub fn breakers(&self) -> &Breakers {
        &self.sources.breakers
    }

    /// Reads until `shutdown` is done. What is being asked then is dropped, and ended on the nodes.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let (start, timing) = (Instant::now(), self.timing);
        let mut rounds = Rounds::new(start, timing.poll, self.place);
        let mut kept = std::mem::take(&mut self.kept);
        let mut beat = std::mem::take(&mut self.beat);
        let witnesses = &self.sources.witnesses;
        let mut told = Told::default();
        let mut asking_storage: Asking<'_, Read> = Asking::default();
        let mut asking_compute: Asking<'_, Read<ComputeReading>> = Asking::default();
        let mut asking_witnesses: Vec<Asking<'_, Read>> =
            witnesses.iter().map(|_| Asking::default()).collect();
        let settle_at = start + FIRST_ROUND.min(timing.poll);
        let mut shutdown = std::pin::pin!(shutdown);
        // The moment of which the published states speak: what changes after it is still to be said.
        let mut said = start;
        loop {
            let settled = said >= settle_at || kept.ended();
            let settling = (!settled).then_some(settle_at);
            let change = kept.next_change(timing, said).into_iter().chain(settling);
            let next_change = change.min();
            tokio::select! {
                () = &mut shutdown => return self.sources.close().await,
                () = beat.answer() => continue,
                () = sleep_until(rounds.next()) => {
                    rounds.begin(Instant::now());
                    asking_storage.start(|| self.sources.read(&self.sources.storage));
                    asking_compute.start(|| self.sources.compute.read());
                    for (asking, witness) in asking_witnesses.iter_mut().zip(witnesses) {
                        asking.start(|| self.sources.read(witness));
                    }
                    // A new round alone changes nothing that is served, unless the machine has slept.
                    if !kept.turned(&self.newest.borrow(), timing, Instant::now()) {
                        continue;
                    }
                }
                read = asking_storage.end() => self.take(&mut kept, read),
                read = asking_compute.end() => kept.compute.take(read.reading, &self.name, "compute"),
                (number, read) = Asking::first(&mut asking_witnesses) => {
                    self.take_witness(&mut kept, number, read);
                }
                () = sleep_until(next_change.unwrap_or(said)), if next_change.is_some() => {}
            }
            let now = Instant::now();
            said = now;
            let settled = now >= settle_at || kept.ended();
            let usage = self.usage(&kept, now, rounds.next(), settled);
            told.tell(&usage.compared(), &self.name);
            self.newest.send_replace(Arc::new(usage));
        }
    }

    fn take(&self, kept: &mut Kept, read: Read) {
        kept.shown(read.evidence);
        kept.storage.take(read.reading, &self.name, "storage");
    }

    fn take_witness(&self, kept: &mut Kept, number: usize, read: Read) {
        // What was printed is of interest whoever asked for it.
        kept.shown(read.evidence);
        let source = self.sources.witnesses.get(number);
        let (Some(held), Some(source)) = (kept.witnesses.get_mut(number), source) else {
            return;
        };
        held.take(read.reading, &self.name, source.source().name());
    }

    fn usage(&self, kept: &Kept, now: Instant, next_round: Instant, settled: bool) -> ClusterUsage {
        let (timing, before) = (self.timing, self.newest.borrow());
        let witness = |(held, source): (&Held<StorageReading>, &StorageSource)| Witness {
            source: source.source(),
            part: held.part(timing, now),
        };
        let witnesses = kept.witnesses.iter().zip(&self.sources.witnesses);
        ClusterUsage {
            cluster: self.name.to_string(),
            billed: before.billed,
            serial: before.serial + 1,
            at: clock::now(),
            published: now,
            next_round,
            poll: timing.poll,
            settled,
            storage: kept.storage.part(timing, now),
            compute: kept.compute.part(timing, now),
            witnesses: witnesses.map(witness).collect(),
            evidence: kept.evidence.clone(),
        }
    }
}
