//! A request that must be known to have been sent or not, where no answer comes: its body notes that it was
//! handed to a connection. Before that nobody can have read it; after that the peer may have.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use hyper::body::{self, Bytes, Frame, SizeHint};
use reqwest::{Body, Response, header::HeaderMap};

use crate::web::{error::WebError, http::Http};

/// No answer came.
#[derive(Debug)]
pub enum Unanswered {
    /// The request was not sent: there was no connection, or none that is trusted.
    Unsent(WebError),
    /// It was sent, wholly or not. Whether the peer has read it is not known.
    Unheard(WebError),
}

/// Sends one POST of this body in JSON; any status is an answer.
///
/// # Errors
/// When no answer came in time, or its certificate is not trusted.
pub async fn post(
    http: &Http,
    path: &str,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Unanswered> {
    let handed = Arc::<AtomicBool>::default();
    let noted = Noted {
        body: Some(body),
        handed: Arc::clone(&handed),
    };
    let sent = http.send(path, headers, Some(Body::wrap(noted))).await;
    sent.map_err(|error| match handed.load(Ordering::Relaxed) {
        true => Unanswered::Unheard(error),
        false => Unanswered::Unsent(error),
    })
}

/// A body in one piece, which notes that the connection has taken it.
#[derive(Debug)]
struct Noted {
    body: Option<Bytes>,
    handed: Arc<AtomicBool>,
}

impl body::Body for Noted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.handed.store(true, Ordering::Relaxed);
        Poll::Ready(self.body.take().map(Frame::data).map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.body.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
    }
}
