//! The simulator's tasks: whoever spawns here can wait for all of them.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::{sync::watch, task::JoinSet};
use tracing::error;

use crate::lock;

/// A set of tasks with one word that asks them to end.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// `None` once the end has begun: nothing new starts then.
    running: Mutex<Option<JoinSet<()>>>,
    stop: watch::Sender<bool>,
}

impl Tasks {
    pub(crate) fn new() -> Arc<Tasks> {
        Arc::new(Tasks {
            running: Mutex::new(Some(JoinSet::new())),
            stop: watch::Sender::new(false),
        })
    }

    /// Runs `task` until it ends by itself; a long one watches [`Tasks::stopped`].
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(running) = self.running().as_mut() {
            while let Some(ended) = running.try_join_next() {
                report(ended);
            }
            running.spawn(task);
        }
    }

    /// Ends when the tasks are asked to end.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            // an error means that the sender is gone, which is an end as well
            drop(stop.wait_for(|stop| *stop).await);
        }
    }

    /// Asks all tasks to end and waits until they have.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let running = self.running().take();
        if let Some(mut running) = running {
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        }
    }

    /// Ends all tasks where they stand.
    pub(crate) fn abort(&self) {
        self.stop.send_replace(true);
        drop(self.running().take());
    }

    fn running(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        lock::held(&self.running)
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && !error.is_cancelled()
    {
        error!(%error, "a task of the simulator ended badly");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stopping_waits_for_what_runs() {
        let tasks = Tasks::new();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let stopped = tasks.stopped();
        tasks.spawn(async move {
            stopped.await;
            tokio::task::yield_now().await;
            sender.send(()).unwrap();
        });
        tasks.stop().await;
        receiver.await.unwrap();
    }

    #[tokio::test]
    async fn nothing_starts_after_the_end() {
        let tasks = Tasks::new();
        tasks.stop().await;
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn(async move { sender.send(()).unwrap() });
        receiver.await.unwrap_err();
    }
}
