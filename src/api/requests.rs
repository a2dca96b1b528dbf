//! How many requests were answered, by the pattern of their route and the status of the answer.
//!
//! Counting is one addition on a number of its own: nothing is allocated, locked or looked up by a word.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use warp::http::StatusCode;

use crate::api::route::{PATTERNS, Route};

/// The statuses that we answer with; any other one is counted behind them.
const STATUSES: [u16; 9] = [200, 304, 400, 401, 404, 405, 429, 502, 503];
const OTHER: &str = "other";

type Counts = [[AtomicU64; STATUSES.len() + 1]; PATTERNS.len()];

/// The requests of one service. A copy counts in the same place.
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<Counts>);

impl Requests {
    /// Counts one that was answered so.
    pub fn count(&self, route: Option<Route<'_>>, status: StatusCode) {
        let code = status.as_u16();
        let known = STATUSES.iter().position(|known| *known == code);
        let counts = self.0.get(Route::place(route));
        if let Some(count) = counts.and_then(|it| it.get(known.unwrap_or(STATUSES.len()))) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Pattern, status and how many, of those that there were.
    pub fn counted(&self) -> Vec<(&'static str, String, u64)> {
        let mut counted = Vec::new();
        for (pattern, counts) in PATTERNS.into_iter().zip(self.0.iter()) {
            let statuses = STATUSES.iter().map(u16::to_string);
            let statuses = statuses.chain([OTHER.to_owned()]);
            for (status, count) in statuses.zip(counts) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    counted.push((pattern, status, count));
                }
            }
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_pattern_and_status() {
        let requests = Requests::default();
        assert_eq!(requests.counted(), []);
        for name in ["cluster1", "cluster2"] {
            requests.count(Some(Route::Usage(name)), StatusCode::OK);
        }
        requests.count(None, StatusCode::NOT_FOUND);
        requests.count(Some(Route::Health), StatusCode::IM_A_TEAPOT);
        let expected = [
            ("/api/v1/clusters/{name}/usage", "200", 2),
            ("/health", "other", 1),
            ("other", "404", 1),
        ];
        let expected = expected.map(|(pattern, status, count)| (pattern, status.to_owned(), count));
        assert_eq!(requests.counted(), expected);
    }
}
