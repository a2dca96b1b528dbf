//! `GET /api/v1/clusters`: names, states and times, the peers that are left alone, and lines of a report that no rule
//! reads; no figures.
//!
//! ```text
//! "breakers": [{"peer": "panel", "code": "auth_refused", "since": "…", "next_try": "…"}]
//! "drift": {"unread_lines": 1, "lines": [{"line": 9, "label": "Replication"}], "message": "lines of …"}
//! ```

use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::{
    api::{
        error::{Answer, json_answer},
        guard::Api,
        published::Published,
        state::State,
        store_body::StoreBody,
    },
    breaker::Open,
    clock,
    drift::{self, Drift},
    lease::post::CollectedBy,
    reading::Source,
    reason::Code,
    usage::{ClusterUsage, Status, Witness},
};

/// The list of clusters.
pub fn answer(api: &Api) -> Answer {
    let usages: Vec<_> = api.clusters.iter().map(Published::usage).collect();
    let clusters = usages.iter().zip(api.clusters.iter());
    let clusters = clusters.map(|(usage, published)| Cluster::of(usage, published));
    json_answer(&Clusters {
        clusters: clusters.collect(),
        store: api.archive.standing().into(),
    })
}

/// Every cluster of the settings, without figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clusters<'a> {
    /// In the order of the settings, never empty. The first is that of the routes that name none.
    clusters: Vec<Cluster<'a>>,
    /// What is kept of all of them.
    store: StoreBody,
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
    /// Which instance asks its sources. Figures are the same on each of them, with their own times.
    collected_by: CollectedBy,
    /// The storage of the cluster.
    storage: State<'a>,
    /// Its machines and volumes.
    compute: State<'a>,
    /// The sources that storage is compared with, in the order of the settings.
    witnesses: Vec<Witnessed<'a>>,
    /// The peers that refused us or failed, and are left alone, by name; empty where all of them are asked.
    breakers: Vec<LeftAlone>,
    /// What of the newest report of `vstorage stat` no rule reads; null where there is no report.
    drift: Option<Drifted>,
}

/// A source that is compared and never billed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WitnessState)]
struct Witnessed<'a> {
    /// The witness.
    source: Source,
    #[serde(flatten)]
    state: State<'a>,
}

/// A peer that is not asked for a while, so that no account is locked and no node is worn out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Breaker)]
struct LeftAlone {
    /// A storage node, or `panel`, `prometheus` or `grafana`; a path or a query behind it where that alone is left
    /// alone.
    peer: String,
    /// What the peer did.
    code: Code,
    /// Since when it has been left alone, without an answer in between.
    #[schema(format = DateTime)]
    since: String,
    /// When it is asked again; null where that waits for a person.
    #[schema(format = DateTime)]
    next_try: Option<String>,
}

/// What of a report no rule reads. It costs no figure that is served, and may cost one tomorrow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Drift)]
struct Drifted {
    /// How many lines.
    #[schema(format = Int64)]
    unread_lines: usize,
    /// The first 50 of them, in the order of the text.
    lines: Vec<Unread>,
    /// What is asked of whoever sees it; null where every line is read.
    message: Option<String>,
}

/// A line that no rule reads. Of its text only a label that is known is told: it may hold a key or a name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnreadLine)]
struct Unread {
    /// Its number in the text, from 1.
    #[schema(format = Int64)]
    line: usize,
    /// The label that it begins with, such as `License`; null where none is known.
    label: Option<&'static str>,
}

impl<'a> Cluster<'a> {
    fn of(usage: &'a ClusterUsage, published: &Published) -> Cluster<'a> {
        let breakers = published.breakers().all();
        Cluster {
            name: &usage.cluster,
            status: usage.status(),
            timestamp: clock::rfc3339(usage.at),
            storage_source: usage.billed.source,
            storage: State::storage(&usage.storage),
            compute: State::compute(&usage.compute),
            witnesses: usage.witnesses.iter().map(Witnessed::from).collect(),
            collected_by: CollectedBy::of(published.post(), Instant::now()),
            breakers: breakers.into_iter().map(LeftAlone::from).collect(),
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
            source: witness.source,
            state: State::storage(&witness.part),
        }
    }
}

impl From<(String, Open)> for LeftAlone {
    fn from((peer, open): (String, Open)) -> LeftAlone {
        LeftAlone {
            peer,
            code: open.code,
            since: clock::rfc3339(open.since),
            next_try: open.next_try.map(clock::rfc3339),
        }
    }
}

impl From<Drift> for Drifted {
    fn from(drift: Drift) -> Drifted {
        let message = drift.message();
        let line = |drift::Line { line, label }| Unread { line, label };
        Drifted {
            unread_lines: drift.count,
            lines: drift.lines.into_iter().map(line).collect(),
            message,
        }
    }
}
