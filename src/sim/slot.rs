//! The channels that a connection may have at a time.
//!
//! As with OpenSSH, a slot is free again when its command has ended, and not already when its client has gone.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::sim::{counts::count, scenario::Scenario};

/// As OpenSSH's `MaxSessions`.
const MAX_SESSIONS: usize = 10;

/// The slots of one connection.
#[derive(Debug, Default)]
pub(crate) struct Slots(Arc<AtomicUsize>);

/// A channel that is counted as long as this lives.
#[derive(Debug)]
pub(crate) struct Slot {
    taken: Arc<AtomicUsize>,
    scenario: Arc<Scenario>,
}

impl Slots {
    /// The next slot; `None` where all are taken. One task at a time asks.
    pub(crate) fn take(&self, scenario: &Arc<Scenario>) -> Option<Slot> {
        if self.0.load(Ordering::SeqCst) >= MAX_SESSIONS {
            return None;
        }
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        count(&scenario.tally.channels_open);
        let most = &scenario.tally.channels_most;
        most.fetch_max(before as u64 + 1, Ordering::SeqCst);
        Some(Slot {
            taken: self.0.clone(),
            scenario: scenario.clone(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::SeqCst);
        let open = &self.scenario.tally.channels_open;
        open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_waits_for_one_to_go() {
        let scenario = Arc::new(Scenario::new("stor1", 0, &[]));
        let slots = Slots::default();
        let mut taken: Vec<Slot> = (0..10).filter_map(|_| slots.take(&scenario)).collect();
        assert_eq!(scenario.counts().channels_open, 10);
        assert!(slots.take(&scenario).is_none());
        taken.pop();
        assert!(slots.take(&scenario).is_some());
        drop(taken);
        let counts = scenario.counts();
        assert_eq!((counts.channels_open, counts.channels_most), (0, 10));
    }
}
