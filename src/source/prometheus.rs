//! Storage by tier, from the series of the cluster's file system in Prometheus, asked for there or through
//! Grafana.
//!
//! ```text
//! total  sum(tier:mdsd_fs_space_bytes:sum{cloud=""})        free  sum(tier:mdsd_fs_free_space_bytes:sum{cloud=""})
//! ```
//!
//! All queries are for one and the same moment. Where sum, tiers and the times of their samples do not fit
//! together, a sample arrived between two of the queries, and they are asked once more for that same moment;
//! what does not fit then, or was not taken at one moment, is no reading. Space on the disks is held to the same,
//! and a reading does without it.

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::Amount,
    chain::chain,
    clock,
    cluster_name::ClusterName,
    promql::{direct::Prometheus, error::QueryError, grafana::Grafana, vector::Vector},
    reading::{Source, Space, StorageReading, Tier},
    source::{
        changes::Changes,
        error::SourceError,
        metric::{self, Unfit},
        once::Once,
        queries::{Queries, Series},
        read::Read,
        sides::{FREE, Moments, Side, TOTAL, fit},
    },
    vstorage::unread::Unread,
    web::peer::Peer,
};

/// So much older than the tiers may the space on the disks be: as much as a witness may lag behind.
const LAG: SignedDuration = SignedDuration::from_mins(2);
const PHYSICAL_TOTAL: &str = "physical_total_query";
const PHYSICAL_FREE: &str = "physical_free_query";

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
    missed: Changes,
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
            missed: Changes::default(),
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
        let observed_at = total.at.and(free.at).oldest;
        Ok(StorageReading {
            source,
            basis: source.basis(),
            observed_at,
            node: None,
            cluster_status: None,
            size_base: None,
            logical,
            physical: self.told_physical(at, observed_at).await,
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
        Ok(Side {
            sum: metric::one(&sum).map_err(unfit)?,
            tiers: metric::by_tier(&tiers).map_err(unfit)?,
            at: self.moments(key, series, at).await?,
        })
    }

    /// When the samples of these series were taken.
    async fn moments(
        &self,
        key: &'static str,
        series: &Series,
        at: Timestamp,
    ) -> Result<Moments, SourceError> {
        let unfit = |why| self.unfit(key, why);
        let oldest = self.asked.query(&series.oldest(), at).await?;
        let newest = self.asked.query(&series.newest(), at).await?;
        Ok(Moments {
            oldest: metric::moment(&oldest).map_err(unfit)?,
            newest: metric::moment(&newest).map_err(unfit)?,
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

    /// What is free on the disks, of all that is on them; why it is not known is said at each change.
    async fn told_physical(&self, at: Timestamp, observed_at: Timestamp) -> Option<Space> {
        let mut physical = self.physical(at, observed_at).await;
        if let Err(SourceError::Metrics {
            source: Unfit::OtherMoments,
            ..
        }) = physical
        {
            // As with the tiers, a sample may have arrived in between.
            physical = self.physical(at, observed_at).await;
        }
        let (space, error) = match physical {
            Ok(space) => (space, None),
            Err(error) => (None, Some(error)),
        };
        let now = error.into_iter().collect();
        for error in self.missed.begun(now, |it| it.code().name().to_owned()) {
            tracing::warn!(
                cluster = %self.cluster, source = self.source().name(),
                code = error.code().name(), error = chain(&error),
                "there is no figure of the space on the disks; it is served as null"
            );
        }
        space
    }

    /// Not an error, and no figure: there are no series of it.
    async fn physical(
        &self,
        at: Timestamp,
        observed_at: Timestamp,
    ) -> Result<Option<Space>, SourceError> {
        let queries = &self.queries;
        let (all, left) = (&queries.physical_total, &queries.physical_free);
        let Some(total) = self.aside(PHYSICAL_TOTAL, all, at).await? else {
            return Ok(None);
        };
        let Some(free) = self.aside(PHYSICAL_FREE, left, at).await? else {
            return Ok(None);
        };
        let (all, left) = (Series::within(all), Series::within(left));
        let of_total = self.moments(PHYSICAL_TOTAL, &all, at).await?;
        let of_free = self.moments(PHYSICAL_FREE, &left, at).await?;
        if !of_total.and(of_free).is_one() {
            return Err(self.unfit(PHYSICAL_FREE, Unfit::OtherMoments));
        }
        if observed_at.duration_since(of_total.oldest) > LAG {
            return Err(self.unfit(PHYSICAL_TOTAL, Unfit::Old));
        }
        let space = Space::derived(total, free);
        let space = space.ok_or_else(|| self.unfit(PHYSICAL_FREE, Unfit::MoreFree))?;
        Ok(Some(space))
    }

    /// A figure that a reading can do without; `None` where there are no series of it.
    async fn aside(
        &self,
        key: &'static str,
        query: &str,
        at: Timestamp,
    ) -> Result<Option<Amount>, SourceError> {
        let vector = self.asked.query(query, at).await?;
        if vector.samples.is_empty() && !vector.warned {
            return Ok(None);
        }
        let amount = metric::one(&vector).map_err(|why| self.unfit(key, why))?;
        Ok(Some(amount))
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
