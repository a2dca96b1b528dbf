//! What a client is told whose requests are not looked at: one that speaks plain HTTP to a port with TLS, or one that
//! came when there was no room.

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

/// Answers every request with the one problem, and ends the connection. No token is looked at.
#[derive(Clone, Debug)]
pub struct Refusal(pub ApiError);

impl Service<Request<Incoming>> for Refusal {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Incoming>) -> Self::Future {
        let mut answer = self.0.answer();
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(header::CONNECTION, close);
        ready(Ok(answer.into_response()))
    }
}
