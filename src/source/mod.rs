//! Where figures come from: each source joins a way of asking with a meaning, and yields a reading.
//!
//! Storage has one source per cluster that is billed; compute has one, the panel's stat.

pub mod again;
pub mod changes;
pub mod cluster_list;
pub mod compute_stat;
pub mod error;
pub mod exact;
pub mod licence;
pub mod licence_body;
pub mod metric;
pub mod metric_answers;
pub mod node;
pub mod odd;
pub mod once;
pub mod overview;
pub mod overview_answers;
pub mod overview_body;
pub mod printed;
pub mod prometheus;
pub mod queries;
pub mod question;
pub mod read;
pub mod sides;
pub mod stat_keys;
pub mod tool;
pub mod transcript;
pub mod whole;

use tokio::time::Instant;

use crate::{
    breaker::Breakers,
    reading::{BaseInForce, Source},
    source::{
        compute_stat::ComputeStat, node::NodeSource, overview::OverviewSource,
        prometheus::PrometheusSource, read::Read,
    },
    stage::{Stage, Stages},
};

/// All that is asked of one cluster.
#[derive(Debug)]
pub struct Sources {
    /// The one storage source that is billed.
    pub storage: StorageSource,
    /// Further storage sources, which are compared and never billed.
    pub witnesses: Vec<StorageSource>,
    /// Compute.
    pub compute: ComputeStat,
    /// Where all of them note how they do.
    pub stages: Stages,
    /// Where all of them show which peers they leave alone.
    pub breakers: Breakers,
}

impl Sources {
    /// Asks one of the storage sources once, and notes how it does.
    pub async fn read(&self, source: &StorageSource) -> Read {
        let begun = Instant::now();
        let read = source.read().await;
        let failure = read.reading.as_ref().err();
        let word = failure.map(|error| error.code().name());
        let stage = Stage::Source(source.source().name());
        self.stages.take(stage, begun.elapsed(), word);
        read
    }

    /// Ends what is being asked just now where others would go on with it, and closes what is kept open.
    pub async fn close(&self) {
        for source in std::iter::once(&self.storage).chain(&self.witnesses) {
            source.close().await;
        }
    }
}

/// The storage sources.
#[derive(Debug)]
pub enum StorageSource {
    /// `vstorage stat` on a storage node, over SSH.
    Ssh(NodeSource),
    /// The panel's overview.
    Overview(OverviewSource),
    /// Prometheus, asked itself or through Grafana.
    Prometheus(Box<PrometheusSource>),
}

impl StorageSource {
    /// What its printed unit letters stand for; `None` where it gives exact bytes.
    pub fn size_base(&self) -> Option<BaseInForce> {
        match self {
            StorageSource::Ssh(source) => Some(source.size_base()),
            StorageSource::Overview(_) | StorageSource::Prometheus(_) => None,
        }
    }

    /// Its name.
    pub fn source(&self) -> Source {
        match self {
            StorageSource::Ssh(_) => Source::Ssh,
            StorageSource::Overview(_) => Source::Overview,
            StorageSource::Prometheus(source) => source.source(),
        }
    }

    /// Ends what it asks just now. A request over HTTP ends with whoever waits for it.
    pub async fn close(&self) {
        match self {
            StorageSource::Ssh(source) => source.close().await,
            StorageSource::Overview(_) | StorageSource::Prometheus(_) => {}
        }
    }

    /// Asks the source once.
    pub async fn read(&self) -> Read {
        match self {
            StorageSource::Ssh(source) => source.read().await,
            StorageSource::Overview(source) => source.read().await,
            StorageSource::Prometheus(source) => source.read().await,
        }
    }
}
