//! What store and queue suffer from: since when they fail, when the store is tried again, and what is said of it.

use tokio::time::Instant;

use crate::{
    keeper::{
        desk::DeskError,
        queue::Queue,
        queue_file::QueueError,
        standing::{Cause, State},
        writing::Failed,
    },
    pause::Pause,
    store::place::Place,
};

/// How long a store that failed is left alone.
const PAUSE: Pause = Pause {
    first: std::time::Duration::from_secs(1),
    most: std::time::Duration::from_secs(15),
};

/// The same of a server: what several instances share is to be there for all of them at once when it is back.
const SHARED: Pause = Pause {
    first: std::time::Duration::from_millis(500),
    most: std::time::Duration::from_secs(1),
};

/// What store and queue suffer from. What is new of it is told in the log, once.
#[derive(Debug)]
pub struct Trouble {
    place: Place,
    failures: u32,
    /// When the store is tried again.
    pub next_try: Instant,
    /// Why the store does not take what comes; `None` while it does, as far as is known.
    failing: Option<Cause>,
    /// Why the queue does not; likewise.
    unwritable: Option<Cause>,
    /// Whether the store has not failed since it was opened, or wrote last.
    sound: bool,
}

impl Trouble {
    /// None yet, with the store of this place.
    pub fn new(place: Place) -> Trouble {
        Trouble {
            place,
            failures: 0,
            next_try: Instant::now(),
            failing: None,
            unwritable: None,
            sound: false,
        }
    }

    /// Whether the store has failed since it wrote last.
    pub fn has_failed(&self) -> bool {
        self.failures > 0
    }

    /// The store has been opened.
    pub fn opened(&mut self) {
        tracing::info!(store = %self.place, "the store is open");
        self.next_try = Instant::now();
        self.sound = true;
    }

    /// The store has written.
    pub fn wrote(&mut self) {
        self.failures = 0;
        self.sound = true;
        if self.failing.take().is_some() {
            tracing::info!("the store takes readings again");
        }
    }

    /// The next try comes after a pause, which grows with each failure.
    pub fn pause(&mut self) {
        let pause = match self.place {
            Place::File(_) => PAUSE,
            Place::Server(_) => SHARED,
        };
        self.next_try = Instant::now() + pause.spread(self.failures);
        self.failures = self.failures.saturating_add(1);
    }

    /// The store has failed.
    pub fn failed(&mut self, Failed { cause, why }: &Failed) {
        self.pause();
        self.sound = false;
        let (code, error) = (cause.name(), why);
        if self.failing.replace(*cause) == Some(*cause) {
            tracing::debug!(code, error, "the store still fails");
        } else {
            tracing::warn!(code, error, store = %self.place, "the store takes no readings: they wait in the queue");
        }
    }

    /// The queue has done a piece of work, or not.
    pub fn queue(&mut self, worked: Result<(), DeskError>) {
        let cause = match &worked {
            Ok(()) => None,
            Err(DeskError::Queue(QueueError::Full)) => Some(Cause::QueueFull),
            Err(_) => Some(Cause::QueueUnwritable),
        };
        match (worked, self.unwritable == cause) {
            (Err(error), false) => {
                tracing::error!(%error, "nothing can wait in the queue: while the store fails, readings are served and lost");
            }
            (Ok(()), false) => tracing::info!("the queue takes readings again"),
            (_, true) => {}
        }
        self.unwritable = cause;
    }

    /// Whether what comes goes past a queue that takes nothing, into an open store.
    pub fn goes_past(&self) -> bool {
        self.unwritable.is_some() && (self.sound || Instant::now() >= self.next_try)
    }

    /// Tells what stood in the queue at the start.
    pub fn found(queue: &Queue) {
        let (found, waiting) = (queue.found(), queue.waiting());
        if found.cut > 0 || found.damaged > 0 {
            let (cut, damaged) = (found.cut, found.damaged);
            tracing::warn!(
                cut,
                damaged,
                "the queue held more than whole rounds: a line that was cut off while it was written, or damaged ones"
            );
        }
        if waiting.rounds > 0 {
            let rounds = waiting.rounds;
            tracing::info!(rounds, "rounds wait in the queue since before the start");
        }
    }

    /// What becomes of readings and why, where something waits or the store is not open.
    pub fn shown(&self, behind: bool, open: bool) -> (State, Option<Cause>) {
        let waits = if open {
            Cause::Draining
        } else {
            Cause::Opening
        };
        match (behind, self.unwritable) {
            (false, _) => (State::Kept, None),
            (true, None) => (State::Queued, self.failing.or(Some(waits))),
            // What waits, waits there; what comes goes past it into the store.
            (true, Some(cause)) if open && self.sound => (State::Queued, Some(cause)),
            (true, Some(cause)) => (State::Lost, Some(cause)),
        }
    }
}
