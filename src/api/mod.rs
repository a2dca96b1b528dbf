//! The HTTP side: shows what was published, and never asks a source.
//!
//! The routes of the contract, joined in the order in which they are asked for most; what none of them
//! takes becomes an error in [`error`].

pub mod auth;
pub mod body;
pub mod clusters;
pub mod error;
pub mod guard;
pub mod health;
pub mod legacy;
pub mod limit;
pub mod published;
pub mod raw;
pub mod token;
pub mod usage;

use std::{convert::Infallible, future::Future, time::Duration};

use tokio::net::TcpListener;
use warp::Filter;

use crate::api::{error::Answer, guard::Api};

/// How long answers that have begun may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(5);

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

/// Answers until `shutdown` is done, then lets what has begun come to its end.
pub async fn serve(
    api: Api,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let (begun, end) = tokio::sync::oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        // The receiver is gone only where the server has ended already.
        drop(begun);
    };
    let server = warp::serve(routes(api))
        .incoming(listener)
        .graceful(shutdown)
        .run();
    let late = async {
        // An error is what a dropped sender gives, and all that it says.
        let _: Result<Infallible, _> = end.await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = server => {}
        () = late => tracing::warn!("a client held its connection beyond the end"),
    }
}
