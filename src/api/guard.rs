//! What every route stands on: the clusters, the tokens, the limit.

use std::{net::IpAddr, sync::Arc};

use warp::{Filter, Rejection, reject::custom};

use crate::api::{
    auth::{self, Tokens},
    error::ApiError,
    limit::Limit,
    listener::Peer,
    published::Published,
};

/// What the HTTP side needs.
#[derive(Clone, Debug)]
pub struct Api {
    /// The tokens, each of which opens every route.
    pub tokens: Tokens,
    /// How often one address may ask; `None` sets no limit.
    pub limit: Option<Limit>,
    /// The newest usage of each cluster, in the order of the settings, never empty.
    pub clusters: Arc<[Published]>,
}

impl Api {
    /// The cluster of this name.
    ///
    /// # Errors
    /// `UnknownCluster`.
    pub fn cluster(&self, name: &str) -> Result<&Published, ApiError> {
        let found = self.clusters.iter().find(|cluster| cluster.name() == name);
        found.ok_or(ApiError::UnknownCluster)
    }

    /// The cluster of the routes that name none.
    ///
    /// # Errors
    /// `UnknownCluster`, where the settings named none.
    pub fn first(&self) -> Result<&Published, ApiError> {
        self.clusters.first().ok_or(ApiError::UnknownCluster)
    }
}

/// Within the limit and with a token, whatever is asked for. The limit comes first: so tokens cannot
/// be guessed faster than it.
pub fn admitted(api: &Api) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    let limit = api.limit.clone();
    let limited = warp::ext::optional()
        .and_then(move |peer: Option<Peer>| {
            let address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
            let allowed = limit.as_ref().map_or(Ok(()), |limit| limit.allows(address));
            async move { allowed.map_err(custom) }
        })
        .untuple_one();
    limited.and(auth::authorized(api.tokens.clone()))
}

/// GET or HEAD.
pub fn read_only() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::get().or(warp::head()).unify()
}
