//! What is read, on its way to where it is kept: written before it is published.
//!
//! The keeper has a deadline of its own. A source that waits for it is not asked again meanwhile, and nothing else
//! waits: states follow the clock.

use std::time::Duration;

use crate::{
    clock,
    cluster_name::ClusterName,
    keeper::{
        entries::For,
        handle::{Keeper, Outcome},
    },
    lease::post::Duty,
    reading::{ComputeReading, Evidence, Source, StorageReading},
    source::{error::SourceError, read::Read},
    store::{
        entry::{Entry, Text},
        kept::Kept,
        origin::{Asked, Role},
    },
};

/// Where what is read of a cluster is kept.
#[derive(Debug)]
pub struct Keeping {
    cluster: ClusterName,
    keeper: Option<Keeper>,
    holds: u32,
}

impl Keeping {
    /// Nowhere: it is published, and that is all.
    pub fn nowhere(cluster: ClusterName) -> Keeping {
        Keeping {
            cluster,
            keeper: None,
            holds: 0,
        }
    }

    /// There; a reading stands for so long where no other one follows.
    pub fn new(cluster: ClusterName, keeper: Keeper, holds: Duration) -> Keeping {
        Keeping {
            cluster,
            keeper: Some(keeper),
            holds: u32::try_from(holds.as_secs()).unwrap_or(u32::MAX),
        }
    }

    /// Keeps what a storage source gave, and gives it back; `None` where it must not be published.
    pub async fn storage(
        &self,
        role: Role,
        source: Source,
        read: Read<StorageReading>,
        duty: &Duty,
    ) -> Option<Read<StorageReading>> {
        self.keep(role, source.into(), read, duty, For::storage)
            .await
    }

    /// The same of compute.
    pub async fn compute(
        &self,
        read: Read<ComputeReading>,
        duty: &Duty,
    ) -> Option<Read<ComputeReading>> {
        self.keep(Role::Compute, Asked::ComputeStat, read, duty, For::compute)
            .await
    }

    async fn keep<T>(
        &self,
        role: Role,
        source: Asked,
        read: Read<T>,
        duty: &Duty,
        entry: impl Fn(&For, &T, &Evidence) -> (Entry, Text),
    ) -> Option<Read<T>> {
        let (Some(keeper), Duty::Collect(fence)) = (&self.keeper, duty) else {
            return Some(read);
        };
        let of = For {
            cluster: self.cluster.clone(),
            role,
            holds: self.holds,
        };
        let absence = |error: &SourceError| of.absence(source, error, clock::now());
        let (reading, absence) = match (&read.reading, &read.evidence) {
            (Ok(reading), Some(evidence)) => (Some(entry(&of, reading, evidence)), None),
            // Every source shows what it was read from.
            (Ok(_), None) => return Some(read),
            (Err(error), _) => (None, Some(absence(error))),
        };
        let kept = Kept {
            cluster: of.cluster,
            readings: reading.into_iter().collect(),
            absences: absence.into_iter().collect(),
            fence: fence.clone(),
        };
        match keeper.keep(kept).await {
            Outcome::Stored | Outcome::Queued | Outcome::Lost => Some(read),
            Outcome::Fenced => {
                let (cluster, source) = (&self.cluster, source.name());
                tracing::info!(%cluster, source, "another instance has taken the cluster over: what was read is dropped");
                None
            }
        }
    }
}
