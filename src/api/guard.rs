//! What every route stands on: the clusters, the tokens, the limit.

use std::sync::Arc;

use crate::api::{
    asked::Asked, auth::Tokens, error::ApiError, limit::Limit, proxies::Proxies,
    published::Published, requests::Requests, token::Token,
};

/// What the HTTP side needs.
#[derive(Clone, Debug)]
pub struct Api {
    /// The tokens, each of which opens every route.
    pub tokens: Tokens,
    /// How often one address may ask; `None` sets no limit.
    pub limit: Option<Limit>,
    /// Whose word is taken on where a request comes from.
    pub proxies: Proxies,
    /// The newest usage of each cluster, in the order of the settings, never empty.
    pub clusters: Arc<[Published]>,
    /// How many requests were answered.
    pub requests: Requests,
}

impl Api {
    /// The cluster of this name; the first one where none is named.
    ///
    /// # Errors
    /// `UnknownCluster`.
    pub fn cluster(&self, name: Option<&str>) -> Result<&Published, ApiError> {
        let found = match name {
            Some(name) => self.clusters.iter().find(|cluster| cluster.name() == name),
            None => self.clusters.first(),
        };
        found.ok_or(ApiError::UnknownCluster)
    }

    /// The token of whoever asks, within the limit of the address, whatever is asked for. The limit comes first: so
    /// tokens cannot be guessed faster than it.
    ///
    /// # Errors
    /// `TooMany`, `Unauthorized`.
    pub fn admits(&self, asked: &Asked) -> Result<Arc<Token>, ApiError> {
        if let Some(limit) = &self.limit {
            limit.allows(asked.address)?;
        }
        let shown = self.tokens.shown(&asked.headers);
        shown.ok_or(ApiError::Unauthorized)
    }
}
