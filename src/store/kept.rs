//! What one round leaves to be kept: the unit that is handed from the collector to the store.

use crate::{
    cluster_name::ClusterName,
    store::entry::{Absence, Entry, Text},
};

/// What one round of a cluster has read, and what it could not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of which cluster.
    pub cluster: ClusterName,
    /// Every reading with the text that it was read from.
    pub readings: Vec<(Entry, Text)>,
    /// Every source that gave none.
    pub absences: Vec<Absence>,
    /// The lease under which it was read, where instances share the clusters out.
    pub fence: Option<Fence>,
}

/// A lease as whoever writes under it knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence {
    /// The instance that holds it.
    pub holder: String,
    /// Its fencing number, which grows whenever the lease changes hands; 0 for the one that it takes next.
    pub number: i64,
}

impl Fence {
    /// Of an instance that has not reached the store yet: the lease that it takes next.
    pub fn next(holder: impl Into<String>) -> Fence {
        Fence {
            holder: holder.into(),
            number: 0,
        }
    }

    /// Whether it is still to be taken.
    pub fn is_next(&self) -> bool {
        self.number == 0
    }
}

impl Kept {
    /// When it was read: the newest moment of what it holds, in milliseconds since 1970; `None` where it holds nothing.
    pub fn at_ms(&self) -> Option<i64> {
        let readings = self.readings.iter().map(|(entry, _)| entry.at);
        let absences = self.absences.iter().map(|absence| absence.at);
        let newest = readings.chain(absences).max()?;
        Some(newest.as_millisecond())
    }
}
