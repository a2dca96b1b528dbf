//! What an answer over HTTP comes to: a vector, or why there is none.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    promql::{
        error::QueryError,
        vector::{Answered, Vector},
    },
    web::http::Http,
};

/// The vector in the body of an answer, which `read` takes apart. An error of Prometheus comes with a
/// status of its own, and what has no such body is told by its status.
///
/// # Errors
/// Whatever else it is.
pub fn of(
    http: &Http,
    path: &str,
    status: StatusCode,
    body: &[u8],
    read: fn(&Value) -> Result<Answered, &'static str>,
) -> Result<Vector, QueryError> {
    let answered = match http.parse(path, body) {
        Ok(json) => read(&json),
        Err(_) if !status.is_success() => return Err(http.status(path, status).into()),
        Err(error) => return Err(error.into()),
    };
    match answered {
        Ok(Answered::Failed(kind)) => Err(QueryError::Failed {
            peer: http.peer(),
            url: http.url().to_owned(),
            path: http.asked(path),
            kind,
        }),
        _ if !status.is_success() => Err(http.status(path, status).into()),
        Ok(Answered::Vector(vector)) => Ok(vector),
        Ok(Answered::Other) => {
            let why = "it is JSON, and no answer to a query".to_owned();
            Err(http.shape(path, why).into())
        }
        Err(why) => Err(http.shape(path, why.to_owned()).into()),
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
