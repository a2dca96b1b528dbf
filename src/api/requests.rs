//! How many requests were answered, by the pattern of their path and the status of the answer.
//!
//! Counting is one addition on a number of its own: nothing is allocated, locked or looked up by a word.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use warp::http::StatusCode;

use crate::api::route::PATHS;

/// The statuses that we answer with; any other one is counted behind them.
const STATUSES: [u16; 14] = [
    200, 304, 400, 401, 403, 404, 405, 406, 409, 410, 429, 500, 502, 503,
];
/// What is counted where there is no word for it.
const OTHER: &str = "other";

type Counts = [[AtomicU64; STATUSES.len() + 1]; PATHS.len() + 1];

/// The requests of one service. A copy counts in the same place.
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<Counts>);

impl Requests {
    /// Counts one that was answered so, at the path of this place in [`PATHS`].
    pub fn count(&self, place: Option<usize>, status: StatusCode) {
        let code = status.as_u16();
        let known = STATUSES.iter().position(|known| *known == code);
        let counts = self.0.get(place.unwrap_or(PATHS.len()));
        if let Some(count) = counts.and_then(|it| it.get(known.unwrap_or(STATUSES.len()))) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Pattern, status and how many, of those that there were.
    pub fn counted(&self) -> Vec<(&'static str, String, u64)> {
        let mut counted = Vec::new();
        let patterns = PATHS.iter().map(|path| path.pattern).chain([OTHER]);
        for (pattern, counts) in patterns.zip(self.0.iter()) {
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
        let place = |pattern| PATHS.iter().position(|path| path.pattern == pattern);
        for _ in 0..2 {
            requests.count(place("/api/v1/clusters/{name}/usage"), StatusCode::OK);
        }
        requests.count(None, StatusCode::NOT_FOUND);
        requests.count(place("/health"), StatusCode::IM_A_TEAPOT);
        let expected = [
            ("/api/v1/clusters/{name}/usage", "200", 2),
            ("/health", "other", 1),
            ("other", "404", 1),
        ];
        let expected = expected.map(|(pattern, status, count)| (pattern, status.to_owned(), count));
        assert_eq!(requests.counted(), expected);
    }
}
