//! A query in one of the forms, and what its failure says of the others.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    promql::{
        answer::{self, Raw},
        error::QueryError,
        gate::Gate,
        vector::Vector,
    },
    web::error::WebError,
};

/// What was answered with 403.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// What was asked for.
    pub path: String,
    /// By the proxy in front.
    pub by_front: bool,
}

/// Why a form of a query gives no vector.
#[derive(Debug)]
pub enum Unanswered {
    /// Another form may do.
    Route(QueryError),
    /// The same, where Grafana or the proxy in front forbids this one.
    Forbidden(Forbidden),
    /// No form would do any better.
    Query(QueryError),
}

/// Asks once; the answer as it came goes to `raw`.
///
/// # Errors
/// Whatever else than a vector it is.
pub async fn ask(
    gate: &Gate,
    path: &str,
    body: Option<&Value>,
    raw: &mut Option<Raw>,
) -> Result<Vector, Unanswered> {
    let answer = gate.ask(path, body).await.map_err(Unanswered::Query)?;
    *raw = Raw::of(path, body, answer.status, &answer.body);
    match (answer.status, answer.is_grafanas()) {
        (StatusCode::FORBIDDEN, grafanas) => Err(Unanswered::Forbidden(Forbidden {
            path: gate.http.asked(path),
            by_front: !grafanas,
        })),
        (StatusCode::NOT_FOUND, true) => {
            let why = "it knows no such data source, or not by this form of a query";
            Err(Unanswered::Route(unknown(gate, why)))
        }
        (status, grafanas) => {
            let vector = answer::of(&gate.http, path, status, &answer.body);
            vector.map_err(|error| match is_of_the_route(&error, grafanas) {
                true => Unanswered::Route(error),
                false => Unanswered::Query(error),
            })
        }
    }
}

/// It cannot be told which data source is meant.
pub fn unknown(gate: &Gate, why: &str) -> QueryError {
    QueryError::Datasource {
        url: gate.http.url().to_owned(),
        why: why.to_owned(),
    }
}

/// Whether another form of the query may do. Old releases read the word `uid` in a path as a number, and say
/// so with 400 or 500 in words of their own; what Prometheus itself refuses is told in Prometheus's.
fn is_of_the_route(error: &QueryError, grafanas: bool) -> bool {
    match error {
        QueryError::Web(WebError::Status { status, .. }) => match status {
            404 | 405 => true,
            400 | 500 => grafanas,
            _ => false,
        },
        _ => false,
    }
}
