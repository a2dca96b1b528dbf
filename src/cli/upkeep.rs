//! What the store needs from time to time, beside the rounds and never in their way: months whose grace has passed are
//! closed, what came too late for them is booked, hours that are over are rolled up, and what is old enough goes.
//!
//! What fails of one cluster stops no other one, and no other kind of work. What cannot be taken back waits for better
//! times: no month closes by itself, and nothing goes, while rounds wait in our queue, for they may belong to that
//! month; and no month closes before the clock has proved to be [steady](crate::cli::steady), nor more than one month of
//! a cluster at a time.

use std::{error::Error, future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    chain::chain,
    cli::steady::Steady,
    clock,
    cluster_name::ClusterName,
    keeper::standing::{Standing, State},
    period::{booking, calendar::Calendar, closing},
    store::{opened::Store, retention::Retention},
};

/// From one time to the next.
const EVERY: Duration = Duration::from_secs(60);
/// One piece of work takes no longer; what is left then is done the next time.
const WITHIN: Duration = Duration::from_secs(50);

/// So many hours are rolled up in one time.
const HOURS: u64 = 2000;

/// Whoever looks after the store.
#[derive(Debug)]
pub struct Upkeep {
    /// The store, while it is open.
    pub store: watch::Receiver<Option<Store>>,
    /// How the store does, and what waits for it.
    pub standing: watch::Receiver<Standing>,
    /// When months end and close.
    pub calendar: Calendar,
    /// For how long what is kept.
    pub retention: Retention,
}

impl Upkeep {
    /// Does it once a minute while the store is open, until `shutdown` is done. What is being done then is done again
    /// after the next start, or was done.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut steady = Steady::new(Instant::now(), clock::now());
        loop {
            let turn = async {
                sleep(EVERY).await;
                let is_steady = steady.look(Instant::now(), clock::now());
                let open = self.store.borrow().clone();
                if let Some(open) = open {
                    self.turn(&open, is_steady).await;
                }
            };
            tokio::select! {
                () = &mut shutdown => return,
                () = turn => {}
            }
        }
    }

    /// Does it once, and tells what came of it.
    async fn turn(&self, store: &Store, is_steady: bool) {
        let now = clock::now();
        let clusters = within("list the clusters", None, store.clusters()).await;
        for cluster in &clusters.unwrap_or_default() {
            if is_steady && self.has_all() {
                let closed = closing::close_due(store, &self.calendar, cluster, now);
                let closed = within("close a month", Some(cluster), closed).await;
                if let Some(closed) = closed.flatten() {
                    let month = closed.month;
                    tracing::info!(%cluster, month, "a month is closed, as its grace has passed");
                }
            }
            let booked = booking::book_due(store, &self.calendar, cluster, now);
            let booked = within("book corrections", Some(cluster), booked).await;
            if let Some(count) = booked.filter(|count| *count > 0) {
                tracing::info!(%cluster, count, "corrections of closed months are booked");
            }
        }
        within("roll up what is over", None, store.roll_up(now, HOURS)).await;
        if self.has_all() {
            within("prune", None, store.prune(now, &self.retention)).await;
        }
    }

    /// Whether all that this instance has read is in the store.
    fn has_all(&self) -> bool {
        let standing = *self.standing.borrow();
        standing.state == State::Kept && standing.waiting.rounds == 0
    }
}

/// One piece of work, of one cluster or of all; `None` where it failed or took too long, which is told.
async fn within<T, E: Error>(
    doing: &'static str,
    cluster: Option<&ClusterName>,
    work: impl Future<Output = Result<T, E>>,
) -> Option<T> {
    let cluster = cluster.map(tracing::field::display);
    match timeout(WITHIN, work).await {
        Ok(Ok(done)) => return Some(done),
        Ok(Err(error)) => {
            let error = chain(&error);
            tracing::warn!(cluster, doing, error, "the store could not be looked after");
        }
        Err(_) => tracing::warn!(
            cluster,
            doing,
            "looking after the store takes long, and goes on in a minute"
        ),
    }
    None
}
