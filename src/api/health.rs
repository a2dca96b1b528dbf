//! `GET /health`: the process lives. `GET /ready`: every cluster has usable figures. No token, no figures.

use serde_json::{Value, json};
use warp::hyper::body::Bytes;

use crate::{
    api::{
        error::{Answer, ApiError, json_answer},
        guard::Api,
    },
    clock,
    reason::Reason,
    usage::ClusterUsage,
};

/// The process lives.
pub fn health() -> Answer {
    let body = json!({"status": "healthy", "time": clock::rfc3339(clock::now())});
    json_answer(Bytes::from(body.to_string()))
}

/// Every cluster has usable figures.
///
/// # Errors
/// `NotReady`.
pub fn ready(api: &Api) -> Result<Answer, ApiError> {
    let missing: Vec<Value> = api
        .clusters
        .iter()
        .map(|cluster| cluster.usage())
        .filter(|usage| !usage.ready())
        .flat_map(|usage| missing(&usage))
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::NotReady(missing));
    }
    let body = json!({"status": "ready", "time": clock::rfc3339(clock::now())});
    Ok(json_answer(Bytes::from(body.to_string())))
}

/// The parts of a cluster that keep it from being ready.
fn missing(usage: &ClusterUsage) -> Vec<Value> {
    let lacks = |part: &str, there: bool, reason: Option<&Reason>| {
        // Before the first round has ended even a part that is there does not make the cluster ready.
        (!there).then(|| {
            json!({
                "cluster": usage.cluster,
                "part": part,
                "code": reason.map(|reason| reason.code.name()),
                "message": reason.map(|reason| reason.message.as_str()),
            })
        })
    };
    let storage = usage.storage.reading().is_some();
    let compute = usage.compute.reading().is_some();
    let parts = [
        lacks("storage", storage, usage.storage.reason()),
        lacks("compute", compute, usage.compute.reason()),
    ];
    parts.into_iter().flatten().collect()
}
