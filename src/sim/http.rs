//! What panels and their like read and write: requests with small bodies, answers of one piece.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::{Instant, Sleep, sleep};

/// No request of their clients is longer.
const MAX_BODY: usize = 64 * 1024;
const PAGE: &str = "<!DOCTYPE html>\n<html><body><h1>Please wait</h1></body></html>\n";

/// Between two bytes of a body that drips.
const DRIP: Duration = Duration::from_secs(1);

/// A body, of one piece or byte by byte.
#[derive(Debug)]
pub(crate) struct Text {
    /// What has not been sent yet.
    left: Bytes,
    /// When the next byte is due; `None` where all of it is.
    drip: Option<Pin<Box<Sleep>>>,
}

impl Text {
    fn new(bytes: Bytes) -> Text {
        Text {
            left: bytes,
            drip: None,
        }
    }

    /// The same at a byte a second.
    pub(crate) fn dripping(self) -> Text {
        let drip = Some(Box::pin(sleep(DRIP)));
        Text { drip, ..self }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.left.len();
        let due = match &mut self.drip {
            None => length,
            Some(drip) => {
                ready!(drip.as_mut().poll(context));
                drip.as_mut().reset(Instant::now() + DRIP);
                1
            }
        };
        let piece = self.left.split_to(due);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len().try_into().unwrap_or(u64::MAX))
    }
}

/// An answer.
pub(crate) type Answer = Response<Text>;

/// An answer with JSON in it.
pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    text(status, "application/json", body.to_string())
}

/// A refusal, in the shape that the panel's own clients look for.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Answer {
    json(status, &json!({ "error": { "message": message } }))
}

/// The same without a shell, as frameworks and Grafana write it.
pub(crate) fn message(status: StatusCode, message: &str) -> Answer {
    json(status, &json!({ "message": message }))
}

/// An answer with a page of HTML in it, as whatever stands in front of a server gives it.
pub(crate) fn page(status: StatusCode) -> Answer {
    text(status, "text/html", PAGE.to_owned())
}

/// An answer with any text in it.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Text::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

/// Adds a header; a value that no header can carry is left out.
pub(crate) fn with_header(mut answer: Answer, name: HeaderName, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// The pairs of a query or of a form, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let Ok(mut url) = Url::parse("http://localhost/") else {
        return Vec::new();
    };
    url.set_query(Some(query));
    let pairs = url.query_pairs();
    pairs.map(|(name, it)| (name.into(), it.into())).collect()
}

/// The whole body of a request; `None` where it broke off or is longer than any client's.
pub(crate) async fn read(mut body: Incoming) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // trailers carry nothing for us
        if let Ok(data) = frame.ok()?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MAX_BODY {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_json_with_a_message() {
        let answer = refusal(StatusCode::UNAUTHORIZED, "Unauthorized");
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
        let body = answer.into_body().left;
        assert_eq!(&body[..], br#"{"error":{"message":"Unauthorized"}}"#);
    }

    #[test]
    fn a_form_is_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [pair("query", "a{b=\"c d\"}"), pair("time", "1+1")];
        assert_eq!(pairs("query=a%7Bb%3D%22c+d%22%7D&time=1%2B1"), expected);
        assert_eq!(pairs(""), []);
    }
}
