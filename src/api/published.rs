//! The newest usage of one cluster, and its body, built once per publication.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};
use warp::{http::HeaderValue, hyper::body::Bytes};

use crate::{api::body, usage::ClusterUsage};

/// A cluster as the routes see it.
#[derive(Clone, Debug)]
pub struct Published {
    name: String,
    newest: watch::Receiver<Arc<ClusterUsage>>,
    built: Arc<Mutex<Option<Built>>>,
}

/// A body with its entity tag.
#[derive(Clone, Debug)]
pub struct Built {
    serial: u64,
    /// The JSON text.
    pub body: Bytes,
    /// Strong: another body has another tag.
    pub etag: HeaderValue,
}

impl Published {
    /// Of what a collector publishes.
    pub fn new(newest: watch::Receiver<Arc<ClusterUsage>>) -> Published {
        let name = newest.borrow().cluster.clone();
        Published {
            name,
            newest,
            built: Arc::default(),
        }
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The newest usage.
    pub fn usage(&self) -> Arc<ClusterUsage> {
        Arc::clone(&self.newest.borrow())
    }

    /// The body of this usage; built by whoever asks first.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn body(&self, usage: &ClusterUsage) -> Result<Built, serde_json::Error> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = built.as_ref().filter(|built| built.serial == usage.serial) {
            return Ok(built.clone());
        }
        let body = body::usage(usage)?;
        let digest = Sha256::digest(&body);
        let hex: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let fresh = Built {
            serial: usage.serial,
            body: Bytes::from(body),
            // Hex between quotes is legal in any header.
            etag: HeaderValue::from_str(&format!("\"{hex}\""))
                .unwrap_or(HeaderValue::from_static("\"\"")),
        };
        *built = Some(fresh.clone());
        Ok(fresh)
    }
}

/// From now to the next round. Where the newest publication knows of none that is still to come, it is
/// the next one by the clock.
pub fn to_next_round(usage: &ClusterUsage) -> Duration {
    let now = Instant::now();
    let overdue = now.saturating_duration_since(usage.next_round);
    if overdue.is_zero() || usage.poll.is_zero() {
        return usage.next_round.saturating_duration_since(now);
    }
    let since = overdue.as_nanos() % usage.poll.as_nanos();
    let since = u64::try_from(since).map_or(Duration::ZERO, Duration::from_nanos);
    usage.poll.saturating_sub(since)
}
