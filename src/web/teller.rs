//! Who gave an answer, and what its body is, wherever the body came from: the wire, or what was kept of it.

use serde_json::Value;

use crate::web::{error::WebError, peer::Peer};

/// Who gave an answer.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    /// Which peer.
    pub peer: Peer,
    /// Its base address, for the errors.
    pub url: &'a str,
}

impl Teller<'_> {
    /// The JSON of a body.
    ///
    /// # Errors
    /// What is no JSON.
    pub fn json(self, path: &str, body: &[u8]) -> Result<Value, WebError> {
        // The error gives line and column and no word of the body.
        serde_json::from_slice(body).map_err(|error| {
            self.shape(
                path,
                format!(
                    "it is no JSON ({error}): is that the address of {} itself?",
                    self.peer.the()
                ),
            )
        })
    }

    /// An answer that is not what it should be.
    pub fn shape(self, path: &str, why: String) -> WebError {
        WebError::Shape {
            peer: self.peer,
            url: self.url.to_owned(),
            path: bare(path),
            why,
        }
    }
}

/// What was asked for, as an error says it: without its query, which is long and says little.
pub fn bare(path: &str) -> String {
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_told_with_its_place_and_without_a_word_of_it() {
        let teller = Teller {
            peer: Peer::Prometheus,
            url: "http://192.0.2.10:9090",
        };
        let error = teller.json("/api/v1/query?query=canary", b"<canary>");
        let error = error.expect_err("no JSON").to_string();
        assert!(error.contains("http://192.0.2.10:9090"), "{error}");
        assert!(error.contains("/api/v1/query"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}
