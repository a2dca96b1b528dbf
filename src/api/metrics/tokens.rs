//! Until when the tokens are good.

use crate::api::{
    auth::Tokens,
    metrics::page::{Named, Page, time},
};

const EXPIRES: Named = (
    "vhi_usage_token_expires_timestamp_seconds",
    "When the API token of this name is good no more; absent where its time has no end.",
);

/// Of each token in force.
pub fn fill(page: &mut Page, tokens: &Tokens) {
    for token in tokens.newest().iter() {
        let end = token.expires.as_ref().map(|expiry| time(expiry.end()));
        page.gauge(EXPIRES, &[("token", token.name.as_str())], end);
    }
}
