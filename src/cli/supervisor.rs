//! What systemd is told of `serve`, where it has asked for it with `NOTIFY_SOCKET`: that the service is up, how its
//! clusters do, that it lives, and that it ends.
//!
//! The service is up after the first round of every cluster, whatever the rounds gave: a node that is down at the
//! start must not keep the figures of the others from their callers, and those of its own are `null` with a reason.

use std::{convert::Infallible, io, sync::Arc};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    cli::{
        notifier::{Notifier, Word},
        watchdog::Watchdog,
    },
    pulse::Pulse,
    usage::{ClusterUsage, Status},
};

/// The newest usage of a cluster.
type Newest = watch::Receiver<Arc<ClusterUsage>>;

/// Where systemd listens, if it wants to be told.
const SOCKET: &str = "NOTIFY_SOCKET";

/// The service manager above this process, if there is one.
#[derive(Debug, Default)]
pub struct Supervisor {
    notifier: Option<Notifier>,
    failing: bool,
    ready: bool,
    status: String,
}

impl Supervisor {
    /// Tells of the first rounds, of every change of the clusters, and of a life that is proven.
    pub async fn follow(&mut self, clusters: Vec<Newest>, pulse: Pulse) -> Infallible {
        if std::env::var_os(SOCKET).is_none() {
            return std::future::pending().await;
        }
        let within = sd_notify::watchdog_enabled().filter(|within| !within.is_zero());
        let watchdog = within.map(|within| Watchdog::new(pulse, within));
        let mut changes = JoinSet::new();
        for newest in &clusters {
            changes.spawn(changed(newest.clone()));
        }
        self.tell_of(&clusters).await;
        let mut life = std::pin::pin!(lives(watchdog.as_ref()));
        loop {
            tokio::select! {
                Some(changed_one) = changes.join_next() => {
                    // Of a collector that has ended the service itself tells, and ends.
                    if let Ok(Some(newest)) = changed_one {
                        changes.spawn(changed(newest));
                        self.tell_of(&clusters).await;
                    }
                }
                () = &mut life => {
                    self.tell(Word::Lives).await;
                    life.set(lives(watchdog.as_ref()));
                }
            }
        }
    }

    /// Tells that the service ends.
    pub async fn ends(&mut self) {
        if std::env::var_os(SOCKET).is_some() {
            self.tell(Word::Ends).await;
        }
    }

    async fn tell_of(&mut self, clusters: &[Newest]) {
        let standing = Standing::of(clusters.iter().map(|newest| newest.borrow().status()));
        let status = standing.to_string();
        if status != self.status {
            self.tell(Word::Status(status.clone())).await;
            self.status = status;
        }
        if !self.ready && standing.settled == standing.all {
            self.ready = true;
            self.tell(Word::Ready).await;
        }
    }

    async fn try_tell(&mut self, word: Word) -> io::Result<()> {
        let notifier = match &self.notifier {
            Some(notifier) => notifier,
            None => self.notifier.insert(Notifier::start()?),
        };
        notifier.tell(word).await
    }

    async fn tell(&mut self, word: Word) {
        match self.try_tell(word).await {
            Ok(()) => self.failing = false,
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::warn!(%error, "systemd cannot be told how the service does");
            }
            Err(_) => {}
        }
    }
}

/// Waits until there is a newer usage; `None` where there will be none.
async fn changed(mut newest: Newest) -> Option<Newest> {
    newest.changed().await.is_ok().then_some(newest)
}

/// Returns when the service is proven to live; never, where nobody asks.
async fn lives(watchdog: Option<&Watchdog>) {
    match watchdog {
        Some(watchdog) => watchdog.life().await,
        None => std::future::pending().await,
    }
}

/// How many clusters there are, and how they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    all: usize,
    settled: usize,
    complete: usize,
}

impl Standing {
    fn of(clusters: impl Iterator<Item = Status>) -> Standing {
        clusters.fold(Standing::default(), |standing, status| Standing {
            all: standing.all + 1,
            settled: standing.settled + usize::from(status != Status::NotYet),
            complete: standing.complete + usize::from(status == Status::Complete),
        })
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Standing {
            all,
            settled,
            complete,
        } = self;
        if settled < all {
            return write!(f, "first round: {settled} of {all} clusters have ended it");
        }
        write!(f, "{complete} of {all} clusters complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_status_counts_first_rounds_and_then_complete_clusters() {
        let line = |clusters: &[Status]| Standing::of(clusters.iter().copied()).to_string();
        assert_eq!(
            line(&[Status::Complete, Status::NotYet]),
            "first round: 1 of 2 clusters have ended it"
        );
        assert_eq!(
            line(&[Status::Complete, Status::Stale, Status::Partial]),
            "1 of 3 clusters complete"
        );
    }
}
