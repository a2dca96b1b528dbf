//! How the store does, as answers and metrics say it.

use jiff::Timestamp;

use crate::{
    keeper::{queue::Waiting, queue_file::Found},
    words::words,
};

words! {
    /// What becomes of readings.
    State as "StoreState" {
        /// They are written into the store, each before it is published.
        Kept = "kept",
        /// They wait in a file on disk, and are written when the store is back.
        Queued = "queued",
        /// They are served and not kept: neither the store nor the queue takes them. What is missing then is missing for
        /// ever.
        Lost = "lost",
    }
}

words! {
    /// Why readings are not written into the store.
    Cause as "StoreReason" {
        /// The store has not been opened yet.
        Opening = "opening",
        /// It cannot be opened, or its server cannot be reached.
        Unreachable = "unreachable",
        /// Another service has it.
        InUse = "in_use",
        /// It does not answer in time.
        Slow = "slow",
        /// Its disk is full.
        Full = "full",
        /// It is damaged, or no store.
        Damaged = "damaged",
        /// A newer release wrote it.
        Newer = "newer",
        /// It refuses to write; the log says what it said.
        Refused = "refused",
        /// It is back, and takes what has waited.
        Draining = "draining",
        /// As much waits as may.
        QueueFull = "queue_full",
        /// The queue cannot be written.
        QueueUnwritable = "queue_unwritable",
    }
}

/// How the store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What becomes of readings now.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Why they are not written into the store; `None` where they are.
    pub cause: Option<Cause>,
    /// What waits in the queue.
    pub waiting: Waiting,
    /// What was found in the queue beside whole rounds.
    pub found: Found,
    /// Rounds that were not kept, since the start.
    pub lost: u64,
    /// Rounds that were not kept because another instance had taken over, since the start.
    pub fenced: u64,
    /// When the store took something last; `None` where it has not since the start.
    pub last_write: Option<Timestamp>,
}

impl Standing {
    /// At the start.
    pub fn new(now: Timestamp) -> Standing {
        Standing {
            state: State::Queued,
            since: now,
            cause: Some(Cause::Opening),
            waiting: Waiting::default(),
            found: Found::default(),
            lost: 0,
            fenced: 0,
            last_write: None,
        }
    }
}
