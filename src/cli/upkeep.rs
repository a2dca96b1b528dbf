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
        let clusters = within("listing", None, store.clusters()).await;
        for cluster in &clusters.unwrap_or_default() {
            if is_steady && self.has_all() {
                let closed = closing::close_due(store, &self.calendar, cluster, now);
                let closed = within("closing", Some(cluster), closed).await;
                if let Some(closed) = closed.flatten() {
                    let month = closed.month;
                    tracing::info!(%cluster, month, "a month is closed, as its grace has passed");
                }
            }
            let booked = booking::book_due(store, &self.calendar, cluster, now);
            let booked = within("booking", Some(cluster), booked).await;
            if let Some(count) = booked.filter(|count| *count > 0) {
                tracing::info!(%cluster, count, "corrections of closed months are booked");
            }
        }
        within("rolling up", None, store.roll_up(now, HOURS)).await;
        if self.has_all() {
            within("pruning", None, store.prune(now, &self.retention)).await;
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        amount::Amount,
        meter::quantity::{Quantity, Series},
        store::{
            entry::{self, Entry, Text},
            kept::Kept,
            origin::{Asked, Origin, Role},
            place::Place,
        },
    };
    use std::sync::Arc;

    async fn rows(store: &Store, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row = store.engine.first("count", sql, Vec::new()).await.unwrap();
        row.unwrap().int(0).unwrap()
    }

    #[tokio::test]
    async fn a_turn_makes_hours_and_a_wrong_clock_makes_no_decades_of_rows_and_closes_no_decades() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        let store = Store::open(&place).await.unwrap();
        let now = clock::now().as_second();
        let cluster: crate::cluster_name::ClusterName = "cluster1".parse().unwrap();
        let text = Text::new(*b"text");
        let origin = Arc::new(Origin {
            source: Asked::Ssh,
            node: None,
            command: None,
            cluster_status: None,
            size_base: None,
            parser: "0.1.0".to_owned(),
            holds: 900,
        });
        // 1970; then long ago, long enough to go, but for the last one; then now.
        let times = [60, now - 600 * 86_400, now - 599 * 86_400, now - 30];
        let readings = times.map(|second| {
            let at = Timestamp::from_second(second).unwrap();
            let entry = Entry {
                id: entry::id(&cluster, Asked::Ssh, at, &text.hash),
                cluster: cluster.clone(),
                role: Role::Storage,
                at,
                origin: origin.clone(),
                text: text.hash,
                figures: vec![(Quantity::LogicalUsed, Amount::exact(7))],
            };
            (entry, text.clone())
        });
        let kept = Kept {
            cluster: cluster.clone(),
            readings: readings.to_vec(),
            absences: Vec::new(),
            fence: None,
        };
        store.append(&[kept]).await.unwrap();
        let calendar = Calendar::new(jiff::tz::TimeZone::UTC, std::time::Duration::from_secs(1));
        let standing = Standing {
            state: State::Kept,
            ..Standing::new(clock::now())
        };
        let (told, standing) = watch::channel(standing);
        let upkeep = Upkeep {
            store: watch::channel(None).1,
            standing,
            calendar,
            retention: Retention::default(),
        };
        let closed = async || store.closed_months(&cluster).await.unwrap().len();
        upkeep.turn(&store, false).await;
        assert_eq!(closed().await, 0);
        for months in 1..3 {
            upkeep.turn(&store, true).await;
            assert_eq!(closed().await, months);
        }
        // While rounds wait, for whatever month, none closes.
        told.send_modify(|standing| standing.waiting.rounds = 1);
        upkeep.turn(&store, true).await;
        assert_eq!(closed().await, 2);
        let hours = rows(&store, "hours").await;
        // One day of 1970, and what follows the two stretches: not the 56 years in between.
        assert!((24..2 * 24 * 31).contains(&hours), "{hours}");
        // Their months are not closed, or nothing came since: none is gone.
        assert_eq!(rows(&store, "readings").await, 4);
        let number = store.number(&cluster).await.unwrap();
        let marks = store.marks(number).await.unwrap();
        assert!(now - marks.rolled(Series::Storage).unwrap().to < 7200);
        store.close().await;
    }
}
