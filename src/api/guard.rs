//! What every route stands on: the clusters, the tokens, the limit.

use std::sync::Arc;

use jiff::Timestamp;

use crate::api::{
    archive::Archive,
    asked::Asked,
    auth::Tokens,
    error::ApiError,
    limit::Limit,
    log::AccessLog,
    network::Network,
    proxies::Proxies,
    published::Published,
    requests::Requests,
    route::Access,
    token::{Token, TokenName},
};

/// What the HTTP side needs.
#[derive(Clone, Debug)]
pub struct Api {
    /// Who may ask.
    pub tokens: Tokens,
    /// How often one address may ask; `None` sets no limit.
    pub limit: Option<Limit<Network>>,
    /// How often one token may be used; `None` sets no limit.
    pub token_limit: Option<Limit<TokenName>>,
    /// Whose word is taken on where a request comes from.
    pub proxies: Proxies,
    /// The newest usage of each cluster, in the order of the settings, never empty.
    pub clusters: Arc<[Published]>,
    /// What is kept.
    pub archive: Archive,
    /// How many requests were answered.
    pub requests: Requests,
    /// Where a line is written for each of them.
    pub log: AccessLog,
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
            let network = Network::of(asked.address);
            limit.allows(&network).map_err(ApiError::TooMany)?;
        }
        let shown = self.tokens.shown(&asked.headers);
        shown.ok_or(ApiError::Unauthorized)
    }

    /// Whether this token is within its limit, which counts this use of it.
    ///
    /// # Errors
    /// `TooManyOfToken`.
    pub fn counts(&self, token: &Token) -> Result<(), ApiError> {
        let limit = self.token_limit.as_ref();
        let allowed = limit.map_or(Ok(()), |limit| limit.allows(&token.name));
        allowed.map_err(ApiError::TooManyOfToken)
    }
}

/// Whether this token opens what may be asked so, at this time.
///
/// # Errors
/// `Expired`, `Forbidden`.
pub fn permits(token: &Token, access: Access, at: Timestamp) -> Result<(), ApiError> {
    if token.expires.as_ref().is_some_and(|end| end.is_past(at)) {
        return Err(ApiError::Expired);
    }
    match access {
        Access::AnyOf(scopes) if !scopes.iter().any(|it| token.scopes.contains(it)) => {
            Err(ApiError::Forbidden(scopes))
        }
        _ => Ok(()),
    }
}
