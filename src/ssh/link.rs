//! The one connection with a node, shared by all who ask it: a few slots, and a look whether it is still there.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use crate::{
    lock,
    ssh::{
        command::{Command, Ended},
        session::Session,
    },
};

/// A connection that has lain idle for so long is probed before it is used.
const IDLE: Duration = Duration::from_secs(2);
/// How long the node may take to answer a probe.
const PROMPT: Duration = Duration::from_secs(5);

/// A connection and its slots. It is closed when the last of its users lets go of it.
#[derive(Debug)]
pub struct Link {
    session: Session,
    /// Closed when no new command is to be run on it.
    slots: Arc<Semaphore>,
    max_channels: usize,
    since: Instant,
    /// When the node was last heard of.
    heard: std::sync::Mutex<Instant>,
}

/// Why a command has no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSlot {
    /// The connection is given up: there is, or will be, another one.
    Retired,
    /// All were taken all the time.
    Busy,
}

impl Link {
    /// With so many slots.
    pub fn new(session: Session, max_channels: usize) -> Link {
        Link {
            session,
            slots: Arc::new(Semaphore::new(max_channels)),
            max_channels,
            since: Instant::now(),
            heard: std::sync::Mutex::new(Instant::now()),
        }
    }

    /// When it was established.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// Whether it takes new commands.
    pub fn is_usable(&self) -> bool {
        !self.slots.is_closed() && !self.session.is_closed()
    }

    /// Whether nobody knows if the node is still there.
    pub fn is_doubtful(&self) -> bool {
        let idle = self.slots.available_permits() == self.max_channels;
        idle && lock::held(&self.heard).elapsed() >= IDLE
    }

    /// Whether the node is still there.
    pub async fn answers(&self) -> bool {
        let answers = self.session.answers(PROMPT).await;
        if answers {
            self.heard_of();
        }
        answers
    }

    /// A slot, or the next that comes free within this time.
    ///
    /// # Errors
    /// When there is none.
    pub async fn slot(&self, within: Duration) -> Result<OwnedSemaphorePermit, NoSlot> {
        let slot = timeout(within, Arc::clone(&self.slots).acquire_owned()).await;
        slot.map_err(|_| NoSlot::Busy)?.map_err(|_| NoSlot::Retired)
    }

    /// Runs a command, for which there must be a slot.
    pub async fn run(&self, command: &Command, given_up: impl Future<Output = ()>) -> Ended {
        self.session.run(command, given_up).await
    }

    /// Gives the slot of an ended command back, if its process is known to be gone; else the connection is
    /// retired. The node frees its own slot a moment after it has read our close of the channel, and refuses
    /// what follows at its heels: an answer to a question in between says that it is free.
    pub async fn settle(&self, slot: OwnedSemaphorePermit, gone: bool) {
        if !(gone && self.answers().await) {
            self.retire();
        }
        drop(slot);
    }

    /// Takes no new command. Those that run on it end.
    pub fn retire(&self) {
        self.slots.close();
    }

    fn heard_of(&self) {
        *lock::held(&self.heard) = Instant::now();
    }
}
