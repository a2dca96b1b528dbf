//! The peers of a cluster that are left alone.

use crate::{
    api::metrics::page::{Named, Page, time},
    breaker::Breakers,
};

const OPEN: Named = (
    "vhi_usage_breaker_open",
    "A peer that is left alone, by what it did; always 1, and absent while the peer is asked at each round.",
);
const NEXT_TRY: Named = (
    "vhi_usage_breaker_next_try_timestamp_seconds",
    "When a peer that is left alone is asked again; absent where that waits for a person.",
);

/// Of this cluster; nothing where every peer is asked.
pub fn fill(page: &mut Page, cluster: &str, breakers: &Breakers) {
    for (peer, open) in breakers.all() {
        let of = [("cluster", cluster), ("peer", peer.as_str())];
        let labels = [of[0], of[1], ("code", open.code.name())];
        page.gauge(OPEN, &labels, 1.0);
        page.gauge(NEXT_TRY, &of, open.next_try.map(time));
    }
}
