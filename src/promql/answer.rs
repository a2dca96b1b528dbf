//! What an answer over HTTP comes to: a vector, or why there is none.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    promql::{
        error::QueryError,
        form, frames,
        kind::Kind,
        vector::{self, Answered, Vector},
    },
    web::{
        http::Http,
        teller::{self, Teller},
    },
};

/// A whole answer with a 2xx status, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The path that was asked for with its query, and behind a space what was sent with it, if anything was.
    pub asked: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Raw {
    /// Of an answer; `None` where its status is another one.
    pub fn of(path: &str, sent: Option<&Value>, status: StatusCode, body: &[u8]) -> Option<Raw> {
        let asked = match sent {
            None => path.to_owned(),
            Some(sent) => format!("{path} {sent}"),
        };
        let body = body.to_vec();
        status.is_success().then_some(Raw { asked, body })
    }
}

/// The vector in the body of an answer. An error of Prometheus comes with a status of its own, and what has no
/// such body is told by its status.
///
/// # Errors
/// Whatever else it is.
pub fn of(http: &Http, path: &str, status: StatusCode, body: &[u8]) -> Result<Vector, QueryError> {
    if status.is_success() {
        return vector(http.teller(), path, body);
    }
    let json = http.parse(path, body);
    match json.map(|json| read(path, &json)) {
        Ok(Ok(Answered::Failed(kind))) => Err(failed(http.teller(), path, kind)),
        _ => Err(http.status(path, status).into()),
    }
}

/// The vector in the body of an answer with a 2xx status to what was asked, as [`Raw`] holds both.
///
/// # Errors
/// Whatever else it is.
pub fn vector(teller: Teller<'_>, asked: &str, body: &[u8]) -> Result<Vector, QueryError> {
    let (path, _) = asked.split_once(' ').unwrap_or((asked, ""));
    let json = teller.json(path, body)?;
    match read(path, &json) {
        Ok(Answered::Vector(vector)) => Ok(vector),
        Ok(Answered::Failed(kind)) => Err(failed(teller, path, kind)),
        Ok(Answered::Other) => {
            let why = "it is JSON, and no answer to a query".to_owned();
            Err(teller.shape(path, why).into())
        }
        Err(why) => Err(teller.shape(path, why.to_owned()).into()),
    }
}

/// Each path has its envelope.
fn read(path: &str, json: &Value) -> Result<Answered, &'static str> {
    match path {
        form::FRAMES => frames::read(json),
        _ => vector::read(json),
    }
}

fn failed(teller: Teller<'_>, path: &str, kind: Kind) -> QueryError {
    QueryError::Failed {
        peer: teller.peer,
        url: teller.url.to_owned(),
        path: teller::bare(path),
        kind,
    }
}

/// Whether the body is one of Grafana's own errors: JSON with a message.
pub fn is_grafanas(body: &[u8]) -> bool {
    let json = serde_json::from_slice::<Value>(body);
    json.is_ok_and(|json| json.get("message").is_some_and(Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grafanas_own_error_is_told_by_its_message() {
        assert!(is_grafanas(br#"{"message": "Unauthorized"}"#));
        for body in [
            "",
            "<html>401</html>",
            "{}",
            r#"{"message": 401}"#,
            r#"["message"]"#,
            r#"{"error": "x"}"#,
        ] {
            assert!(!is_grafanas(body.as_bytes()), "{body}");
        }
    }
}
