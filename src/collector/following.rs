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
        newest::Newest,
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
    seen: HashMap<(Role, Asked), Uuid>,
}

/// What one look gives; `None` where the store does not show it.
pub type Look = Option<Newest>;

impl Following {
    /// Of this cluster, in this store.
    pub fn new(cluster: ClusterName, store: watch::Receiver<Option<Store>>) -> Following {
        Following {
            store,
            cluster,
            failing: false,
            seen: HashMap::new(),
        }
    }

    /// Looks once.
    pub fn look(&self) -> impl Future<Output = Look> + use<> {
        let (store, cluster) = (self.store.borrow().clone(), self.cluster.clone());
        async move {
            match timeout(WITHIN, store?.newest(&cluster, clock::now())).await {
                Ok(Ok(newest)) => Some(newest),
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
        let Some(newest) = look else {
            return false;
        };
        let mut news = false;
        for (stored, text) in newest.readings {
            let entry = stored.entry;
            let key = (entry.role, entry.origin.source);
            if self.seen.insert(key, entry.id) == Some(entry.id) {
                continue;
            }
            news |= match text {
                Some(text) => self.reading(&entry, text, parts),
                None => self.unlike(&entry, "its text is kept no longer"),
            };
        }
        for absence in newest.absences {
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
