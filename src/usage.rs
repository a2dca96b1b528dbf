//! What we say of a cluster: its newest readings, each fresh, stale, or missing with a reason.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    reading::{BaseInForce, Basis, ComputeReading, Evidence, Source, StorageReading},
    reason::Reason,
    witness::{self, Compared, Heard},
    words::words,
};

/// One half of the usage.
#[derive(Clone, Debug)]
pub enum Part<T> {
    /// Read within the last two polls.
    Fresh(Arc<T>),
    /// Older, but younger than the greatest age; why there is none newer.
    Stale(Arc<T>, Reason),
    /// No usable figure, and why.
    Missing(Reason),
}

impl<T> Part<T> {
    /// The reading, if there is a usable one.
    pub fn reading(&self) -> Option<&T> {
        match self {
            Part::Fresh(reading) | Part::Stale(reading, _) => Some(reading),
            Part::Missing(_) => None,
        }
    }

    /// Why it is not fresh.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Part::Fresh(_) => None,
            Part::Stale(_, reason) | Part::Missing(reason) => Some(reason),
        }
    }

    /// How far it can be used.
    pub fn state(&self) -> PartState {
        match self {
            Part::Fresh(_) => PartState::Fresh,
            Part::Stale(..) => PartState::Stale,
            Part::Missing(_) => PartState::Missing,
        }
    }
}

words! {
    /// How far a part can be used.
    PartState as "PartState" {
        /// Its figures were read within the last two polls.
        Fresh = "fresh",
        /// Its figures are older than two polls, and younger than `max_age`.
        Stale = "stale",
        /// It has no usable figure: each of them is null.
        Missing = "missing",
    }
}

/// The newest usage of a cluster, published as a whole.
#[derive(Clone, Debug)]
pub struct ClusterUsage {
    /// Which cluster.
    pub cluster: String,
    /// Counts the publications of this cluster.
    pub serial: u64,
    /// When it was published.
    pub at: Timestamp,
    /// The same moment on the clock that cannot be set.
    pub published: Instant,
    /// When the next round begins.
    pub next_round: Instant,
    /// From one round to the next: a source that hangs publishes nothing, and rounds go on.
    pub poll: Duration,
    /// Whether a round has ended, or had time enough to.
    pub settled: bool,
    /// What is billed for storage, also where it is missing.
    pub billed: Billed,
    /// What storage says.
    pub storage: Part<StorageReading>,
    /// What compute says.
    pub compute: Part<ComputeReading>,
    /// What the witnesses of storage say, in the order of the settings.
    pub witnesses: Vec<Witness>,
    /// The newest raw text of a storage node, read or unreadable.
    pub evidence: Option<Arc<Evidence>>,
}

/// A second source of storage: compared, and never billed.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Which source.
    pub source: Source,
    /// What it says.
    pub part: Part<StorageReading>,
}

/// The source that is billed and what its figures mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// Which source.
    pub source: Source,
    /// What *logical* means for it.
    pub basis: Basis,
    /// What its printed unit letters stand for, where it prints sizes.
    pub size_base: Option<BaseInForce>,
}

words! {
    /// What can be said with both parts, storage and compute, together.
    Status as "Status" {
        /// Both parts are fresh. Single figures can still be null, where the panel does not give them.
        Complete = "complete",
        /// Both parts are usable, and at least one is stale.
        Stale = "stale",
        /// Compute is usable, storage is missing.
        Partial = "partial",
        /// Storage is usable, compute is missing; the usage is then answered with 502.
        NoCompute = "no_compute",
        /// Nothing is usable; the usage is then answered with 503.
        Nothing = "nothing",
        /// No round has ended yet; the usage is then answered with 503.
        NotYet = "not_yet",
    }
}

impl ClusterUsage {
    /// What can be said with both parts together.
    pub fn status(&self) -> Status {
        match (&self.storage, &self.compute) {
            _ if !self.settled => Status::NotYet,
            (Part::Fresh(_), Part::Fresh(_)) => Status::Complete,
            (Part::Missing(_), Part::Missing(_)) => Status::Nothing,
            (_, Part::Missing(_)) => Status::NoCompute,
            (Part::Missing(_), _) => Status::Partial,
            _ => Status::Stale,
        }
    }

    /// The billed reading held against every witness.
    pub fn compared(&self) -> Compared {
        let billed = (self.billed.source, self.storage.reading());
        let heard = self
            .witnesses
            .iter()
            .map(|it| (it.source, it.part.reading()));
        let witnesses: Vec<Heard<'_>> = heard.collect();
        witness::compare(billed, &witnesses)
    }

    /// The newest usable reading of a source, billed or witness.
    pub fn reading_of(&self, source: Source) -> Option<&StorageReading> {
        if source == self.billed.source {
            return self.storage.reading();
        }
        let witness = self.witnesses.iter().find(|it| it.source == source)?;
        witness.part.reading()
    }

    /// Whether this source is billed or a witness.
    pub fn asks(&self, source: Source) -> bool {
        self.billed.source == source || self.witnesses.iter().any(|it| it.source == source)
    }

    /// Whether both parts are usable.
    pub fn ready(&self) -> bool {
        matches!(self.status(), Status::Complete | Status::Stale)
    }
}
