//! What becomes of months by itself while the service runs: they close when their grace has passed, and what comes
//! later is booked.

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    pin, select,
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    chain::chain,
    clock,
    period::{booking, calendar::Calendar, closing, error::PeriodError},
    store::opened::Store,
};

/// From one look at the months to the next.
const EVERY: Duration = Duration::from_secs(60);
/// A look takes no longer; what it has not done by then, the next one does.
const WITHIN: Duration = Duration::from_secs(300);

/// Looks after the months of a store. Several instances may do so at once: a month closes once all the same.
#[derive(Debug)]
pub struct Upkeep {
    /// The store, while it is there.
    pub store: watch::Receiver<Option<Store>>,
    /// When months close.
    pub calendar: Calendar,
}

impl Upkeep {
    /// Looks after them until it is asked to end. A closing that is under way then is not half done, but not done.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        pin!(stop);
        loop {
            select! {
                () = &mut stop => return,
                () = self.turn() => {}
            }
        }
    }

    async fn turn(&self) {
        sleep(EVERY).await;
        let store = self.store.borrow().clone();
        let Some(store) = store else { return };
        match timeout(WITHIN, look(&store, &self.calendar, clock::now())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = %chain(&error), "the months could not be looked after");
            }
            Err(_) => tracing::warn!(within = ?WITHIN, "the months were not looked after in time"),
        }
    }
}

/// Closes what is due, and books what came later.
///
/// # Errors
/// The store's; what was done before stays done.
pub async fn look(store: &Store, calendar: &Calendar, now: Timestamp) -> Result<(), PeriodError> {
    for (cluster, closed) in closing::close_due(store, calendar, now).await? {
        let month = closed.month;
        tracing::info!(%cluster, month, readings = closed.readings, "a month has closed");
    }
    for cluster in store.clusters().await? {
        let booked = booking::book_due(store, calendar, &cluster, now).await?;
        if booked > 0 {
            tracing::info!(%cluster, corrections = booked, "corrections were booked");
        }
    }
    Ok(())
}
