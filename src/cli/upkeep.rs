//! What the store needs from time to time, beside the rounds and never in their way: hours that are over are rolled up,
//! months whose grace has passed are closed, what came too late for them is booked, and what is old enough goes.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    chain::chain,
    clock,
    period::{booking, calendar::Calendar, closing, error::PeriodError},
    store::{opened::Store, retention::Retention},
};

/// From one time to the next.
const EVERY: Duration = Duration::from_secs(60);
/// One time takes no longer; what is left then is done the next time.
const WITHIN: Duration = Duration::from_secs(50);

/// So many hours are rolled up in one time.
const HOURS: u64 = 2000;

/// Does it once a minute while the store is open, until `shutdown` is done. What is being done then is done again after
/// the next start, or was done.
pub async fn run(
    store: watch::Receiver<Option<Store>>,
    calendar: Calendar,
    retention: Retention,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let turn = async {
            sleep(EVERY).await;
            let open = store.borrow().clone();
            if let Some(open) = open {
                turn(&open, &calendar, &retention).await;
            }
        };
        tokio::select! {
            () = &mut shutdown => return,
            () = turn => {}
        }
    }
}

/// Does it once, and tells what came of it. What cannot be done of one thing keeps nobody from the next one.
async fn turn(store: &Store, calendar: &Calendar, retention: &Retention) {
    let now = clock::now();
    let rolled = async {
        store
            .roll_up(now, HOURS)
            .await
            .map(drop)
            .map_err(Into::into)
    };
    one("hours cannot be rolled up", rolled).await;
    one("months cannot be closed", close(store, calendar, now)).await;
    one("corrections cannot be booked", book(store, calendar, now)).await;
    let pruned = async {
        store
            .prune(now, retention)
            .await
            .map(drop)
            .map_err(Into::into)
    };
    one("what is old cannot be pruned", pruned).await;
}

async fn one(what: &str, doing: impl Future<Output = Result<(), PeriodError>>) {
    match timeout(WITHIN, doing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(error = chain(&error), "{what}"),
        Err(_) => tracing::warn!("{what} in time; it goes on in a minute"),
    }
}

async fn close(store: &Store, calendar: &Calendar, now: Timestamp) -> Result<(), PeriodError> {
    for (cluster, closed) in closing::close_due(store, calendar, now).await? {
        tracing::info!(%cluster, month = closed.month, "a month is closed, as its grace has passed");
    }
    Ok(())
}

async fn book(store: &Store, calendar: &Calendar, now: Timestamp) -> Result<(), PeriodError> {
    for cluster in store.clusters().await? {
        match booking::book_due(store, calendar, &cluster, now).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(%cluster, count, "corrections of closed months are booked");
            }
            Err(error) => {
                tracing::warn!(%cluster, error = chain(&error), "corrections cannot be booked");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
    async fn a_turn_makes_hours_and_prunes_and_a_wrong_clock_makes_no_decades_of_rows() {
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
        for _ in 0..3 {
            turn(&store, &calendar, &Retention::default()).await;
        }
        let hours = rows(&store, "hours").await;
        // One day of 1970, and what follows the two stretches: not the 56 years in between.
        assert!((24..2 * 24 * 31).contains(&hours), "{hours}");
        // The first one of 1970 and the one before the last of the old ones are gone.
        assert_eq!(rows(&store, "readings").await, 2);
        let number = store.number(&cluster).await.unwrap();
        let marks = store.marks(number).await.unwrap();
        assert!(now - marks.rolled(Series::Storage).unwrap().to < 7200);
        store.close().await;
    }
}
