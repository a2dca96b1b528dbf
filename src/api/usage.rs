//! `GET /api/v1/cluster/usage`, its twin `/api/v1/usage/cluster`, and `/api/v1/clusters/{name}/usage`.

use tokio::time::Instant;
use warp::{
    Filter, Rejection,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reject::custom,
};

use crate::{
    api::{
        error::{Answer, ApiError, json_answer},
        guard::{Api, read_only},
        published::{Published, to_next_round},
    },
    usage::{ClusterUsage, Part, Status},
};

/// Usage of the first cluster, under both of its old paths.
pub fn first(api: Api) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    let documented = warp::path!("cluster" / "usage");
    let routed = warp::path!("usage" / "cluster");
    documented
        .or(routed)
        .unify()
        .and(read_only())
        .and(request())
        .and_then(move |require, headers: HeaderMap| {
            let answer = api
                .first()
                .and_then(|cluster| answer(cluster, require, &headers));
            async move { answer.map_err(custom) }
        })
}

/// Usage of a cluster by its name.
pub fn named(api: Api) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    warp::path!("clusters" / String / "usage")
        .and(read_only())
        .and(request())
        .and_then(move |name: String, require, headers: HeaderMap| {
            let answer = api
                .cluster(&name)
                .and_then(|cluster| answer(cluster, require, &headers));
            async move { answer.map_err(custom) }
        })
}

/// What a caller asks for beyond the newest usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Require {
    Anything,
    Complete,
}

fn request() -> impl Filter<Extract = (Require, HeaderMap), Error = Rejection> + Clone {
    let query = warp::query::raw().or_else(|_| async { Ok::<_, Rejection>((String::new(),)) });
    let require = query.and_then(|query: String| async move { require(&query).map_err(custom) });
    require.and(warp::header::headers_cloned())
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

fn answer(cluster: &Published, require: Require, headers: &HeaderMap) -> Result<Answer, ApiError> {
    let usage = cluster.usage();
    let wait = to_next_round(&usage);
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
    let built = cluster.body(&usage).map_err(|error| {
        tracing::error!(%error, "the body cannot be written");
        ApiError::NoUsage("the answer cannot be written".to_owned(), wait)
    })?;
    let known = known(headers, &built.etag);
    let mut answer = json_answer(built.body);
    if known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        *answer.body_mut() = Default::default();
        answer.headers_mut().remove(header::CONTENT_TYPE);
    }
    let headers = answer.headers_mut();
    headers.insert(header::ETAG, built.etag);
    headers.insert(header::AGE, age(&usage).into());
    let max_age = format!("private, max-age={}", wait.as_secs());
    if let Ok(value) = HeaderValue::from_str(&max_age) {
        headers.insert(header::CACHE_CONTROL, value);
    }
    Ok(answer)
}

fn age(usage: &ClusterUsage) -> u64 {
    Instant::now()
        .saturating_duration_since(usage.published)
        .as_secs()
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
