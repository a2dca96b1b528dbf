//! A cluster that another instance collects, as the store shows it: the newest reading of each source, read again
//! from the text that was kept of it, and what has failed since.

use std::{collections::HashMap, time::Duration};

use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

use crate::{
    chain::chain,
    clock,
    cluster_name::ClusterName,
    collector::parts::Parts,
    reading::Evidence,
    reason::Reason,
    source::again,
    store::{
        entry::{Absence, Entry},
        error::StoreError,
        opened::Store,
        origin::{Asked, Role},
    },
};

/// From one look to the next.
pub const EVERY: Duration = Duration::from_secs(1);
/// A look takes no longer; then the next one is due.
const WITHIN: Duration = Duration::from_secs(3);

/// How one cluster is followed.
#[derive(Debug)]
pub struct Following {
    store: watch::Receiver<Option<Store>>,
    cluster: ClusterName,
    failing: bool,
    seen: Seen,
}

/// The reading of each source that was taken last.
type Seen = HashMap<(Role, Asked), Uuid>;

/// What one look gives; `None` where the store does not show it.
pub type Look = Option<News>;

/// What was not seen before.
#[derive(Debug)]
pub struct News {
    /// Readings, each with its text; the text is `None` where it is pruned.
    readings: Vec<(Entry, Option<Vec<u8>>)>,
    /// What has failed since the newest readings, whether it was seen before or not.
    absences: Vec<Absence>,
}

impl Following {
    /// Of this cluster, in this store.
    pub fn new(cluster: ClusterName, store: watch::Receiver<Option<Store>>) -> Following {
        Following {
            store,
            cluster,
            failing: false,
            seen: Seen::new(),
        }
    }

    /// Looks once.
    pub fn look(&self) -> impl Future<Output = Look> + use<> {
        let (store, cluster) = (self.store.borrow().clone(), self.cluster.clone());
        let seen = self.seen.clone();
        async move {
            match timeout(WITHIN, news(&store?, &cluster, &seen)).await {
                Ok(Ok(news)) => Some(news),
                Ok(Err(error)) => {
                    tracing::debug!(%cluster, error = chain(&error), "the store does not show the cluster");
                    None
                }
                Err(_) => {
                    tracing::debug!(%cluster, "the store does not show the cluster in time");
                    None
                }
            }
        }
    }

    /// Takes what is new of it, and says whether anything is.
    pub fn take(&mut self, look: Look, parts: &mut Parts) -> bool {
        let failed = look.is_none();
        if failed != self.failing {
            let cluster = &self.cluster;
            match failed {
                true => {
                    tracing::warn!(%cluster, "the cluster cannot be followed: the store is not there")
                }
                false => tracing::info!(%cluster, "the cluster is followed in the store"),
            }
        }
        self.failing = failed;
        let Some(found) = look else {
            return false;
        };
        let mut news = false;
        for (entry, text) in found.readings {
            self.seen.insert(key(&entry), entry.id);
            news |= match text {
                Some(text) => self.reading(&entry, text, parts),
                None => self.unlike(&entry, "its text is kept no longer"),
            };
        }
        for absence in found.absences {
            news |= self.absence(absence, parts);
        }
        news
    }

    fn reading(&self, entry: &Entry, text: Vec<u8>, parts: &mut Parts) -> bool {
        let (cluster, at) = (&self.cluster, entry.at);
        if entry.role == Role::Compute {
            return match again::compute(at, &text) {
                Ok(reading) => parts.compute.follow(reading, at),
                Err(error) => self.unlike(entry, &chain(&error)),
            };
        }
        let origin = &entry.origin;
        let Some(source) = origin.source.storage() else {
            return self.unlike(entry, "it is none of storage");
        };
        let node = origin.node.as_deref();
        let reading = match again::storage(source, cluster, origin.size_base, node, at, &text) {
            Ok(reading) => reading,
            Err(error) => return self.unlike(entry, &chain(&error)),
        };
        let news = match parts.of(entry.role, source) {
            Some(held) => held.follow(reading, at),
            None => false,
        };
        if let (true, Some(node), Some(command)) = (news, node, &origin.command) {
            let evidence = Evidence {
                text,
                node: Some(node.to_owned()),
                command: Some(command.clone()),
                at,
            };
            parts.evidence = Some(evidence.into());
        }
        news
    }

    fn absence(&self, absence: Absence, parts: &mut Parts) -> bool {
        let reason = Reason {
            code: absence.code,
            message: absence.message,
            since: absence.at,
            next_try: absence.next_try,
        };
        match (absence.role, absence.source.storage()) {
            (Role::Compute, _) => parts.compute.follow_failure(reason),
            (role, Some(source)) => parts
                .of(role, source)
                .is_some_and(|held| held.follow_failure(reason)),
            (_, None) => false,
        }
    }

    /// Another release may have kept it: what cannot be read again is not shown, and ages.
    fn unlike(&self, entry: &Entry, error: &str) -> bool {
        let (cluster, source) = (&self.cluster, entry.origin.source.name());
        tracing::warn!(%cluster, source, reading = %entry.id, error, "what another instance has kept cannot be read here");
        false
    }
}

/// What this store shows of the cluster that was not seen before. A text is many times its reading, and is asked for once.
async fn news(store: &Store, cluster: &ClusterName, seen: &Seen) -> Result<News, StoreError> {
    let newest = store.newest(cluster, clock::now()).await?;
    let mut readings = Vec::new();
    for stored in newest.readings {
        let entry = stored.entry;
        if seen.get(&key(&entry)) != Some(&entry.id) {
            let text = store.text(&entry.text).await?;
            readings.push((entry, text));
        }
    }
    Ok(News {
        readings,
        absences: newest.absences,
    })
}

/// What there is one newest reading of.
fn key(entry: &Entry) -> (Role, Asked) {
    (entry.role, entry.origin.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        amount::SizeBase,
        collector::held::Held,
        reading::{BaseInForce, Source},
        store::{
            entry::{self, Text},
            kept::Kept,
            origin::Origin,
            place::Place,
        },
    };
    use jiff::Timestamp;
    use std::sync::Arc;

    /// A report with this much of it free, as the node printed it.
    fn reading(cluster: &ClusterName, free: &str, at: Timestamp) -> Kept {
        let space = format!("[OK] allocatable {free} of 57.3TB, free 60TB of 100TB");
        let text = format!("Cluster '{cluster}': healthy\nSpace: {space}\n");
        let text = Text::new(text.into_bytes());
        let origin = Origin {
            source: Asked::Ssh,
            node: Some("node1.example".to_owned()),
            command: Some("stat".to_owned()),
            cluster_status: Some("healthy".to_owned()),
            size_base: Some(BaseInForce {
                base: SizeBase::Binary,
                configured: false,
            }),
            parser: "0.1.0".to_owned(),
            holds: 900,
        };
        let entry = Entry {
            id: entry::id(cluster, Asked::Ssh, at, &text.hash),
            cluster: cluster.clone(),
            role: Role::Storage,
            at,
            origin: Arc::new(origin),
            text: text.hash,
            figures: Vec::new(),
        };
        Kept {
            cluster: cluster.clone(),
            readings: vec![(entry, text)],
            absences: Vec::new(),
            fence: None,
        }
    }

    #[tokio::test]
    async fn a_reading_that_was_seen_is_not_unpacked_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        let store = Store::open(&place).await.unwrap();
        let cluster: ClusterName = "cluster1".parse().unwrap();
        let (now, before) = (clock::now(), Duration::from_secs(1));
        let mut parts = Parts {
            billed: Source::Ssh,
            storage: Held::since(now),
            witnesses: Vec::new(),
            compute: Held::since(now),
            evidence: None,
        };
        let (_sender, receiver) = watch::channel(Some(store.clone()));
        let mut following = Following::new(cluster.clone(), receiver);
        let first = reading(&cluster, "11.9TB", now - before);
        store.append(&[first]).await.unwrap();
        let look = following.look().await;
        assert_eq!(look.as_ref().unwrap().readings.len(), 1);
        assert!(following.take(look, &mut parts));
        // Whoever asks for a text now is refused.
        let mut open = store.engine.begin().await.unwrap();
        let away = "ALTER TABLE texts RENAME TO away";
        open.run("take the texts away", away, Vec::new())
            .await
            .unwrap();
        open.commit().await.unwrap();
        let look = following.look().await;
        assert!(look.as_ref().unwrap().readings.is_empty());
        assert!(!following.take(look, &mut parts));
        let mut open = store.engine.begin().await.unwrap();
        let back = "ALTER TABLE away RENAME TO texts";
        open.run("put them back", back, Vec::new()).await.unwrap();
        open.commit().await.unwrap();
        let next = reading(&cluster, "11.8TB", now);
        store.append(&[next]).await.unwrap();
        let look = following.look().await;
        assert_eq!(look.as_ref().unwrap().readings.len(), 1);
        assert!(following.take(look, &mut parts));
        store.close().await;
    }
}
