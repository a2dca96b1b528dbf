//! The HTTP side: shows what was published, and never asks a source.
//!
//! The routes of the contract; what leads to none of them becomes an error in [`error`].

pub mod accept;
pub mod archive;
pub mod asked;
pub mod auth;
pub mod body;
pub mod bounded;
pub mod buckets;
pub mod budget;
pub mod certificate;
pub mod clusters;
pub mod compute_body;
pub mod connection;
pub mod crowd;
pub mod error;
pub mod etag;
pub mod expiry;
pub mod guard;
pub mod health;
pub mod history;
pub mod kept_reading;
pub mod legacy;
pub mod limit;
pub mod listener;
pub mod log;
pub mod metrics;
pub mod network;
pub mod openapi;
pub mod operations;
pub mod parameters;
pub mod period_body;
pub mod periods;
pub mod problem;
pub mod proxies;
pub mod published;
pub mod query;
pub mod raw;
pub mod refusal;
pub mod requests;
pub mod route;
pub mod scope;
pub mod shown;
pub mod standing;
pub mod state;
pub mod storage_body;
pub mod store_body;
pub mod summary;
pub mod tls;
pub mod token;
pub mod told;
pub mod usage;
pub mod witness_body;

use std::{convert::Infallible, sync::Arc};

use warp::{
    Filter,
    http::{HeaderValue, Method, header},
};

use crate::{
    api::{
        asked::Asked,
        error::{Answer, ApiError},
        guard::Api,
        listener::Door,
        log::Entry,
        route::{Access, Found, Route},
        token::Token,
    },
    clock,
};

/// Every route, with its errors.
///
/// warp takes apart what a request says, once; where it leads is one `match`. A tree of filters tries one route
/// after the other, and each that does not fit costs.
pub fn routes(
    api: Api,
) -> impl Filter<Extract = (Answer,), Error = Infallible> + Clone + Send + Sync + 'static {
    let api = Arc::new(api);
    asked::asked().then(move |asked| respond(Arc::clone(&api), asked))
}

/// What is answered, its line in the log and its count included.
async fn respond(api: Arc<Api>, mut asked: Asked) -> Answer {
    asked.address = api.proxies.caller(asked.address, &asked.headers);
    let segments = asked.segments();
    let found = route::find(segments.as_slice());
    let access = access(&asked, found);
    let caller = match access {
        Access::Everybody => Ok(None),
        _ => api.admits(&asked).map(Some),
    };
    let permitted = match &caller {
        Ok(caller) => permitted(&api, &asked, caller.as_deref(), access),
        Err(error) => Err(error.clone()),
    };
    let answered = match permitted {
        Ok(()) => answer(&api, &asked, found).await,
        Err(error) => Err(error),
    };
    let mut answer = answered.unwrap_or_else(|error| error.answer());
    if asked.announces_a_body() {
        // Nobody reads it, and so nobody can take what stands in it for another request.
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(header::CONNECTION, close);
    }
    let place = found.map(|found| found.place);
    api.requests.count(place, answer.status());
    let caller = caller.as_ref().ok().and_then(Option::as_ref);
    api.log.write(&Entry {
        token: caller.map(|token| &token.name),
        method: &asked.method,
        path: found.map(|found| found.path),
        status: answer.status(),
        address: asked.address,
        bytes: match asked.method {
            Method::HEAD => 0,
            _ => answer.body().len(),
        },
    });
    answer
}

/// Who may ask for this. What wants a token is admitted before anything else is looked at: a request that ends in an
/// error is counted too, and what is not there is told only to those who may know what is.
fn access(asked: &Asked, found: Option<Found<'_>>) -> Access {
    match found {
        Some(found) => found.path.access(),
        None if asked.segments().as_slice().starts_with(&["api", "v1"]) => Access::Token,
        None => Access::Everybody,
    }
}

/// A token that is good for what is asked has its connection kept before those of strangers.
fn permitted(
    api: &Api,
    asked: &Asked,
    caller: Option<&Token>,
    access: Access,
) -> Result<(), ApiError> {
    let Some(token) = caller else {
        return Ok(());
    };
    api.counts(token)?;
    guard::permits(token, access, clock::now())?;
    if let Some(standing) = &asked.standing {
        standing.accepted();
    }
    Ok(())
}

async fn answer(api: &Api, asked: &Asked, found: Option<Found<'_>>) -> Result<Answer, ApiError> {
    let Found {
        path, name, item, ..
    } = found.ok_or(ApiError::NotFound)?;
    asked.is_asked_by(path.methods())?;
    match path.route {
        Route::Usage => usage::answer(asked, || api.cluster(name)),
        Route::Clusters => Ok(clusters::answer(api)),
        Route::Raw => raw::answer(api.cluster(name)?),
        Route::History => Box::pin(history::answer(api, asked, name)).await,
        Route::Summary => Box::pin(summary::answer(api, asked, name)).await,
        Route::Periods => Box::pin(periods::list(api, asked, name)).await,
        Route::Period => Box::pin(periods::answer(api, asked, name, item)).await,
        Route::Close => Box::pin(periods::close(api, asked, name, item)).await,
        Route::Standing => Box::pin(kept_reading::standing(api, asked, name)).await,
        Route::Reading => Box::pin(kept_reading::answer(api, asked, name, item)).await,
        Route::ReadingText => Box::pin(kept_reading::text(api, asked, name, item)).await,
        Route::Description => Ok(openapi::answer(asked)),
        Route::Metrics => Ok(metrics::answer(api)),
        Route::Health => Ok(health::health()),
        Route::Ready => health::ready(api),
    }
}

/// Answers those that come in by this door until `shutdown` is done, then lets what has begun come to its end.
pub async fn serve(api: Api, door: Door, shutdown: impl Future<Output = ()> + Send) {
    listener::serve(door, warp::service(routes(api)), shutdown).await;
}
