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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The instance that holds it.
    pub holder: String,
    /// Its fencing number, which grows whenever the lease changes hands.
    pub number: i64,
}
