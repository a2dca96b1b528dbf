//! How often one address may ask: `RATE_LIMIT_RPS` a second, with bursts of `RATE_LIMIT_BURST`.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::api::error::ApiError;

/// Beyond so many addresses those that have been quiet are forgotten.
const REMEMBERED: usize = 10_000;

/// A limit per address.
#[derive(Clone, Debug)]
pub struct Limit(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Limit {
    /// So many requests a second, and so many at once after a quiet time.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Limit {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Limit(Arc::new(RateLimiter::keyed(quota)))
    }

    /// Whether this address may ask now.
    ///
    /// # Errors
    /// `TooMany`, with the time after which it may.
    pub fn allows(&self, address: IpAddr) -> Result<(), ApiError> {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            ApiError::TooMany(wait.max(Duration::from_millis(1)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_a_burst_of_its_own() {
        let number = |n| NonZeroU32::new(n).expect("not zero");
        let limit = Limit::new(number(1), number(2));
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert!(limit.allows(one).is_ok());
        assert!(limit.allows(one).is_ok());
        assert!(matches!(limit.allows(one), Err(ApiError::TooMany(_))));
        assert!(limit.allows(other).is_ok());
    }
}
