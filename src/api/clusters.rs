//! `GET /api/v1/clusters`: names, states and times; no figures.

use serde::Serialize;
use warp::{Filter, Rejection, hyper::body::Bytes};

use crate::{
    api::{
        body::State,
        error::{Answer, json_answer},
        guard::{Api, read_only},
    },
    clock,
    usage::ClusterUsage,
};

/// The list of clusters.
pub fn route(api: Api) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    warp::path!("clusters").and(read_only()).map(move || {
        let usages: Vec<_> = api.clusters.iter().map(|cluster| cluster.usage()).collect();
        let clusters: Vec<_> = usages
            .iter()
            .map(|usage| Cluster::from(usage.as_ref()))
            .collect();
        json_answer(Bytes::from(
            serde_json::json!({ "clusters": clusters }).to_string(),
        ))
    })
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
