//! The queue, worked on beside the tasks: a disk may take its time, and nobody waits longer than the deadline for it.

use std::time::Duration;

use tokio::{
    sync::oneshot,
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::keeper::{queue::Queue, queue_file::QueueError};

/// A disk that takes longer is none to rely on.
const WITHIN: Duration = Duration::from_secs(2);

/// Where the queue is, between two pieces of work on it.
#[derive(Debug)]
pub struct Desk {
    queue: Option<Queue>,
    away: Option<JoinHandle<Queue>>,
}

/// Why a piece of work has no result.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The queue refused.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Its disk does not answer; what was to be written may still come to be there.
    #[error("the disk of the queue does not answer in time")]
    Slow,
}

impl Desk {
    /// With this queue.
    pub fn new(queue: Queue) -> Desk {
        Desk {
            queue: Some(queue),
            away: None,
        }
    }

    /// What is known of the queue; `None` while its disk does not answer.
    pub fn queue(&self) -> Option<&Queue> {
        self.queue.as_ref()
    }

    /// Takes the queue back where its disk has answered meanwhile; says whether it is there.
    pub async fn is_there(&mut self) -> bool {
        if self.away.as_ref().is_some_and(JoinHandle::is_finished) {
            self.back().await;
        }
        self.queue.is_some()
    }

    /// Does this with the queue.
    ///
    /// # Errors
    /// What the queue says; `Slow`.
    pub async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Queue) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, DeskError> {
        self.back().await;
        let Some(mut queue) = self.queue.take() else {
            return Err(DeskError::Slow);
        };
        let (done, mut result) = oneshot::channel();
        self.away = Some(spawn_blocking(move || {
            let worked = work(&mut queue);
            if done.send(worked).is_err() {
                tracing::debug!("nobody waits for the queue any more");
            }
            queue
        }));
        self.back().await;
        match result.try_recv() {
            Ok(worked) => Ok(worked?),
            Err(_) => Err(DeskError::Slow),
        }
    }

    /// Takes the queue back where its last piece of work comes to an end in time.
    async fn back(&mut self) {
        let Some(away) = &mut self.away else {
            return;
        };
        match timeout(WITHIN, away).await {
            Ok(Ok(queue)) => (self.queue, self.away) = (Some(queue), None),
            Ok(Err(error)) => {
                tracing::error!(%error, "the queue ended badly");
                self.away = None;
            }
            Err(_) => {}
        }
    }
}
