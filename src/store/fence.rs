//! What keeps an instance from writing what it read where another one had taken over.
//!
//! Each change of hands gives a cluster's lease a number that no one has had, and is kept with its time. A transaction
//! that writes readings first touches the row of the lease under which they were read. Where it still finds its
//! number, all of them stand, and who wants to take over waits until that transaction has ended. Where another one has
//! followed, those stand that were read before: an outage delays what waits in a queue, and takes nothing of it.
//!
//! When a lease was taken the server's clock says, when a reading was made that of its instance. Where the two differ
//! by a second, a reading of that second may be refused, or stand beside one of the other instance. The integral
//! counts time, and counts none of it twice.
//!
//! What was read before the instance ever reached the store was read under the lease that it takes next: it stands
//! where nobody else has taken or held one from that moment on, and waits until somebody has.

use crate::store::{
    engine::Transaction,
    error::StoreError,
    kept::{Fence, Kept},
    row::Row,
};

/// Milliseconds since 1970 by the server's clock, when the transaction began.
pub(crate) const NOW: &str = "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)";
/// An instance that stands still inside a transaction holds its rows no longer than this.
const STANDSTILL: &str = "1000";
/// A database that does not know the setting finds no row, and goes on.
const BOUND: &str = "SELECT set_config(name, $1, true) FROM pg_catalog.pg_settings \
     WHERE name = 'idle_in_transaction_session_timeout'";
const TOUCH: &str = "UPDATE leases SET expires = expires WHERE cluster = $1";
const CHANGES: &str = "SELECT taken_at, holder FROM lease_changes \
     WHERE cluster = $1 AND number > $2 AND taken_at > $3 ORDER BY number";

/// Of one fence: from when on what was read under it stands no longer.
#[derive(Debug)]
enum Hold {
    /// The lease has not changed hands since.
    Still,
    /// It has, in this millisecond; `None` where nobody knows when.
    Until(Option<i64>),
    /// The lease is the one that its holder takes next.
    Next {
        /// Every change of hands since, whether to its holder.
        changes: Vec<(i64, bool)>,
        /// Whether its holder has the lease now; `None` where nobody has.
        now: Option<bool>,
    },
}

/// Keeps the leases of all rounds where they are until the transaction ends; first in the transaction that writes
/// them. Of each round, whether it stands.
///
/// # Errors
/// `Unclaimed` where that is not known yet; when the database refuses, or is not there.
pub async fn check(open: &mut Transaction, rounds: &[Kept]) -> Result<Vec<bool>, StoreError> {
    let of = |kept: &Kept| Some((kept.cluster.as_str().to_owned(), kept.fence.clone()?));
    let mut under: Vec<_> = rounds.iter().filter_map(of).collect();
    // In this order everywhere, so that no two transactions wait for each other.
    under.sort_unstable();
    under.dedup();
    if !under.is_empty() {
        bound(open).await?;
    }
    let mut holds = Vec::with_capacity(under.len());
    for (cluster, fence) in under {
        let since = rounds
            .iter()
            .filter(|kept| kept.cluster.as_str() == cluster && kept.fence.as_ref() == Some(&fence))
            .filter_map(Kept::at_ms)
            .min();
        let hold = Hold::of(open, &cluster, &fence, since.unwrap_or(i64::MIN)).await?;
        holds.push((cluster, fence, hold));
    }
    let stands = |kept: &Kept| {
        let (Some(fence), Some(at)) = (&kept.fence, kept.at_ms()) else {
            return Ok(true);
        };
        let mut held = holds.iter();
        let held = held.find(|(cluster, of, _)| cluster == kept.cluster.as_str() && of == fence);
        match held.map(|(_, _, hold)| hold.stands(at)) {
            Some(None) => Err(StoreError::Unclaimed(kept.cluster.clone())),
            Some(Some(stands)) => Ok(stands),
            None => Ok(false),
        }
    };
    rounds.iter().map(stands).collect()
}

impl Hold {
    /// What is known of this fence, of what was read from this millisecond on.
    async fn of(
        open: &mut Transaction,
        cluster: &str,
        fence: &Fence,
        since: i64,
    ) -> Result<Hold, StoreError> {
        let doing = "look at a lease";
        open.run(doing, TOUCH, vec![cluster.into()]).await?;
        let sql = format!(
            "SELECT holder, number, CAST(CASE WHEN expires <= {NOW} THEN 1 ELSE 0 END AS BIGINT) \
             FROM leases WHERE cluster = $1"
        );
        let rows = open.all(doing, sql, vec![cluster.into()]).await?;
        let (mut ours, mut free) = (false, true);
        if let Some(row) = rows.first() {
            let (holder, number) = (row.text(0)?, row.int(1)?);
            ours = holder == fence.holder;
            free = holder.is_empty() || row.int(2)? == 1;
            if number == fence.number && !fence.is_next() && (ours || holder.is_empty()) {
                return Ok(Hold::Still);
            }
        }
        let since = if fence.is_next() { since } else { i64::MIN };
        let values = vec![cluster.into(), fence.number.into(), since.into()];
        let rows = open.all(doing, CHANGES, values).await?;
        let change = |row: &Row| Ok::<_, StoreError>((row.int(0)?, row.text(1)? == fence.holder));
        let changes: Vec<_> = rows.iter().map(change).collect::<Result<_, _>>()?;
        if !fence.is_next() {
            return Ok(Hold::Until(changes.first().map(|(at, _)| *at)));
        }
        let now = match (ours, free) {
            (true, _) => Some(true),
            (false, false) => Some(false),
            // Nobody will take the lease of a cluster that nobody knows any more.
            (false, true) => (!is_known(open, cluster).await?).then_some(true),
        };
        Ok(Hold::Next { changes, now })
    }

    /// Whether what was read in this millisecond stands; `None` where that is not known yet.
    fn stands(&self, at: i64) -> Option<bool> {
        match self {
            Hold::Still => Some(true),
            Hold::Until(taken) => Some(taken.is_some_and(|taken| at < taken)),
            Hold::Next { changes, now } => {
                let next = changes.iter().find(|(taken, _)| *taken > at);
                next.map_or(*now, |(_, ours)| Some(*ours))
            }
        }
    }
}

/// Whether any instance knows the cluster, as far as is known: where none is there, one that does may come.
async fn is_known(open: &mut Transaction, cluster: &str) -> Result<bool, StoreError> {
    let sql = format!("SELECT clusters FROM instances WHERE expires > {NOW}");
    let rows = open.all("look at a lease", sql, Vec::new()).await?;
    for row in &rows {
        if row.text(0)?.split_whitespace().any(|name| name == cluster) {
            return Ok(true);
        }
    }
    Ok(rows.is_empty())
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
