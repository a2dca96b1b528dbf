//! Storage by tier, from the series of the cluster's file system in Prometheus, asked for there or through
//! Grafana.
//!
//! ```text
//! total  sum(tier:mdsd_fs_space_bytes:sum{cloud=""})        free  sum(tier:mdsd_fs_free_space_bytes:sum{cloud=""})
//! ```
//!
//! All queries are for one and the same moment. Where sum, tiers and the times of their samples do not fit
//! together, a sample arrived between two of the queries, and they are asked once more for that same moment;
//! what does not fit then is no reading.

use jiff::Timestamp;

use crate::{
    amount::Amount,
    chain::chain,
    clock,
    cluster_name::ClusterName,
    promql::{direct::Prometheus, error::QueryError, grafana::Grafana, vector::Vector},
    reading::{Source, Space, StorageReading, Tier},
    source::{
        error::SourceError,
        metric::{self, Unfit},
        once::Once,
        queries::{Queries, Series},
        read::Read,
        sides::{FREE, Side, TOTAL, fit},
    },
    vstorage::unread::Unread,
    web::peer::Peer,
};

/// Who is asked.
#[derive(Debug)]
pub enum Asked {
    /// A Prometheus server itself.
    Prometheus(Prometheus),
    /// Grafana, which asks its own.
    Grafana(Grafana),
}

/// The series of one cluster.
#[derive(Debug)]
pub struct PrometheusSource {
    asked: Asked,
    cluster: ClusterName,
    queries: Queries,
    told: Once,
}

impl Asked {
    async fn query(&self, query: &str, at: Timestamp) -> Result<Vector, QueryError> {
        match self {
            Asked::Prometheus(prometheus) => prometheus.query(query, at).await,
            Asked::Grafana(grafana) => grafana.query(query, at).await,
        }
    }

    fn peer(&self) -> (Peer, &str) {
        match self {
            Asked::Prometheus(prometheus) => (Peer::Prometheus, prometheus.url()),
            Asked::Grafana(grafana) => (Peer::Grafana, grafana.url()),
        }
    }
}

impl PrometheusSource {
    /// The series that these queries find.
    pub fn new(asked: Asked, cluster: ClusterName, queries: Queries) -> PrometheusSource {
        PrometheusSource {
            asked,
            cluster,
            queries,
            told: Once::default(),
        }
    }

    /// Its name.
    pub fn source(&self) -> Source {
        match self.asked {
            Asked::Prometheus(_) => Source::Prometheus,
            Asked::Grafana(_) => Source::Grafana,
        }
    }

    /// Asks once.
    pub async fn read(&self) -> Read {
        Read {
            reading: self.reading().await,
            evidence: None,
        }
    }

    async fn reading(&self) -> Result<StorageReading, SourceError> {
        // What Prometheus knows of time are milliseconds.
        let now = clock::now();
        let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let (mut total, mut free) = self.sides(at).await?;
        if fit(&total, &free).is_err() || total.at != free.at {
            (total, free) = self.sides(at).await?;
        }
        let (logical, tiers) = fit(&total, &free).map_err(|(key, why)| self.unfit(key, why))?;
        let source = self.source();
        Ok(StorageReading {
            source,
            basis: source.basis(),
            observed_at: total.at.min(free.at),
            node: None,
            cluster_status: None,
            size_base: None,
            logical,
            physical: self.physical(at).await,
            user_data: None,
            user_data_by: None,
            replication: None,
            license: None,
            tiers: self.named(tiers),
            services: None,
            unread: Unread::default(),
        })
    }

    async fn sides(&self, at: Timestamp) -> Result<(Side, Side), SourceError> {
        let total = self.side(TOTAL, &self.queries.total, at).await?;
        let free = self.side(FREE, &self.queries.free, at).await?;
        Ok((total, free))
    }

    async fn side(
        &self,
        key: &'static str,
        series: &Series,
        at: Timestamp,
    ) -> Result<Side, SourceError> {
        let unfit = |why| self.unfit(key, why);
        let sum = self.asked.query(&series.sum(), at).await?;
        let tiers = self.asked.query(&series.by_tier(), at).await?;
        let oldest = self.asked.query(&series.oldest(), at).await?;
        Ok(Side {
            sum: metric::one(&sum).map_err(unfit)?,
            tiers: metric::by_tier(&tiers).map_err(unfit)?,
            at: metric::moment(&oldest).map_err(unfit)?,
        })
    }

    /// The tiers by their names; `None` where a series names none.
    fn named(&self, tiers: Vec<(Option<String>, Space)>) -> Option<Vec<Tier>> {
        let mixed = tiers.len() > 1 && tiers.iter().any(|(tier, _)| tier.is_none());
        if mixed && self.told.is_new("tiers") {
            tracing::warn!(
                cluster = %self.cluster, source = self.source().name(),
                "some series have a label `tier` and some have none; tiers are served as null"
            );
        }
        let named = tiers.into_iter().map(|(tier, space)| {
            Some(Tier {
                id: tier?,
                logical: Some(space),
                physical: None,
            })
        });
        named.collect()
    }

    /// What is free on the disks, of all that is on them. A reading is one without it, too.
    async fn physical(&self, at: Timestamp) -> Option<Space> {
        let (total, free) = (&self.queries.physical_total, &self.queries.physical_free);
        let total = self.aside("physical_total_query", total, at).await?;
        let free = self.aside("physical_free_query", free, at).await?;
        let space = Space::derived(total, free);
        if space.is_none() {
            self.tell(&self.unfit("physical_free_query", Unfit::MoreFree));
        }
        space
    }

    /// A figure that a reading can do without. That there are no series of it is nothing to tell.
    async fn aside(&self, key: &'static str, query: &str, at: Timestamp) -> Option<Amount> {
        let vector = self.asked.query(query, at).await;
        let amount = match vector {
            Ok(vector) if vector.samples.is_empty() && !vector.warned => return None,
            Ok(vector) => metric::one(&vector).map_err(|why| self.unfit(key, why)),
            Err(error) => Err(error.into()),
        };
        match amount {
            Ok(amount) => Some(amount),
            Err(error) => {
                self.tell(&error);
                None
            }
        }
    }

    fn tell(&self, error: &SourceError) {
        let code = error.code().name();
        if self.told.is_new(code) {
            tracing::warn!(
                cluster = %self.cluster, source = self.source().name(), code, error = chain(error),
                "there is no figure of the space on the disks; it is served as null"
            );
        }
    }

    fn unfit(&self, key: &'static str, source: Unfit) -> SourceError {
        let (peer, url) = self.asked.peer();
        SourceError::Metrics {
            peer,
            url: url.to_owned(),
            key,
            source,
        }
    }
}
