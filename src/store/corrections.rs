//! Corrections of closed months as they are kept. A row is added, and never changed.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    store::{
        engine::Transaction, entry::Hash, error::StoreError, opened::Store, row::Row, value::Value,
    },
};

/// What one reading changes of a closed month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its place among those of the cluster, from 1.
    pub sequence: u64,
    /// The month that is corrected, as `2026-10`.
    pub month: String,
    /// The month that it is booked in.
    pub booked: String,
    /// When it was booked, to the millisecond.
    pub at: Timestamp,
    /// The word for why.
    pub cause: String,
    /// The reading that came late or is read otherwise.
    pub reading: Uuid,
    /// When it was revised, to the millisecond; `None` where it came late.
    pub revised: Option<Timestamp>,
    /// Per quantity what was billed, what is right and the difference, as JSON.
    pub figures: String,
    /// Of the correction before; `None` for the first.
    pub previous: Option<Hash>,
    /// What seals it.
    pub digest: Hash,
}

const COLUMNS: &str =
    "sequence, month, booked, at, cause, reading, revised, figures, previous, digest";

impl Store {
    /// The corrections of a cluster, in their order.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn corrections(&self, cluster: &ClusterName) -> Result<Vec<Booked>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM corrections \
             WHERE cluster = (SELECT number FROM clusters WHERE name = $1) ORDER BY sequence"
        );
        let rows = self
            .engine
            .all("read the corrections", sql, vec![cluster.as_str().into()]);
        rows.await?.iter().map(read).collect()
    }

    /// Those that are booked in one month.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn corrections_in(
        &self,
        cluster: &ClusterName,
        booked: &str,
    ) -> Result<Vec<Booked>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM corrections WHERE booked = $2 \
             AND cluster = (SELECT number FROM clusters WHERE name = $1) ORDER BY sequence"
        );
        let values = vec![cluster.as_str().into(), booked.into()];
        let rows = self
            .engine
            .all("read the corrections of a month", sql, values);
        rows.await?.iter().map(read).collect()
    }
}

/// Adds a correction. The marks of the cluster are locked by whoever calls.
///
/// # Errors
/// The database's own.
pub async fn add(open: &mut Transaction, cluster: i64, booked: &Booked) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO corrections (cluster, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    let values = vec![
        cluster.into(),
        booked.sequence.cast_signed().into(),
        booked.month.as_str().into(),
        booked.booked.as_str().into(),
        booked.at.as_millisecond().into(),
        booked.cause.as_str().into(),
        booked.reading.into_bytes().into(),
        booked
            .revised
            .map_or(NEVER, |at| at.as_millisecond())
            .into(),
        booked.figures.as_str().into(),
        Value::Bytes(booked.previous.map(Vec::from)),
        booked.digest.into(),
    ];
    open.run("book a correction", sql, values).await?;
    Ok(())
}

/// A reading that came late was revised at no time; the key of the table wants one.
const NEVER: i64 = 0;

fn read(row: &Row) -> Result<Booked, StoreError> {
    let time = |ms| {
        Timestamp::from_millisecond(ms).map_err(|_| StoreError::damaged("a correction has no time"))
    };
    let revised = Some(row.int(6)?).filter(|at| *at != NEVER);
    Ok(Booked {
        sequence: row.int(0)?.cast_unsigned(),
        month: row.text(1)?.to_owned(),
        booked: row.text(2)?.to_owned(),
        at: time(row.int(3)?)?,
        cause: row.text(4)?.to_owned(),
        reading: Uuid::from_bytes(row.exactly(5)?),
        revised: revised.map(time).transpose()?,
        figures: row.text(7)?.to_owned(),
        previous: row.maybe_exactly(8)?,
        digest: row.exactly(9)?,
    })
}
