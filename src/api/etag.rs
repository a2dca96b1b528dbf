//! The tag of a body, and the answer to a caller that may hold the body already.

use sha2::{Digest, Sha256};
use warp::{
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    hyper::body::Bytes,
};

use crate::{api::error::Answer, hex};

/// Strong: another body has another tag.
pub fn of(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let hex = hex::lower(digest.get(..16).unwrap_or(&digest));
    // Hex between quotes is legal in any header.
    HeaderValue::from_str(&format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The body with these headers, or 304 with all of them but the content's kind where the caller holds it already.
/// The headers hold the tag.
pub fn answer(asked: &HeaderMap, headers: &HeaderMap, body: &Bytes) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.headers_mut() = headers.clone();
    let known = headers
        .get(header::ETAG)
        .is_some_and(|etag| known(asked, etag));
    match known {
        true => {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer.headers_mut().remove(header::CONTENT_TYPE);
        }
        false => *answer.body_mut() = body.clone(),
    }
    answer
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
    fn another_body_has_another_tag() {
        assert_eq!(of(b"a"), of(b"a"));
        assert_ne!(of(b"a"), of(b"b"));
        assert_eq!(of(b"").len(), 34);
    }
}
