//! `GET /api/v1/clusters`: names, states and times, and lines of a report that no rule reads; no figures.
//!
//! ```text
//! "drift": {"unread_lines": 1, "lines": [{"line": 9, "label": "Replication"}], "message": "lines of …"}
//! ```

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
    drift::{self, Drift},
    reading::Source,
    usage::{ClusterUsage, Witness},
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
    witnesses: Vec<Witnessed<'a>>,
    drift: Option<Drifted>,
}

/// A source that is compared and never billed.
#[derive(Serialize)]
struct Witnessed<'a> {
    source: &'static str,
    #[serde(flatten)]
    state: State<'a>,
}

/// What of the newest report no rule reads.
#[derive(Serialize)]
struct Drifted {
    unread_lines: usize,
    lines: Vec<Unread>,
    message: Option<String>,
}

#[derive(Serialize)]
struct Unread {
    line: usize,
    label: Option<&'static str>,
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
            witnesses: usage.witnesses.iter().map(Witnessed::from).collect(),
            // Also where the report is a witness.
            drift: usage
                .reading_of(Source::Ssh)
                .and_then(Drift::of)
                .map(Drifted::from),
        }
    }
}

impl<'a> From<&'a Witness> for Witnessed<'a> {
    fn from(witness: &'a Witness) -> Witnessed<'a> {
        Witnessed {
            source: witness.source.name(),
            state: State::storage(&witness.part),
        }
    }
}

impl From<Drift> for Drifted {
    fn from(drift: Drift) -> Drifted {
        let message = drift.message();
        let line = |drift::Line { line, label }| Unread { line, label };
        let lines: Vec<Unread> = drift.lines.into_iter().map(line).collect();
        Drifted {
            unread_lines: lines.len(),
            lines,
            message,
        }
    }
}
