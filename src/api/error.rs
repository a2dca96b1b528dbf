//! The one place where errors become a status and a body.
//!
//! What the body looks like stands in [`problem`]. No body, address, user or secret of a peer is in any of them.
//!
//! [`problem`]: crate::api::problem

use std::{borrow::Cow, time::Duration};

use serde::Serialize;
use warp::{
    http::{HeaderValue, Response, header},
    hyper::body::Bytes,
};

use crate::api::{
    problem::{Kind, Missing, Problem},
    route::Methods,
    scope::Scope,
};

/// What a handler answers with.
pub type Answer = Response<Bytes>;

/// Why a request gets no figures.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// No token, or one that we do not know.
    Unauthorized,
    /// A token of ours whose time is over.
    Expired,
    /// A token that is not good for this; what would be.
    Forbidden(&'static [Scope]),
    /// More requests than the settings allow.
    TooMany(Duration),
    /// The same, of one token.
    TooManyOfToken(Duration),
    /// No cluster of this name.
    UnknownCluster,
    /// No route has this path.
    NotFound,
    /// Something is to be written where it can only be read, or the other way round; what would do.
    MethodNotAllowed(Methods),
    /// A query that we do not understand.
    BadQuery(Cow<'static, str>),
    /// Neither of the forms that there are is taken.
    NotAcceptable,
    /// No month is written so, or nothing is kept of it.
    UnknownPeriod,
    /// The month cannot be closed now; why.
    PeriodConflict(String),
    /// Of this time only whole hours, or whole days, are left; which.
    Pruned(&'static str),
    /// No reading of this name.
    UnknownReading,
    /// The reading is kept, and its text no longer is.
    EvidenceGone,
    /// No round has ended yet.
    NotYet(Duration),
    /// Neither part has a usable figure.
    NoUsage(String, Duration),
    /// No usable compute figure.
    NoCompute(String, Duration),
    /// Asked for a complete answer, and this is none.
    NotComplete(&'static str, Duration),
    /// No node is ever asked.
    NoNodes,
    /// No node has printed anything yet.
    NoText(Duration),
    /// Some cluster lacks a figure; which ones.
    NotReady(Vec<Missing>, Duration),
    /// The store is not there, or too slow.
    NoStore(Duration),
    /// What stands in the store is not what was written.
    Damaged,
    /// Plain HTTP, where TLS is spoken.
    PlainHttp,
    /// More connections than there may be.
    Overloaded(Duration),
}

impl ApiError {
    fn kind(&self) -> Kind {
        match self {
            ApiError::Unauthorized | ApiError::Expired => Kind::Unauthorized,
            ApiError::Forbidden(_) => Kind::Forbidden,
            ApiError::TooMany(_) | ApiError::TooManyOfToken(_) => Kind::TooManyRequests,
            ApiError::UnknownCluster => Kind::UnknownCluster,
            ApiError::NotFound => Kind::NotFound,
            ApiError::MethodNotAllowed(_) => Kind::MethodNotAllowed,
            ApiError::BadQuery(_) => Kind::BadQuery,
            ApiError::NotAcceptable => Kind::NotAcceptable,
            ApiError::UnknownPeriod => Kind::UnknownPeriod,
            ApiError::PeriodConflict(_) => Kind::PeriodConflict,
            ApiError::Pruned(_) => Kind::ReadingsGone,
            ApiError::UnknownReading => Kind::UnknownReading,
            ApiError::EvidenceGone => Kind::EvidenceGone,
            ApiError::NotYet(_) => Kind::NotYet,
            ApiError::NoUsage(..) => Kind::NoUsage,
            ApiError::NoCompute(..) => Kind::NoCompute,
            ApiError::NotComplete(..) => Kind::NotComplete,
            ApiError::NoNodes => Kind::NoNodes,
            ApiError::NoText(_) => Kind::NoText,
            ApiError::NotReady(..) => Kind::NotReady,
            ApiError::NoStore(_) => Kind::StoreUnavailable,
            ApiError::Damaged => Kind::StoreDamaged,
            ApiError::PlainHttp => Kind::HttpsOnly,
            ApiError::Overloaded(_) => Kind::Overloaded,
        }
    }

    fn detail(&self) -> Cow<'static, str> {
        match self {
            ApiError::Unauthorized => {
                "a valid API token is needed: send `Authorization: Bearer <token>`".into()
            }
            ApiError::Expired => {
                "this API token has expired: ask whoever runs the service for another one".into()
            }
            ApiError::Forbidden(scopes) => format!(
                "this API token lacks the scope {} that this path wants: ask whoever runs the service for a token with it",
                names(scopes, " or ")
            )
            .into(),
            ApiError::TooManyOfToken(_) => {
                "too many requests with this token: ask again after the seconds of Retry-After".into()
            }
            ApiError::TooMany(_) => {
                "too many requests from this address: ask again after the seconds of Retry-After"
                    .into()
            }
            ApiError::UnknownCluster => {
                "no cluster of this name is configured: see /api/v1/clusters".into()
            }
            ApiError::NotFound => {
                "there is nothing under this path: the usage is at /api/v1/cluster/usage".into()
            }
            ApiError::MethodNotAllowed(Methods::Read) => {
                "only GET and HEAD are understood here".into()
            }
            ApiError::MethodNotAllowed(Methods::Write) => {
                "only POST is understood here, and its body is not read".into()
            }
            ApiError::BadQuery(why) => why.clone(),
            ApiError::NotAcceptable => {
                "there is application/json and text/csv: accept one of them, or leave `Accept` out for JSON"
                    .into()
            }
            ApiError::UnknownPeriod => {
                "there is no such month: it is written such as 2026-10, and periods lists those of which something is kept"
                    .into()
            }
            ApiError::PeriodConflict(why) => why.clone().into(),
            ApiError::Pruned(whole) => format!(
                "the readings of this time are no longer kept, only whole {whole} are: ask from and to whole {whole} in UTC, with a step of them"
            )
            .into(),
            ApiError::UnknownReading => {
                "no reading of this name is kept for this cluster: usage/history?step=raw lists them".into()
            }
            ApiError::EvidenceGone => {
                "the reading is kept and its text no longer is: texts are kept as long as `evidence` in [store] says"
                    .into()
            }
            ApiError::NotYet(_) => {
                "the first round of readings has not ended yet: ask again after the seconds of Retry-After"
                    .into()
            }
            ApiError::NoUsage(why, _) => format!("no usable figure: {why}").into(),
            ApiError::NoCompute(why, _) => format!("no usable compute figure: {why}").into(),
            ApiError::NotComplete(status, _) => format!(
                "the usage is {status}, and require=complete was asked for: ask without it for what there is"
            )
            .into(),
            ApiError::NoNodes => {
                "no storage node is asked for this cluster: its text is there where ssh is billed or a witness"
                    .into()
            }
            ApiError::NoText(_) => {
                "no storage node has printed a report yet: /ready says what is missing".into()
            }
            ApiError::NotReady(..) => "not every cluster has usable figures: see missing".into(),
            ApiError::NoStore(_) => {
                "what is kept cannot be reached at the moment: ask again after the seconds of Retry-After; the newest usage is at /api/v1/clusters/{name}/usage"
                    .into()
            }
            ApiError::Damaged => {
                "what is kept cannot be read: whoever runs the service finds why in its log, and more with `vhi-usage store check`"
                    .into()
            }
            ApiError::PlainHttp => {
                "this port speaks HTTPS: write https:// in place of http://".into()
            }
            ApiError::Overloaded(_) => {
                "too many connections at once: ask again after the seconds of Retry-After".into()
            }
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            ApiError::TooMany(wait)
            | ApiError::TooManyOfToken(wait)
            | ApiError::NotYet(wait)
            | ApiError::NoUsage(_, wait)
            | ApiError::NoCompute(_, wait)
            | ApiError::NotComplete(_, wait)
            | ApiError::NoText(wait)
            | ApiError::NotReady(_, wait)
            | ApiError::NoStore(wait)
            | ApiError::Overloaded(wait) => Some(*wait),
            _ => None,
        }
    }

    /// What must be shown, after RFC 6750.
    fn challenge(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            ApiError::Unauthorized => r#"Bearer realm="vhi-usage""#.into(),
            ApiError::Expired => {
                r#"Bearer realm="vhi-usage", error="invalid_token", error_description="the token has expired""#
                    .into()
            }
            // Where several would do, the first one: a list would ask for all of them.
            ApiError::Forbidden(scopes) => format!(
                r#"Bearer realm="vhi-usage", error="insufficient_scope", scope="{}""#,
                names(scopes.get(..1).unwrap_or(scopes), " ")
            )
            .into(),
            _ => return None,
        })
    }

    /// The error as an answer.
    pub fn answer(&self) -> Answer {
        let (kind, detail) = (self.kind(), self.detail());
        let status = kind.status();
        let problem = Problem {
            kind,
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &detail,
            error: &detail,
            missing: match self {
                ApiError::NotReady(missing, _) => Some(missing),
                _ => None,
            },
        };
        let mut answer = json_answer(&problem);
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        let store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, store);
        if let Some(wait) = self.retry_after() {
            // Rounded up: whoever comes back then finds something new.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                headers.insert(header::RETRY_AFTER, value);
            }
        }
        if let Some(challenge) = self.challenge()
            && let Ok(challenge) = HeaderValue::from_str(&challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let ApiError::MethodNotAllowed(methods) = self {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods.names()));
        }
        answer
    }
}

fn names(scopes: &[Scope], between: &str) -> String {
    let names = scopes.iter().map(|scope| scope.name());
    names.collect::<Vec<_>>().join(between)
}

/// A JSON answer with status 200.
pub fn json_answer(body: &impl Serialize) -> Answer {
    // Of strings and numbers alone: there is nothing in it that cannot be written.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Bytes::from(body));
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}
