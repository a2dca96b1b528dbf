//! `GET /api/v1/clusters`: names, states and times; no figures.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        error::{Answer, json_answer},
        guard::Api,
        published::Published,
        state::State,
    },
    clock,
    reading::Source,
    usage::{ClusterUsage, Status},
};

/// The list of clusters.
pub fn answer(api: &Api) -> Answer {
    let usages: Vec<_> = api.clusters.iter().map(Published::usage).collect();
    let clusters = usages.iter().map(|usage| Cluster::from(usage.as_ref()));
    json_answer(&Clusters {
        clusters: clusters.collect(),
    })
}

/// Every cluster of the settings, without figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clusters<'a> {
    /// In the order of the settings, never empty. The first is that of the routes that name none.
    clusters: Vec<Cluster<'a>>,
}

/// How far the usage of a cluster is known.
#[derive(Debug, Serialize, ToSchema)]
struct Cluster<'a> {
    /// Its name, as in the settings and in the routes.
    name: &'a str,
    /// What can be said with both parts together.
    status: Status,
    /// When its usage was published.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The source that is billed for storage.
    storage_source: Source,
    /// The storage of the cluster.
    storage: State<'a>,
    /// Its machines and volumes.
    compute: State<'a>,
}

impl<'a> From<&'a ClusterUsage> for Cluster<'a> {
    fn from(usage: &'a ClusterUsage) -> Cluster<'a> {
        Cluster {
            name: &usage.cluster,
            status: usage.status(),
            timestamp: clock::rfc3339(usage.at),
            storage_source: usage.billed.source,
            storage: State::storage(&usage.storage),
            compute: State::compute(&usage.compute),
        }
    }
}
