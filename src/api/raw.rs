//! `GET /api/v1/clusters/{name}/raw`: the newest text of a storage node, as it came, readable or not.

use std::sync::Arc;

use tokio::time::Instant;
use warp::{
    http::{HeaderName, HeaderValue, Response, header},
    hyper::body::Bytes,
};

use crate::{
    api::{
        error::{Answer, ApiError},
        published::{Published, to_next_round},
    },
    clock,
    reading::{Evidence, Source},
};

/// Names the node that printed the text.
pub const NODE: HeaderName = HeaderName::from_static("x-vhi-node");
/// Says when it came.
pub const OBSERVED_AT: HeaderName = HeaderName::from_static("x-vhi-observed-at");
/// Says what the node was asked to run.
pub const COMMAND: HeaderName = HeaderName::from_static("x-vhi-command");

/// The raw text of this cluster.
///
/// # Errors
/// `NoNodes`, `NoText`.
pub fn answer(cluster: &Published) -> Result<Answer, ApiError> {
    let usage = cluster.usage();
    if !usage.asks(Source::Ssh) {
        return Err(ApiError::NoNodes);
    }
    let evidence = usage.evidence.as_ref();
    let evidence =
        evidence.ok_or_else(|| ApiError::NoText(to_next_round(&usage, Instant::now())))?;
    let text = Text(Arc::clone(evidence));
    let mut answer = Response::new(Bytes::from_owner(text));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let said = [
        (NODE, evidence.node.clone()),
        (OBSERVED_AT, Some(clock::rfc3339(evidence.at))),
        (COMMAND, evidence.command.clone()),
    ];
    for (name, word) in said {
        // Node and command come from the settings, which let only plain words pass.
        if let Some(Ok(value)) = word.as_deref().map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    Ok(answer)
}

/// The text where it is: it may be long, and many may ask for it and take it slowly.
struct Text(Arc<Evidence>);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        &self.0.text
    }
}
