//! What has been asked of a cluster, and which words its panel handed out.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::lock;

/// So many of the words are remembered.
const WORDS: usize = 10_000;

/// Counters behind [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) connections: AtomicU64,
    pub(crate) keys_refused: AtomicU64,
    pub(crate) commands: AtomicU64,
    pub(crate) channels_open: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) followed: AtomicU64,
    pub(crate) channels_most: AtomicU64,
    pub(crate) login_attempts: AtomicU64,
    pub(crate) logins: AtomicU64,
    pub(crate) stat_requests: AtomicU64,
    pub(crate) overview_requests: AtomicU64,
    pub(crate) license_requests: AtomicU64,
    pub(crate) queries: AtomicU64,
    pub(crate) grafana_requests: AtomicU64,
    pub(crate) handed_out: HandedOut,
}

/// The newest cookies and tokens of sessions.
#[derive(Default)]
pub(crate) struct HandedOut(Mutex<VecDeque<String>>);

impl HandedOut {
    /// Notes a word that opens something.
    pub(crate) fn note(&self, word: &str) {
        let mut words = lock::held(&self.0);
        words.truncate(WORDS - 1);
        words.push_front(word.to_owned());
    }

    /// The newest first.
    pub(crate) fn words(&self) -> Vec<String> {
        lock::held(&self.0).iter().cloned().collect()
    }
}

impl fmt::Debug for HandedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Tally {
    /// What has been counted so far.
    pub(crate) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Counts {
            connections: read(&self.connections),
            keys_refused: read(&self.keys_refused),
            commands: read(&self.commands),
            channels_open: read(&self.channels_open),
            requests: read(&self.requests),
            followed: read(&self.followed),
            channels_most: read(&self.channels_most),
            login_attempts: read(&self.login_attempts),
            logins: read(&self.logins),
            stat_requests: read(&self.stat_requests),
            overview_requests: read(&self.overview_requests),
            license_requests: read(&self.license_requests),
            queries: read(&self.queries),
            grafana_requests: read(&self.grafana_requests),
        }
    }
}

/// One up.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::SeqCst);
}

/// What has been asked of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// TCP connections that its nodes accepted.
    pub connections: u64,
    /// Times that a node refused a key.
    pub keys_refused: u64,
    /// Commands that its nodes were asked to run, known or not.
    pub commands: u64,
    /// Channels that are open now on its nodes; one with a running command stays open when the client closes it.
    pub channels_open: u64,
    /// Requests to its panel, answered or not.
    pub requests: u64,
    /// Requests that followed a redirect of its panel.
    pub followed: u64,
    /// As many channels as were ever open at once on one connection.
    pub channels_most: u64,
    /// Logins tried at its panel.
    pub login_attempts: u64,
    /// Logins that its panel granted.
    pub logins: u64,
    /// Requests for the compute stat, answered or not.
    pub stat_requests: u64,
    /// Requests for the storage overview, answered or not.
    pub overview_requests: u64,
    /// Requests for the licence, answered or not.
    pub license_requests: u64,
    /// Queries that its Prometheus was asked, whichever way they came.
    pub queries: u64,
    /// Requests for anything below `/grafana`, answered or not.
    pub grafana_requests: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_read() {
        let tally = Tally::default();
        count(&tally.queries);
        count(&tally.queries);
        count(&tally.license_requests);
        let counts = tally.read();
        assert_eq!((counts.queries, counts.license_requests), (2, 1));
        assert_eq!((counts.grafana_requests, counts.overview_requests), (0, 0));
    }
}
