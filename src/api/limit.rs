//! How often one caller may ask: so many requests a second, and so many at once after a quiet time.

use std::{fmt, hash::Hash, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
};

use crate::api::buckets::Buckets;

/// A limit for each caller, who is told by a key. Copies count in the same place.
#[derive(Clone)]
pub struct Limit<K: Clone + Eq + Hash>(Arc<RateLimiter<K, Buckets<K>, MonotonicClock>>);

impl<K: Clone + Eq + Hash> Limit<K> {
    /// So many requests a second, and so many at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Limit<K> {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let limiter = RateLimiter::new(quota, Buckets::default(), MonotonicClock);
        Limit(Arc::new(limiter))
    }

    /// Whether this one may ask now.
    ///
    /// # Errors
    /// The time after which it may.
    pub fn allows(&self, key: &K) -> Result<(), Duration> {
        self.0.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(MonotonicClock.now());
            wait.max(Duration::from_millis(1))
        })
    }
}

impl<K: Clone + Eq + Hash> fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::network::Network;

    #[test]
    fn each_address_has_a_burst_of_its_own() {
        let number = |n| NonZeroU32::new(n).expect("not zero");
        let limit = Limit::new(number(1), number(2));
        let may = |address: &str| {
            let address = address.parse().expect("an address");
            limit.allows(&Network::of(address)).is_ok()
        };
        assert!(may("192.0.2.1"));
        assert!(may("::ffff:192.0.2.1"));
        assert!(!may("192.0.2.1"));
        assert!(may("192.0.2.2"));
        assert!(may("2001:db8::1") && may("2001:db8::2"));
        assert!(!may("2001:db8::3"));
        assert!(may("2001:db8:0:1::3"));
    }
}
