//! What a client is told that speaks plain HTTP to a port with TLS.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use hyper::{Request, body::Incoming};
use tower_service::Service;
use warp::{
    http::{HeaderValue, header},
    reply::{Reply, Response},
};

use crate::api::error::ApiError;

/// Answers every request with the one problem. No token is looked at: whatever was sent here in plain
/// text has been seen by others.
#[derive(Clone, Copy, Debug)]
pub struct Refusal;

impl Service<Request<Incoming>> for Refusal {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Incoming>) -> Self::Future {
        let mut answer = ApiError::PlainHttp.answer();
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(header::CONNECTION, close);
        ready(Ok(answer.into_response()))
    }
}
