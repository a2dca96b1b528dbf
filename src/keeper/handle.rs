//! The handle of the keeper: what is to be kept is handed over, and comes back with what became of it.

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock,
    keeper::standing::Standing,
    store::{kept::Kept, opened::Store},
};

/// What became of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the store.
    Stored,
    /// It is in the queue, on disk.
    Queued,
    /// It was read under a lease that another instance has taken over: it is not kept, and must not be published.
    Fenced,
    /// It is nowhere but in memory; it is counted, and published all the same.
    Lost,
}

/// How many rounds may stand before the keeper: far more than clusters send at once.
const STANDING_ROOM: usize = 4_096;

/// The handle of whoever has something to keep, or wants to know how that goes. Its copies lead to the same keeper.
#[derive(Clone, Debug)]
pub struct Keeper {
    inbox: mpsc::Sender<Asked>,
    store: watch::Receiver<Option<Store>>,
    standing: watch::Receiver<Standing>,
}

/// A round that is to be kept, and who waits for it.
#[derive(Debug)]
pub struct Asked {
    /// The round.
    pub round: Kept,
    /// Who waits.
    pub answer: oneshot::Sender<Outcome>,
}

/// The side of the task.
#[derive(Debug)]
pub struct Counter {
    /// What is asked.
    pub inbox: mpsc::Receiver<Asked>,
    /// The store, while it is open.
    pub store: watch::Sender<Option<Store>>,
    /// How it does.
    pub standing: watch::Sender<Standing>,
}

impl Keeper {
    /// A handle, and the other side of it.
    pub fn new() -> (Keeper, Counter) {
        let (asks, inbox) = mpsc::channel(STANDING_ROOM);
        let (store, opened) = watch::channel(None);
        let (standing, shown) = watch::channel(Standing::new(clock::now()));
        let keeper = Keeper {
            inbox: asks,
            store: opened,
            standing: shown,
        };
        let counter = Counter {
            inbox,
            store,
            standing,
        };
        (keeper, counter)
    }

    /// Keeps a round: returns when it is in the store or in the queue on disk, or when neither takes it in time, which
    /// is a few seconds at most.
    pub async fn keep(&self, round: Kept) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        let asked = Asked { round, answer };
        if self.inbox.try_send(asked).is_err() {
            tracing::debug!("the keeper takes nothing more");
            return Outcome::Lost;
        }
        // Whoever would answer has ended, at the end of the service.
        outcome.await.unwrap_or(Outcome::Lost)
    }

    /// The store, while it is open: now and whenever that changes.
    pub fn store(&self) -> watch::Receiver<Option<Store>> {
        self.store.clone()
    }

    /// How it does, now and whenever that changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }
}

impl Asked {
    /// Tells whoever waits; a collector that has ended does not.
    pub fn answer(self, outcome: Outcome) {
        if self.answer.send(outcome).is_err() {
            tracing::debug!("nobody waits for a round that was kept");
        }
    }
}
