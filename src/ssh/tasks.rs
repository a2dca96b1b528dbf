//! The tasks of a pool: what they do is not lost with whoever asked for it, and the pool waits for them.

use std::{sync::Mutex, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::timeout,
};

use crate::lock;

/// A set of tasks with one word that asks them to end. Those that still run when it is dropped are aborted.
#[derive(Debug)]
pub struct Tasks {
    running: Mutex<JoinSet<()>>,
    stop: watch::Sender<()>,
}

impl Default for Tasks {
    fn default() -> Self {
        Tasks {
            running: Mutex::default(),
            stop: watch::Sender::new(()),
        }
    }
}

impl Tasks {
    /// Runs `task` to its end; a long one watches [`Tasks::stopped`].
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // Those that have ended are let go.
        self.count();
        lock::held(&self.running).spawn(task);
    }

    /// How many run.
    pub fn count(&self) -> usize {
        let mut running = lock::held(&self.running);
        while let Some(ended) = running.try_join_next() {
            report(ended);
        }
        running.len()
    }

    /// Ends when those that run now are asked to end.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            // An error means that the sender is gone, which is an end as well.
            drop(stop.changed().await);
        }
    }

    /// Asks those that run now to end, and aborts what has not ended within this time.
    pub async fn stop(&self, within: Duration) {
        let mut running = std::mem::take(&mut *lock::held(&self.running));
        self.stop.send_replace(());
        let all = async {
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        };
        if timeout(within, all).await.is_err() {
            running.shutdown().await;
        }
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && !error.is_cancelled()
    {
        tracing::error!(%error, "a task of a pool ended badly");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn stopping_waits_for_what_ends_and_aborts_what_does_not() {
        let tasks = Tasks::default();
        let (ended, seen) = tokio::sync::oneshot::channel();
        let stopped = tasks.stopped();
        tasks.spawn(async move {
            stopped.await;
            tokio::task::yield_now().await;
            ended.send(()).expect("somebody listens");
        });
        let held = Arc::new(());
        let stuck = Arc::clone(&held);
        tasks.spawn(async move {
            std::future::pending::<()>().await;
            drop(stuck);
        });
        assert_eq!(tasks.count(), 2);
        tasks.stop(SOON).await;
        assert_eq!(tasks.count(), 0);
        seen.await.expect("it has ended");
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test]
    async fn what_starts_after_a_stop_is_not_asked_to_end() {
        let tasks = Tasks::default();
        tasks.stop(SOON).await;
        let mut stopped = Box::pin(tasks.stopped());
        assert!(
            tokio::time::timeout(Duration::ZERO, &mut stopped)
                .await
                .is_err()
        );
    }
}
