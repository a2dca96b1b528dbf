//! `GET /health`: the process lives. `GET /ready`: every cluster has usable figures. No token, no figures.

use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::{
    api::{
        error::{Answer, ApiError, json_answer},
        guard::Api,
        problem::{Missing, PartName},
        published::to_next_round,
    },
    clock,
    reason::Reason,
    usage::{ClusterUsage, Part},
    words::words,
};

/// The process lives; that is all that it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `healthy`: a process that does not live says nothing.
    status: Healthy,
    /// The time now.
    #[schema(format = DateTime)]
    time: String,
}

/// Every cluster has usable figures of both parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Always `ready`: what is not is a problem with status 503.
    status: Ready,
    /// The time now.
    #[schema(format = DateTime)]
    time: String,
}

words! {
    /// The one word of an answer of `/health`.
    Healthy as "Healthy" {
        /// The process lives.
        Healthy = "healthy",
    }
}

words! {
    /// The one word of an answer of `/ready` with status 200.
    Ready as "Ready" {
        /// Every cluster has usable figures.
        Ready = "ready",
    }
}

/// The process lives.
pub fn health() -> Answer {
    json_answer(&Health {
        status: Healthy::Healthy,
        time: clock::rfc3339(clock::now()),
    })
}

/// Every cluster has usable figures.
///
/// # Errors
/// `NotReady`.
pub fn ready(api: &Api) -> Result<Answer, ApiError> {
    let usages = api.clusters.iter().map(|cluster| cluster.usage());
    let lacking: Vec<_> = usages.filter(|usage| !usage.ready()).collect();
    let now = Instant::now();
    let next_rounds = lacking.iter().map(|usage| to_next_round(usage, now));
    if let Some(wait) = next_rounds.min() {
        let missing = lacking.iter().flat_map(|usage| missing(usage)).collect();
        return Err(ApiError::NotReady(missing, wait));
    }
    Ok(json_answer(&Readiness {
        status: Ready::Ready,
        time: clock::rfc3339(clock::now()),
    }))
}

/// The parts of a cluster that keep it from being ready.
fn missing(usage: &ClusterUsage) -> impl Iterator<Item = Missing> {
    let lacks = |part, reason: &Reason| Missing {
        cluster: usage.cluster.clone(),
        part,
        code: reason.code,
        message: reason.message.clone(),
        next_try: reason.next_try.map(clock::rfc3339),
    };
    let storage = match &usage.storage {
        Part::Missing(reason) => Some(lacks(PartName::Storage, reason)),
        _ => None,
    };
    let compute = match &usage.compute {
        Part::Missing(reason) => Some(lacks(PartName::Compute, reason)),
        _ => None,
    };
    storage.into_iter().chain(compute)
}
