//! The peers of a cluster that are left alone for a while: who, why, since when, and until when.
//!
//! Whoever asks a peer decides about its pauses, and writes down here what others are to see of them. Each
//! cluster has a handle of its own.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;

use crate::{lock, reason::Code};

/// An open breaker: its peer is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// What the peer did.
    pub code: Code,
    /// Since when it has been left alone, without an answer in between.
    pub since: Timestamp,
    /// When it is asked again; `None` where that waits for a person.
    pub next_try: Option<Timestamp>,
}

/// The open breakers of one cluster. A copy writes in the same place.
#[derive(Clone, Debug, Default)]
pub struct Breakers {
    open: Arc<Mutex<BTreeMap<String, Open>>>,
    looks: Arc<AtomicU64>,
}

impl Breakers {
    /// Notes that this peer is left alone until then, or until a person acts. `since` stays what it was while
    /// the reason is the same.
    pub fn open(&self, peer: &str, code: Code, now: Timestamp, next_try: Option<Timestamp>) {
        let mut breakers = lock::held(&self.open);
        let known = breakers.get(peer).filter(|open| open.code == code);
        let since = known.map_or(now, |open| open.since);
        let open = Open {
            code,
            since,
            next_try,
        };
        breakers.insert(peer.to_owned(), open);
    }

    /// Notes that this peer has answered.
    pub fn close(&self, peer: &str) {
        lock::held(&self.open).remove(peer);
    }

    /// A person has acted: peers that wait for that are to be asked again.
    pub fn look_again(&self) {
        self.looks.fetch_add(1, Ordering::Relaxed);
    }

    /// How often a person has acted.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// Every peer that is left alone, by name.
    pub fn all(&self) -> Vec<(String, Open)> {
        let breakers = lock::held(&self.open);
        let all = breakers.iter();
        all.map(|(peer, open)| (peer.clone(), *open)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn a_breaker_keeps_its_beginning_while_the_reason_is_the_same() {
        let breakers = Breakers::default();
        let since = || breakers.all()[0].1.since;
        breakers.open("panel", Code::AuthRefused, at(1), Some(at(300)));
        breakers.open("panel", Code::AuthRefused, at(301), Some(at(900)));
        assert_eq!(since(), at(1));
        breakers.open("panel", Code::PanelTimeout, at(302), Some(at(310)));
        assert_eq!(since(), at(302));
    }

    #[test]
    fn a_peer_that_has_answered_is_not_there() {
        let breakers = Breakers::default();
        let copy = breakers.clone();
        copy.open("node1.example", Code::HostKeyChanged, at(1), None);
        copy.open("node2.example", Code::ConnectRefused, at(1), Some(at(2)));
        copy.close("node1.example");
        let left: Vec<String> = breakers.all().into_iter().map(|(peer, _)| peer).collect();
        assert_eq!(left, ["node2.example"]);
    }
}
