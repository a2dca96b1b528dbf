//! `GET /api/v1/clusters`: names, states and times; no figures.

use serde::Serialize;
use warp::hyper::body::Bytes;

use crate::{
    api::{
        error::{Answer, json_answer},
        guard::Api,
        published::Published,
        state::State,
    },
    clock,
    usage::ClusterUsage,
};

/// The list of clusters.
pub fn answer(api: &Api) -> Answer {
    let usages: Vec<_> = api.clusters.iter().map(Published::usage).collect();
    let clusters: Vec<_> = usages
        .iter()
        .map(|usage| Cluster::from(usage.as_ref()))
        .collect();
    json_answer(Bytes::from(
        serde_json::json!({ "clusters": clusters }).to_string(),
    ))
}

#[derive(Serialize)]
struct Cluster<'a> {
    name: &'a str,
    status: &'static str,
    timestamp: String,
    storage_source: &'static str,
    storage: State<'a>,
    compute: State<'a>,
}

impl<'a> From<&'a ClusterUsage> for Cluster<'a> {
    fn from(usage: &'a ClusterUsage) -> Cluster<'a> {
        Cluster {
            name: &usage.cluster,
            status: usage.status().name(),
            timestamp: clock::rfc3339(usage.at),
            storage_source: usage.billed.source.name(),
            storage: State::storage(&usage.storage),
            compute: State::compute(&usage.compute),
        }
    }
}
