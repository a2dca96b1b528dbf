//! `GET /api/v1/cluster/usage`, its twin `/api/v1/usage/cluster`, and `/api/v1/clusters/{name}/usage`.

use tokio::time::Instant;

use crate::{
    api::{
        asked::Asked,
        error::{Answer, ApiError},
        etag,
        published::{Published, to_next_round},
    },
    usage::{Part, Status},
};

/// The usage of the cluster, which is looked up when the query is understood.
///
/// # Errors
/// `BadQuery`, those of the look-up; and where there are no figures, or not those that are required.
pub fn answer<'a>(
    asked: &Asked,
    cluster: impl FnOnce() -> Result<&'a Published, ApiError>,
) -> Result<Answer, ApiError> {
    let require = require(&asked.query)?;
    let cluster = cluster()?;
    let usage = cluster.usage();
    let now = Instant::now();
    let wait = to_next_round(&usage, now);
    let status = usage.status();
    if require == Require::Complete && status != Status::Complete {
        return Err(ApiError::NotComplete(status.name(), wait));
    }
    match status {
        Status::Complete | Status::Stale | Status::Partial => {}
        Status::NotYet => return Err(ApiError::NotYet(wait)),
        Status::NoCompute => return Err(ApiError::NoCompute(why(&usage.compute), wait)),
        Status::Nothing => {
            let (storage, compute) = (why(&usage.storage), why(&usage.compute));
            let why = format!("storage: {storage}; compute: {compute}");
            return Err(ApiError::NoUsage(why, wait));
        }
    }
    let age = now.saturating_duration_since(usage.published);
    let built = cluster.built(&usage, age, wait).map_err(|error| {
        tracing::error!(%error, "the body cannot be written");
        ApiError::NoUsage("the answer cannot be written".to_owned(), wait)
    })?;
    Ok(etag::answer(&asked.headers, &built.headers, &built.body))
}

/// What a caller asks for beyond the newest usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Require {
    Anything,
    Complete,
}

/// Other parameters are nothing to us, as they were to the service before.
fn require(query: &str) -> Result<Require, ApiError> {
    let mut asked = Require::Anything;
    for pair in query.split('&') {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("require", "complete") => asked = Require::Complete,
            ("require", _) => {
                return Err(ApiError::BadQuery(
                    "`require` can be `complete` only: write ?require=complete, or leave it out"
                        .into(),
                ));
            }
            _ => {}
        }
    }
    Ok(asked)
}

fn why<T>(part: &Part<T>) -> String {
    part.reason()
        .map_or(String::new(), |reason| reason.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_can_be_required() {
        assert!(matches!(require(""), Ok(Require::Anything)));
        assert!(matches!(
            require("x=1&require=complete"),
            Ok(Require::Complete)
        ));
        assert!(matches!(require("require=all"), Err(ApiError::BadQuery(_))));
        assert!(matches!(require("require"), Err(ApiError::BadQuery(_))));
    }
}
