//! How far each cluster is: what is rolled up, pruned and closed; and the lock on all of that.

use std::collections::HashMap;

use crate::{
    meter::quantity::Series,
    store::{engine::Transaction, error::StoreError, list, row::Row, value::Value},
};

/// Seconds of an hour.
pub const HOUR: i64 = 3600;
/// Seconds of a day.
pub const DAY: i64 = 24 * HOUR;

/// How far a cluster is, in seconds since 1970; `None` where nothing of it has happened yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The end of the newest closed month.
    pub closed_to: Option<i64>,
    /// Raw readings before this are pruned, but for the last one.
    pub pruned_to: Option<i64>,
    /// How far storage and compute are rolled up; `None` before the first reading of each.
    pub rolled: [Option<Rolled>; 2],
}

/// How far a series is rolled up, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rolled {
    /// The hour of the first reading.
    pub from: i64,
    /// Every hour before this one has its row.
    pub to: i64,
    /// No hour from this one on has a row.
    pub end: i64,
}

impl Marks {
    /// The columns that [`Marks::read`] wants.
    pub(crate) const COLUMNS: &str = "closed_to, pruned_to, storage_from, storage_to, storage_end, \
                                      compute_from, compute_to, compute_end";

    /// From the columns of that name, the first one being this one.
    pub(crate) fn read(row: &Row, first: usize) -> Result<Marks, StoreError> {
        let rolled = |at| {
            let (from, to) = (row.maybe_int(at)?, row.maybe_int(at + 1)?);
            let rolled = from.zip(to).zip(row.maybe_int(at + 2)?);
            Ok::<_, StoreError>(rolled.map(|((from, to), end)| Rolled { from, to, end }))
        };
        Ok(Marks {
            closed_to: row.maybe_int(first)?,
            pruned_to: row.maybe_int(first + 1)?,
            rolled: [rolled(first + 2)?, rolled(first + 5)?],
        })
    }

    /// Whether what comes now for this time, in milliseconds, is too late to be part of a tally.
    pub fn late(&self, at_ms: i64) -> bool {
        let end = self.closed_to.max(self.pruned_to);
        end.is_some_and(|end| at_ms.div_euclid(1000) < end)
    }

    /// How far this series is rolled up; `None` before its first reading.
    pub fn rolled(&self, series: Series) -> Option<Rolled> {
        let [storage, compute] = self.rolled;
        match series {
            Series::Storage => storage,
            Series::Compute => compute,
        }
    }
}

/// The columns of a series, in the order of [`Rolled`].
pub(crate) fn columns(series: Series) -> [&'static str; 3] {
    match series {
        Series::Storage => ["storage_from", "storage_to", "storage_end"],
        Series::Compute => ["compute_from", "compute_to", "compute_end"],
    }
}

/// Those of one cluster among the locked ones. Without them a closed month would pass for an open one.
///
/// # Errors
/// `Damaged` where they are not there.
pub(crate) fn of(locked: &HashMap<i64, Marks>, cluster: i64) -> Result<Marks, StoreError> {
    let marks = locked.get(&cluster).copied();
    marks.ok_or_else(|| StoreError::damaged(format!("cluster {cluster} has no marks")))
}

impl Transaction {
    /// The marks of these clusters. Until the end of the transaction nobody else reads them so: two who would change
    /// what follows from the readings of a cluster do it one after the other.
    pub(crate) async fn marks(
        &mut self,
        clusters: &[i64],
    ) -> Result<HashMap<i64, Marks>, StoreError> {
        // In order, so that two who want several of them cannot wait for each other.
        let mut clusters = clusters.to_vec();
        clusters.sort_unstable();
        clusters.dedup();
        let sql = format!(
            "INSERT INTO marks (cluster) VALUES {} ON CONFLICT (cluster) DO UPDATE SET cluster = excluded.cluster \
             RETURNING cluster, {}",
            list::rows(clusters.len(), 1),
            Marks::COLUMNS
        );
        let values = clusters.into_iter().map(Value::from).collect();
        let rows = self.all("lock its marks", sql, values).await?;
        let marks = |row: &Row| Ok((row.int(0)?, Marks::read(row, 1)?));
        rows.iter().map(marks).collect()
    }
}
