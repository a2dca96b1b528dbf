//! What keeps an instance from writing where another one has taken over.
//!
//! Each change of hands gives a cluster's lease a number that no one has had. A transaction that writes readings
//! first touches the row of the lease under which they were read: it finds its number or writes nothing, and who
//! wants to take over waits until that transaction has ended. That a lease has run out and nobody has taken it does
//! no harm, so no clock is asked: what was read while the server was away is written when it is back.

use crate::store::{engine::Transaction, error::StoreError, kept::Kept};

/// An instance that stands still inside a transaction holds its rows no longer than this.
const STANDSTILL: &str = "1000";
/// A database that does not know the setting finds no row, and goes on.
const BOUND: &str = "SELECT set_config(name, $1, true) FROM pg_catalog.pg_settings \
     WHERE name = 'idle_in_transaction_session_timeout'";
const TOUCH: &str = "UPDATE leases SET expires = expires \
     WHERE cluster = $1 AND number = $2 AND (holder = $3 OR holder = '')";

/// Keeps the leases of all rounds where they are until the transaction ends; first in the transaction that writes
/// them.
///
/// # Errors
/// `Fenced`, with the cluster, where another instance has taken over since; when the database refuses, or is not
/// there.
pub async fn check(open: &mut Transaction, rounds: &[Kept]) -> Result<(), StoreError> {
    let under = rounds.iter().filter_map(|kept| {
        let fence = kept.fence.as_ref()?;
        Some((&kept.cluster, fence.number, fence.holder.as_str()))
    });
    let mut under: Vec<_> = under.collect();
    // In this order everywhere, so that no two transactions wait for each other.
    under.sort_unstable_by_key(|(cluster, number, _)| (cluster.as_str(), *number));
    under.dedup();
    if !under.is_empty() {
        bound(open).await?;
    }
    for (cluster, number, holder) in under {
        let values = vec![cluster.as_str().into(), number.into(), holder.into()];
        if open.run("look at a lease", TOUCH, values).await? != 1 {
            return Err(StoreError::Fenced(cluster.clone()));
        }
    }
    Ok(())
}

/// From here on the transaction is given up by the server where this instance stands still in it.
///
/// # Errors
/// When the database refuses, or is not there.
pub async fn bound(open: &mut Transaction) -> Result<(), StoreError> {
    // A file belongs to one instance, and nobody waits for it.
    if matches!(open, Transaction::Postgres(_)) {
        let values = vec![STANDSTILL.into()];
        open.all("bound a transaction", BOUND, values).await?;
    }
    Ok(())
}
