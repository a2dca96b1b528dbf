//! Names that are remembered with their numbers: a number is given once and for ever.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::OnceCell;

use crate::{cluster_name::ClusterName, lock::held, store::origin::Origin};

/// What is known already.
#[derive(Debug, Default)]
pub(crate) struct Names {
    clusters: Mutex<HashMap<ClusterName, i64>>,
    numbers: Mutex<HashMap<Arc<Origin>, i64>>,
    origins: Mutex<HashMap<i64, Arc<Origin>>>,
    /// Whether all origins that there were have been read.
    pub(crate) all_origins: OnceCell<()>,
}

impl Names {
    /// The number of a cluster.
    pub(crate) fn cluster(&self, cluster: &ClusterName) -> Option<i64> {
        held(&self.clusters).get(cluster).copied()
    }

    /// A cluster has this number.
    pub(crate) fn learn_cluster(&self, cluster: &ClusterName, number: i64) {
        held(&self.clusters).insert(cluster.clone(), number);
    }

    /// The number of an origin.
    pub(crate) fn number(&self, origin: &Arc<Origin>) -> Option<i64> {
        held(&self.numbers).get(origin).copied()
    }

    /// The origin of a number.
    pub(crate) fn origin(&self, number: i64) -> Option<Arc<Origin>> {
        held(&self.origins).get(&number).cloned()
    }

    /// An origin has this number.
    pub(crate) fn learn_origin(&self, origin: Arc<Origin>, number: i64) {
        held(&self.numbers).insert(origin.clone(), number);
        held(&self.origins).insert(number, origin);
    }
}
