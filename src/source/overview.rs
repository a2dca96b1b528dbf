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

use serde_json::Value;

use crate::{
    clock,
    cluster_name::ClusterName,
    panel::session::Session,
    reading::StorageReading,
    source::{
        changes::Changes,
        cluster_list::{self, Listed, NotListed},
        error::SourceError,
        exact::{Unusable, word},
        licence::Licence,
        odd::Odd,
        overview_body,
        read::Read,
    },
    vstorage::servers,
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
        Read {
            reading: self.reading().await,
            evidence: None,
        }
    }

    async fn reading(&self) -> Result<StorageReading, SourceError> {
        let Listed { id, status } = self.listed().await?;
        if let Some(status) = status.clone().filter(|it| servers::is_unknown(it)) {
            return Err(SourceError::NotSettled {
                place: format!("panel {}", self.session.url()),
                status,
            });
        }
        self.licence.ask(&id);
        let path = format!("/api/v2/overview/{id}");
        let overview = self.overview(&path, &id).await?;
        let at = clock::now();
        let licence = self.licence.answer().await;
        let (reading, odd) = overview_body::reading(&overview, licence.as_ref(), at)
            .map_err(|why| self.unusable(&path, why))?;
        for Odd { key, tier, why } in self.told.begun(odd, Odd::word) {
            tracing::warn!(
                cluster = %self.cluster, key, tier, why = %why,
                "what the panel says there is not as it should be; it is not served"
            );
        }
        Ok(StorageReading {
            cluster_status: status,
            ..reading
        })
    }

    /// What the panel's list says of the cluster.
    async fn listed(&self) -> Result<Listed, SourceError> {
        let list = self.session.get(CLUSTERS).await?;
        cluster_list::find(&list, self.cluster.as_str()).map_err(|why| match why {
            NotListed::Unusable(why) => self.unusable(CLUSTERS, why),
            NotListed::Others(names) => self.other(CLUSTERS, names),
        })
    }

    /// The overview of this id, which must be of the cluster that was asked for where it says of which it is.
    async fn overview(&self, path: &str, id: &str) -> Result<Value, SourceError> {
        let overview = self.session.get(path).await?;
        let name = overview.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| *name != self.cluster.as_str()) {
            return Err(self.other(path, name.to_owned()));
        }
        let shown = overview.get("id").and_then(word);
        match shown.filter(|shown| shown != id) {
            Some(shown) => Err(self.other(path, format!("the one with id {shown}"))),
            None => Ok(overview),
        }
    }

    fn other(&self, path: &str, found: String) -> SourceError {
        SourceError::OtherPanel {
            url: self.session.url().to_owned(),
            path: path.to_owned(),
            asked: self.cluster.to_string(),
            found,
        }
    }

    fn unusable(&self, path: &str, source: Unusable) -> SourceError {
        SourceError::Overview {
            url: self.session.url().to_owned(),
            path: path.to_owned(),
            source,
        }
    }
}
