//! `GET /api/v1/cluster/usage`, its twin `/api/v1/usage/cluster`, and `/api/v1/clusters/{name}/usage`.

use tokio::time::Instant;
use warp::{
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    hyper::body::Bytes,
};

use crate::{
    api::{
        asked::Asked,
        error::{Answer, ApiError},
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
    let mut answer = Response::new(Bytes::new());
    *answer.headers_mut() = built.headers.clone();
    match known(&asked.headers, &built.etag) {
        true => {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer.headers_mut().remove(header::CONTENT_TYPE);
        }
        false => *answer.body_mut() = built.body.clone(),
    }
    Ok(answer)
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
                    "`require` can be `complete` only: write ?require=complete, or leave it out",
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

/// Whether the caller holds this very body.
fn known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let etag = etag.as_bytes();
    let mut tags = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii);
    tags.any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(header: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(header));
        let etag = HeaderValue::from_static("\"a1\"");
        assert_eq!(known(&headers, &etag), expected, "{header}");
    }

    #[test]
    fn a_body_is_known_by_its_tag() {
        holds("\"a1\"", true);
        holds("W/\"a1\"", true);
        holds("\"b\", \"a1\"", true);
        holds("*", true);
        holds("\"a2\"", false);
        holds("a1", false);
    }

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
