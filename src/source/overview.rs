//! Storage, from the panel's overview: exact bytes, over the login that compute has anyway.
//!
//! ```text
//! GET /api/v2/clusters        ->  the cluster's id and status, by its name
//! GET /api/v2/overview/1      ->  logic_space, tiers, space_per_service
//! GET /api/v2/1/license       ->  state, capacity, used, free, last day
//! ```
//!
//! An overview does not say of which cluster it is but by the id, so the id is asked for each time. Without
//! the licence everything else is a reading.

use std::sync::Arc;

use crate::{
    clock,
    cluster_name::ClusterName,
    panel::session::Session,
    reading::{Source, StorageReading},
    source::{
        changes::Changes, cluster_list::Listed, error::SourceError, licence::Licence, odd::Odd,
        overview_answers::Answers, question::Question, read::Read, transcript::Transcript,
    },
};

const CLUSTERS: &str = "/api/v2/clusters";

/// The panel's overview of one cluster.
#[derive(Debug)]
pub struct OverviewSource {
    session: Arc<Session>,
    cluster: ClusterName,
    licence: Licence,
    told: Changes,
}

impl OverviewSource {
    /// The overview of this cluster, from the panel behind this session.
    pub fn new(session: Arc<Session>, cluster: ClusterName) -> OverviewSource {
        OverviewSource {
            licence: Licence::new(Arc::clone(&session), cluster.clone()),
            session,
            cluster,
            told: Changes::default(),
        }
    }

    /// Asks the panel once.
    pub async fn read(&self) -> Read {
        let mut transcript = Transcript::new(Source::Overview.name());
        let reading = self.reading(&mut transcript).await;
        Read {
            reading,
            evidence: transcript.evidence(clock::now()),
        }
    }

    async fn reading(&self, heard: &mut Transcript) -> Result<StorageReading, SourceError> {
        self.ask(Question::Clusters, CLUSTERS, heard).await?;
        let Listed { id, .. } = self.answers(heard).listed()?;
        self.licence.ask(&id);
        let path = format!("/api/v2/overview/{id}");
        self.ask(Question::Overview, &path, heard).await?;
        let at = clock::now();
        // Who has the wrong cluster waits for no licence.
        self.answers(heard).overview(&id)?;
        if let Some((path, license)) = self.licence.answer().await {
            heard.heard(Question::License, path, &license);
        }
        let (reading, odd) = self.answers(heard).understand(at)?;
        for Odd { key, tier, why } in self.told.begun(odd, Odd::word) {
            tracing::warn!(
                cluster = %self.cluster, key, tier, why = %why,
                "what the panel says there is not as it should be; it is not served"
            );
        }
        Ok(reading)
    }

    fn answers<'a>(&'a self, heard: &'a Transcript) -> Answers<'a> {
        Answers {
            teller: self.session.teller(),
            cluster: &self.cluster,
            heard,
        }
    }

    async fn ask(
        &self,
        question: Question,
        path: &str,
        heard: &mut Transcript,
    ) -> Result<(), SourceError> {
        match self.session.get(path).await {
            Ok(body) => {
                heard.heard(question, path, &body);
                Ok(())
            }
            Err(error) => {
                heard.unheard(question, path);
                Err(error.into())
            }
        }
    }
}
