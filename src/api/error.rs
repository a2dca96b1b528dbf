//! The one place where errors become a status and a body.
//!
//! ```text
//! {"type":"urn:vhi-usage:unauthorized","title":"Unauthorized","status":401,"detail":"…","error":"…"}
//! ```
//!
//! `error` repeats `detail` for the callers of the service that this one replaces. No body, address,
//! user or secret of a peer is in any of them.

use std::time::Duration;

use serde_json::{Value, json};
use warp::{
    http::{HeaderValue, Response, StatusCode, header},
    hyper::body::Bytes,
};

/// What a handler answers with.
pub type Answer = Response<Bytes>;

/// Why a request gets no figures.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// No token, or one that we do not know.
    Unauthorized,
    /// More requests than the settings allow.
    TooMany(Duration),
    /// No cluster of this name.
    UnknownCluster,
    /// No route has this path.
    NotFound,
    /// Something is to be written.
    MethodNotAllowed,
    /// A query that we do not understand.
    BadQuery(&'static str),
    /// No round has ended yet.
    NotYet(Duration),
    /// Neither part has a usable figure.
    NoUsage(String, Duration),
    /// No usable compute figure.
    NoCompute(String, Duration),
    /// Asked for a complete answer, and this is none.
    NotComplete(&'static str, Duration),
    /// No node has printed anything yet.
    NoText(Duration),
    /// Some cluster lacks a figure; which ones.
    NotReady(Vec<Value>),
    /// Plain HTTP, where TLS is spoken.
    PlainHttp,
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        let words = str::to_owned;
        match self {
            ApiError::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                words("a valid API token is needed: send `Authorization: Bearer <token>`"),
            ),
            ApiError::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                words(
                    "too many requests from this address: ask again after the seconds of Retry-After",
                ),
            ),
            ApiError::UnknownCluster => (
                StatusCode::NOT_FOUND,
                "unknown_cluster",
                words("no cluster of this name is configured: see /api/v1/clusters"),
            ),
            ApiError::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                words("there is nothing under this path: the usage is at /api/v1/cluster/usage"),
            ),
            ApiError::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                words("only GET and HEAD are understood here"),
            ),
            ApiError::BadQuery(why) => (StatusCode::BAD_REQUEST, "bad_query", words(why)),
            ApiError::NotYet(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not_yet",
                words(
                    "the first round of readings has not ended yet: ask again after the seconds of Retry-After",
                ),
            ),
            ApiError::NoUsage(why, _) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_usage",
                format!("no usable figure: {why}"),
            ),
            ApiError::NoCompute(why, _) => (
                StatusCode::BAD_GATEWAY,
                "no_compute",
                format!("no usable compute figure: {why}"),
            ),
            ApiError::NotComplete(status, _) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not_complete",
                format!(
                    "the usage is {status}, and require=complete was asked for: ask without it for what there is"
                ),
            ),
            ApiError::NoText(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_text",
                words("no storage node has printed a report yet: /ready says what is missing"),
            ),
            ApiError::NotReady(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not_ready",
                words("not every cluster has usable figures: see missing"),
            ),
            ApiError::PlainHttp => (
                StatusCode::BAD_REQUEST,
                "https_only",
                words("this port speaks HTTPS: write https:// in place of http://"),
            ),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            ApiError::TooMany(wait)
            | ApiError::NotYet(wait)
            | ApiError::NoUsage(_, wait)
            | ApiError::NoCompute(_, wait)
            | ApiError::NotComplete(_, wait)
            | ApiError::NoText(wait) => Some(*wait),
            _ => None,
        }
    }

    /// The error as an answer.
    pub fn answer(&self) -> Answer {
        let (status, kind, detail) = self.parts();
        let mut body = problem(status, kind, &detail);
        if let (ApiError::NotReady(missing), Some(fields)) = (self, body.as_object_mut()) {
            fields.insert("missing".to_owned(), Value::Array(missing.clone()));
        }
        let mut answer = problem_answer(status, &body);
        let headers = answer.headers_mut();
        if let Some(wait) = self.retry_after() {
            // Rounded up: whoever comes back then finds something new.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                headers.insert(header::RETRY_AFTER, value);
            }
        }
        match self {
            ApiError::Unauthorized => {
                let realm = HeaderValue::from_static("Bearer realm=\"vhi-usage\"");
                headers.insert(header::WWW_AUTHENTICATE, realm);
            }
            ApiError::MethodNotAllowed => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            _ => {}
        }
        answer
    }
}

fn problem(status: StatusCode, kind: &str, detail: &str) -> Value {
    json!({
        "type": format!("urn:vhi-usage:{kind}"),
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
        "error": detail,
    })
}

fn problem_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/problem+json");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    let store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, store);
    answer
}

/// A JSON answer with status 200.
pub fn json_answer(body: Bytes) -> Answer {
    let mut answer = Response::new(body);
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}
