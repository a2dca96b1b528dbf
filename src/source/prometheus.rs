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

use jiff::Timestamp;

use crate::{
    chain::chain,
    clock,
    cluster_name::ClusterName,
    promql::{
        answer::Raw, direct::Prometheus, error::QueryError, form, grafana::Grafana, vector::Vector,
    },
    reading::{Source, StorageReading},
    source::{
        changes::Changes,
        error::SourceError,
        metric::Unfit,
        metric_answers::{Answers, OF_FREE, OF_TOTAL, PHYSICAL_FREE, PHYSICAL_TOTAL, Understood},
        once::Once,
        queries::{Queries, Series},
        question::Question,
        read::Read,
        sides::fit,
        transcript::Transcript,
    },
    web::{peer::Peer, teller::Teller},
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
    missed: Changes,
}

impl Asked {
    async fn query(
        &self,
        query: &str,
        at: Timestamp,
        raw: &mut Option<Raw>,
    ) -> Result<Vector, QueryError> {
        match self {
            Asked::Prometheus(prometheus) => prometheus.query(query, at, raw).await,
            Asked::Grafana(grafana) => grafana.query(query, at, raw).await,
        }
    }

    fn teller(&self) -> Teller<'_> {
        let (peer, url) = match self {
            Asked::Prometheus(prometheus) => (Peer::Prometheus, prometheus.url()),
            Asked::Grafana(grafana) => (Peer::Grafana, grafana.url()),
        };
        Teller { peer, url }
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
        let mut heard = Transcript::new(self.source().name());
        let reading = self.reading(&mut heard).await;
        Read {
            reading,
            evidence: heard.evidence(clock::now()),
        }
    }

    async fn reading(&self, heard: &mut Transcript) -> Result<StorageReading, SourceError> {
        // What Prometheus knows of time are milliseconds.
        let now = clock::now();
        let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        self.ask_sides(at, heard).await?;
        let (total, free) = self.answers(heard).sides()?;
        if fit(&total, &free).is_err() || total.at != free.at {
            self.ask_sides(at, heard).await?;
        }
        // Where they do not fit, nothing else is asked for.
        self.answers(heard).understand()?;
        let unheard = self.ask_physical(at, heard).await.err();
        let Understood {
            reading,
            mixed,
            missed,
        } = self.answers(heard).understand()?;
        if mixed && self.told.is_new("tiers") {
            tracing::warn!(
                cluster = %self.cluster, source = self.source().name(),
                "some series have a label `tier` and some have none; tiers are served as null"
            );
        }
        self.tell_missed(unheard.or(missed));
        Ok(reading)
    }

    async fn ask_sides(&self, at: Timestamp, heard: &mut Transcript) -> Result<(), SourceError> {
        let Queries { total, free, .. } = &self.queries;
        for (series, [sum, tiers, oldest, newest]) in [(total, OF_TOTAL), (free, OF_FREE)] {
            self.ask(sum, &series.sum(), at, heard).await?;
            self.ask(tiers, &series.by_tier(), at, heard).await?;
            self.ask(oldest, &series.oldest(), at, heard).await?;
            self.ask(newest, &series.newest(), at, heard).await?;
        }
        Ok(())
    }

    /// Asks for the space on the disks, once more where a sample may have arrived in between, as with the tiers.
    async fn ask_physical(&self, at: Timestamp, heard: &mut Transcript) -> Result<(), SourceError> {
        self.ask_physical_once(at, heard).await?;
        if let Err(SourceError::Metrics {
            source: Unfit::OtherMoments,
            ..
        }) = self.answers(heard).physical()
        {
            self.ask_physical_once(at, heard).await?;
        }
        Ok(())
    }

    async fn ask_physical_once(
        &self,
        at: Timestamp,
        heard: &mut Transcript,
    ) -> Result<(), SourceError> {
        let Queries {
            physical_total: all,
            physical_free: left,
            ..
        } = &self.queries;
        for (key, question, query) in [
            (PHYSICAL_TOTAL, Question::PhysicalTotal, all),
            (PHYSICAL_FREE, Question::PhysicalFree, left),
        ] {
            self.ask(question, query, at, heard).await?;
            if self.answers(heard).aside(key, question)?.is_none() {
                return Ok(());
            }
        }
        let (all, left) = (Series::within(all), Series::within(left));
        for (question, query) in [
            (Question::PhysicalTotalOldest, all.oldest()),
            (Question::PhysicalTotalNewest, all.newest()),
            (Question::PhysicalFreeOldest, left.oldest()),
            (Question::PhysicalFreeNewest, left.newest()),
        ] {
            self.ask(question, &query, at, heard).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        question: Question,
        query: &str,
        at: Timestamp,
        heard: &mut Transcript,
    ) -> Result<(), SourceError> {
        let mut raw = None;
        let answer = self.asked.query(query, at, &mut raw).await;
        match raw {
            Some(Raw { asked, body }) => heard.heard(question, asked, &body),
            None => heard.unheard(question, form::path(query, at)),
        }
        answer.map(drop).map_err(SourceError::from)
    }

    fn answers<'a>(&'a self, heard: &'a Transcript) -> Answers<'a> {
        Answers {
            source: self.source(),
            teller: self.asked.teller(),
            heard,
        }
    }

    /// Why the space on the disks is not known is said at each change.
    fn tell_missed(&self, error: Option<SourceError>) {
        let now = error.into_iter().collect();
        for error in self.missed.begun(now, |it| it.code().name().to_owned()) {
            tracing::warn!(
                cluster = %self.cluster, source = self.source().name(),
                code = error.code().name(), error = chain(&error),
                "there is no figure of the space on the disks; it is served as null"
            );
        }
    }
}
