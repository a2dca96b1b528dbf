//! The newest usage of one cluster, and the answer with it, built once per publication.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};
use warp::{
    http::{HeaderMap, HeaderValue, header},
    hyper::body::Bytes,
};

use crate::{
    api::{body, error::ApiError, etag},
    breaker::Breakers,
    cluster_name::ClusterName,
    lease::post::Post,
    lock,
    stage::Stages,
    usage::ClusterUsage,
};

/// A cluster as the routes see it.
#[derive(Clone, Debug)]
pub struct Published {
    name: String,
    newest: watch::Receiver<Arc<ClusterUsage>>,
    stages: Stages,
    breakers: Breakers,
    post: Post,
    built: Arc<Mutex<Option<Arc<Built>>>>,
}

/// What is answered for a second or so.
#[derive(Clone, Debug)]
pub struct Built {
    serial: u64,
    age: u64,
    left: u64,
    /// The JSON text.
    pub body: Bytes,
    etag: HeaderValue,
    /// All that are sent with the body.
    pub headers: HeaderMap,
}

impl Published {
    /// Of what a collector publishes.
    pub fn new(newest: watch::Receiver<Arc<ClusterUsage>>) -> Published {
        let name = newest.borrow().cluster.clone();
        Published {
            name,
            newest,
            stages: Stages::default(),
            breakers: Breakers::default(),
            post: Post::default(),
            built: Arc::default(),
        }
    }

    /// With the stages of its sources.
    pub fn with_stages(self, stages: Stages) -> Published {
        Published { stages, ..self }
    }

    /// With the peers that its sources leave alone.
    pub fn with_breakers(self, breakers: Breakers) -> Published {
        Published { breakers, ..self }
    }

    /// With the post that says who collects it.
    pub fn with_post(self, post: Post) -> Published {
        Published { post, ..self }
    }

    /// Who collects it.
    pub fn post(&self) -> &Post {
        &self.post
    }

    /// Which peers its sources leave alone.
    pub fn breakers(&self) -> &Breakers {
        &self.breakers
    }

    /// How its sources do.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, as the store wants it.
    ///
    /// # Errors
    /// `UnknownCluster`; the settings let no other name pass.
    pub fn known(&self) -> Result<ClusterName, ApiError> {
        self.name.parse().map_err(|_| ApiError::UnknownCluster)
    }

    /// The newest usage.
    pub fn usage(&self) -> Arc<ClusterUsage> {
        Arc::clone(&self.newest.borrow())
    }

    /// The answer with this usage, of this age and with so much time left to the next round; built by
    /// whoever asks first. The body and its tag stay the same while the usage does, the headers for a second.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn built(
        &self,
        usage: &ClusterUsage,
        age: Duration,
        left: Duration,
    ) -> Result<Arc<Built>, serde_json::Error> {
        let (age, left) = (age.as_secs(), left.as_secs());
        let mut newest = lock::held(&self.built);
        let fresh = match newest.as_ref().filter(|it| it.serial == usage.serial) {
            Some(built) if (built.age, built.left) == (age, left) => return Ok(Arc::clone(built)),
            Some(built) => built.at(age, left),
            None => Built::new(usage)?.at(age, left),
        };
        let fresh = Arc::new(fresh);
        *newest = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

impl Built {
    fn new(usage: &ClusterUsage) -> Result<Built, serde_json::Error> {
        let body = body::usage(usage)?;
        Ok(Built {
            serial: usage.serial,
            age: 0,
            left: 0,
            etag: etag::of(&body),
            body: Bytes::from(body),
            headers: HeaderMap::new(),
        })
    }

    fn at(&self, age: u64, left: u64) -> Built {
        let mut headers = HeaderMap::with_capacity(4);
        let kind = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::AGE, age.into());
        if let Ok(value) = HeaderValue::from_str(&format!("private, max-age={left}")) {
            headers.insert(header::CACHE_CONTROL, value);
        }
        Built {
            age,
            left,
            headers,
            ..self.clone()
        }
    }
}

/// From now to the next round. Where the newest publication knows of none that is still to come, it is
/// the next one by the clock.
pub fn to_next_round(usage: &ClusterUsage, now: Instant) -> Duration {
    let overdue = now.saturating_duration_since(usage.next_round);
    if overdue.is_zero() || usage.poll.is_zero() {
        return usage.next_round.saturating_duration_since(now);
    }
    let since = overdue.as_nanos() % usage.poll.as_nanos();
    let since = u64::try_from(since).map_or(Duration::ZERO, Duration::from_nanos);
    usage.poll.saturating_sub(since)
}
