//! What the store needs from time to time, beside the rounds and never in their way: hours that are over are rolled up,
//! months whose grace has passed are closed, what came too late for them is booked, and what is old enough goes.

use std::{future::Future, time::Duration};

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

/// Does it once, and tells what came of it.
async fn turn(store: &Store, calendar: &Calendar, retention: &Retention) {
    match timeout(WITHIN, once(store, calendar, retention)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(
            error = chain(&error),
            "the months could not be looked after"
        ),
        Err(_) => tracing::warn!("looking after the months takes long, and goes on in a minute"),
    }
}

async fn once(
    store: &Store,
    calendar: &Calendar,
    retention: &Retention,
) -> Result<(), PeriodError> {
    let now = clock::now();
    store.roll_up(now, HOURS).await?;
    for (cluster, closed) in closing::close_due(store, calendar, now).await? {
        tracing::info!(%cluster, month = closed.month, "a month is closed, as its grace has passed");
    }
    for cluster in store.clusters().await? {
        let count = booking::book_due(store, calendar, &cluster, now).await?;
        if count > 0 {
            tracing::info!(%cluster, count, "corrections of closed months are booked");
        }
    }
    store.prune(now, retention).await?;
    Ok(())
}
