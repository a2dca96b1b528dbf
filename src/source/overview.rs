//! Storage, from the panel's overview: exact bytes, over the login that compute has anyway.
//!
//! ```text
//! GET /api/v2/clusters        ->  the cluster's id, by its name
//! GET /api/v2/overview/1      ->  logic_space, tiers, space_per_service
//! GET /api/v2/1/license       ->  state, capacity, used, free, last day
//! ```
//!
//! The id is kept, and looked up again where the overview knows it no more or shows another cluster. Without
//! the licence everything else is a reading.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::{
    chain::chain,
    clock,
    cluster_name::ClusterName,
    panel::{error::PanelError, session::Session},
    reading::StorageReading,
    reason::Code,
    source::{
        error::SourceError,
        exact::{Unusable, word},
        once::Once,
        overview_body,
        read::Read,
    },
    vstorage::servers,
    web::error::WebError,
};

const CLUSTERS: &str = "/api/v2/clusters";
/// So many names are told of a list that lacks the one that was asked for.
const NAMES: usize = 8;

/// The panel's overview of one cluster.
#[derive(Debug)]
pub struct OverviewSource {
    session: Arc<Session>,
    cluster: ClusterName,
    id: Mutex<Option<String>>,
    /// Why the licence was not given last time.
    unlicensed: Mutex<Option<Code>>,
    told: Once,
}

impl OverviewSource {
    /// The overview of this cluster, from the panel behind this session.
    pub fn new(session: Arc<Session>, cluster: ClusterName) -> OverviewSource {
        OverviewSource {
            session,
            cluster,
            id: Mutex::default(),
            unlicensed: Mutex::default(),
            told: Once::default(),
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
        let kept = held(&self.id).clone();
        let (id, overview) = match kept {
            None => self.look_up().await?,
            Some(id) => match self.overview(&id).await {
                Ok(overview) => (id, overview),
                Err(error) if is_elsewhere(&error) => self.look_up().await?,
                Err(error) => return Err(error),
            },
        };
        let at = clock::now();
        if let Some(status) = overview.get("status").and_then(Value::as_str)
            && servers::is_unknown(status)
        {
            return Err(SourceError::NotSettled {
                place: format!("panel {}", self.session.url()),
                status: status.to_owned(),
            });
        }
        let license = self.license(&id).await;
        let (reading, odd) = overview_body::reading(&overview, license.as_ref(), at)
            .map_err(|why| self.unusable(&overview_path(&id), why))?;
        for key in odd.into_iter().filter(|key| self.told.is_new(key)) {
            tracing::warn!(cluster = %self.cluster, key, "what the panel says there cannot be read; it is served as null");
        }
        Ok(reading)
    }

    /// The id of the cluster by its name, and the overview of that id.
    async fn look_up(&self) -> Result<(String, Value), SourceError> {
        *held(&self.id) = None;
        let list = self.session.get(CLUSTERS).await?;
        let no_list = || self.unusable(CLUSTERS, Unusable::NoList);
        let entries = list
            .get("data")
            .unwrap_or(&list)
            .as_array()
            .ok_or_else(no_list)?;
        let names = entries
            .iter()
            .map(|entry| entry.get("name").and_then(Value::as_str));
        let names: Vec<&str> = names.collect::<Option<_>>().ok_or_else(no_list)?;
        let found = names.iter().position(|name| *name == self.cluster.as_str());
        let Some(entry) = found.and_then(|at| entries.get(at)) else {
            return Err(self.other(CLUSTERS, told(&names)));
        };
        let id = entry.get("id").and_then(word).ok_or_else(no_list)?;
        let overview = self.overview(&id).await?;
        *held(&self.id) = Some(id.clone());
        Ok((id, overview))
    }

    /// The overview of this id, which must be of the cluster that was asked for where it says of which it is.
    async fn overview(&self, id: &str) -> Result<Value, SourceError> {
        let path = overview_path(id);
        let overview = self.session.get(&path).await?;
        let name = overview.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| *name != self.cluster.as_str()) {
            return Err(self.other(&path, name.to_owned()));
        }
        let shown = overview.get("id").and_then(word);
        match shown.filter(|shown| shown != id) {
            Some(shown) => Err(self.other(&path, format!("the one with id {shown}"))),
            None => Ok(overview),
        }
    }

    /// The licence, where the panel gives it. Whether it does is said at each change.
    async fn license(&self, id: &str) -> Option<Value> {
        let path = format!("/api/v2/{id}/license");
        let answer = match self.session.get_if_given(&path).await {
            // Where the panel has the Acronis brand, it is here.
            Err(error) if is_not_found(&error) => {
                self.session.get_if_given(&format!("{path}/as")).await
            }
            answer => answer,
        };
        let error = answer.as_ref().err();
        let code = error.map(PanelError::code);
        let before = std::mem::replace(&mut *held(&self.unlicensed), code);
        match (error, code) {
            (Some(error), Some(code)) if before != Some(code) => {
                tracing::warn!(
                    cluster = %self.cluster, code = code.name(), error = chain(error),
                    "the panel gives no licence; its figures are served as null"
                );
            }
            (None, _) if before.is_some() => {
                tracing::info!(cluster = %self.cluster, "the panel gives the licence again");
            }
            _ => {}
        }
        answer.ok()
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

fn overview_path(id: &str) -> String {
    format!("/api/v2/overview/{id}")
}

/// The names of a list, or of its beginning.
fn told(names: &[&str]) -> String {
    match names.split_at_checked(NAMES) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and others", first.join(", ")),
        _ if names.is_empty() => "none".to_owned(),
        _ => names.join(", "),
    }
}

/// Whether the cluster may have another id by now.
fn is_elsewhere(error: &SourceError) -> bool {
    match error {
        SourceError::Panel(error) => is_not_found(error),
        error => matches!(error, SourceError::OtherPanel { .. }),
    }
}

fn is_not_found(error: &PanelError) -> bool {
    matches!(error, PanelError::Web(WebError::Status { status: 404, .. }))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_told_by_its_beginning() {
        assert_eq!(told(&[]), "none");
        assert_eq!(told(&["a", "b"]), "a, b");
        assert_eq!(told(&["a"; 8]), "a, a, a, a, a, a, a, a");
        assert_eq!(told(&["a"; 9]), "a, a, a, a, a, a, a, a and others");
    }
}
