//! The HTTP side: shows what was published, and never asks a source.
//!
//! The routes of the contract, joined in the order in which they are asked for most; what none of them
//! takes becomes an error in [`error`].

pub mod auth;
pub mod body;
pub mod certificate;
pub mod clusters;
pub mod error;
pub mod guard;
pub mod health;
pub mod legacy;
pub mod limit;
pub mod listener;
pub mod published;
pub mod raw;
pub mod refusal;
pub mod tls;
pub mod token;
pub mod usage;

use std::convert::Infallible;

use tokio::net::TcpListener;
use warp::Filter;

use crate::api::{error::Answer, guard::Api, tls::Tls};

/// Every route, with its errors.
///
/// What lies below `/api/v1` is admitted once, before any of its routes: a request that ends in an error
/// is counted once, and what is not there is told only to those who may know what is.
pub fn routes(
    api: Api,
) -> impl Filter<Extract = (Answer,), Error = Infallible> + Clone + Send + Sync + 'static {
    let admitted = warp::path!("api" / "v1" / ..).and(guard::admitted(&api));
    let below = usage::first(api.clone())
        .or(usage::named(api.clone()))
        .unify()
        .or(clusters::route(api.clone()))
        .unify()
        .or(raw::route(api.clone()))
        .unify();
    admitted
        .and(below)
        .or(health::routes(api))
        .unify()
        .recover(error::recover)
        .unify()
}

/// Answers until `shutdown` is done, over TLS where it is given, then lets what has begun come to its end.
pub async fn serve(
    api: Api,
    listener: TcpListener,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send,
) {
    listener::serve(listener, tls, warp::service(routes(api)), shutdown).await;
}
