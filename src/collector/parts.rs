//! What is held of every source between rounds, and what is published of it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    clock,
    collector::held::{Held, Timing},
    reading::{ComputeReading, Evidence, Source, StorageReading},
    source::{Sources, StorageSource},
    store::origin::Role,
    usage::{ClusterUsage, Witness},
};

/// What is held of every source between rounds.
#[derive(Debug)]
pub struct Parts {
    /// Which source is billed for storage.
    pub billed: Source,
    /// What it says.
    pub storage: Held<StorageReading>,
    /// The sources that it is compared with, in the order of the settings.
    pub witnesses: Vec<(Source, Held<StorageReading>)>,
    /// Compute.
    pub compute: Held<ComputeReading>,
    /// The newest text that a node printed.
    pub evidence: Option<Arc<Evidence>>,
}

impl Parts {
    /// Nothing yet of any of these sources, since the collector began.
    pub fn new(sources: &Sources, began: Timestamp) -> Parts {
        let unheard = |source: &StorageSource| (source.source(), Held::since(began));
        Parts {
            billed: sources.storage.source(),
            storage: Held::since(began),
            witnesses: sources.witnesses.iter().map(unheard).collect(),
            compute: Held::since(began),
            evidence: None,
        }
    }

    /// What is held of a storage source; `None` where these settings ask it for
    /// something else, or not at all.
    pub fn of(&mut self, role: Role, source: Source) -> Option<&mut Held<StorageReading>> {
        match role {
            Role::Storage => (source == self.billed).then_some(&mut self.storage),
            Role::Compute => None,
            Role::Witness => {
                let mut witnesses = self.witnesses.iter_mut();
                let (_, held) = witnesses.find(|(known, _)| *known == source)?;
                Some(held)
            }
        }
    }

    /// Takes the raw text behind a reading, or behind the lack of one. It is of interest whoever asked for it, and only
    /// one source prints any.
    pub fn show(&mut self, evidence: Option<Evidence>) {
        let printed = evidence.filter(Evidence::is_printed);
        self.evidence = printed.map(Arc::new).or(self.evidence.take());
    }

    /// When the next reading is due; `None` where there is none yet.
    pub fn due(&self, timing: Timing) -> Option<Instant> {
        self.storage.due(timing).max(self.compute.due(timing))
    }

    /// When a state is another one than it was then, without any answer.
    pub fn next_change(&self, timing: Timing, then: Instant) -> Option<Instant> {
        let witnesses = self.witnesses.iter().map(|(_, held)| held);
        let storage = std::iter::once(&self.storage).chain(witnesses);
        let changes = storage.map(|held| held.next_change(timing, then));
        let changes = changes.chain([self.compute.next_change(timing, then)]);
        changes.flatten().min()
    }

    /// Whether a state is another one than was published.
    pub fn turned(&self, published: &ClusterUsage, timing: Timing, now: Instant) -> bool {
        let mut witnesses = self.witnesses.iter().zip(&published.witnesses);
        self.storage.turned(&published.storage, timing, now)
            || self.compute.turned(&published.compute, timing, now)
            || witnesses.any(|((_, held), witness)| held.turned(&witness.part, timing, now))
    }

    /// Both halves of the usage have answered or failed.
    pub fn ended(&self) -> bool {
        self.storage.ended && self.compute.ended
    }

    /// What can be said of every witness at this moment.
    pub fn witnesses(&self, timing: Timing, now: Instant) -> Vec<Witness> {
        let witness = |(source, held): &(Source, Held<StorageReading>)| Witness {
            source: *source,
            part: held.part(timing, now),
        };
        self.witnesses.iter().map(witness).collect()
    }

    /// What is published of it at this moment, with the next round then, after what was published before.
    pub fn usage(
        &self,
        before: &ClusterUsage,
        timing: Timing,
        (now, next_round): (Instant, Instant),
        settled: bool,
    ) -> ClusterUsage {
        ClusterUsage {
            cluster: before.cluster.clone(),
            billed: before.billed,
            serial: before.serial + 1,
            at: clock::now(),
            published: now,
            next_round,
            poll: timing.poll,
            settled,
            storage: self.storage.part(timing, now),
            compute: self.compute.part(timing, now),
            witnesses: self.witnesses(timing, now),
            evidence: self.evidence.clone(),
        }
    }
}
