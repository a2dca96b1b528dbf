//! Closed months as they are kept. A row is added when a month closes, and never changed.

use futures_util::{TryStreamExt, stream::BoxStream};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::window::Window,
    store::{
        engine::Transaction, entry::Hash, error::StoreError, opened::Store, origin::Role, row::Row,
        value::Value,
    },
};

/// A month that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Which, as `2026-10`.
    pub month: String,
    /// The zone that was in force when it closed.
    pub zone: String,
    /// Its seconds.
    pub window: Window,
    /// When it closed, to the millisecond.
    pub closed_at: Timestamp,
    /// The word for what closed it.
    pub closed_by: String,
    /// How many readings it is made of.
    pub readings: u64,
    /// Of their names.
    pub readings_digest: Hash,
    /// How many corrections are booked in it.
    pub corrections: u64,
    /// Of the last of them; `None` where there is none.
    pub corrections_digest: Option<Hash>,
    /// Of the month before; `None` for the first.
    pub previous: Option<Hash>,
    /// Its summary as it was then, as JSON.
    pub summary: String,
    /// What seals all of it.
    pub digest: Hash,
}

const COLUMNS: &str = "month, zone, begins, ends, closed_at, closed_by, readings, readings_digest, \
                       corrections, corrections_digest, previous, summary, digest";

impl Store {
    /// The closed months of a cluster, in their order.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn closed_months(&self, cluster: &ClusterName) -> Result<Vec<Closed>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM periods WHERE cluster = (SELECT number FROM clusters WHERE name = $1) ORDER BY begins"
        );
        let rows = self
            .engine
            .all("read the closed months", sql, vec![cluster.as_str().into()]);
        rows.await?.iter().map(read).collect()
    }

    /// One closed month of a cluster; `None` where it is not closed.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn closed_month(
        &self,
        cluster: &ClusterName,
        month: &str,
    ) -> Result<Option<Closed>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM periods \
             WHERE cluster = (SELECT number FROM clusters WHERE name = $1) AND month = $2"
        );
        let values = vec![cluster.as_str().into(), month.into()];
        let row = self
            .engine
            .first("read a closed month", sql, values)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The newest closed month of a cluster; `None` where none is closed.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn newest_closed(&self, cluster: &ClusterName) -> Result<Option<Closed>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM periods \
             WHERE cluster = (SELECT number FROM clusters WHERE name = $1) ORDER BY begins DESC LIMIT 1"
        );
        let values = vec![cluster.as_str().into()];
        let row = self
            .engine
            .first("read the newest closed month", sql, values)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// When something was first kept of what is billed of a cluster, in milliseconds since 1970; `None` where nothing was.
    ///
    /// # Errors
    /// The database's own.
    pub async fn begun(&self, cluster: &ClusterName) -> Result<Option<i64>, StoreError> {
        self.edge(cluster, "MIN").await
    }

    /// When something was last kept of what is billed of a cluster, in milliseconds since 1970; `None` where nothing was.
    ///
    /// # Errors
    /// The database's own.
    pub async fn heard(&self, cluster: &ClusterName) -> Result<Option<i64>, StoreError> {
        self.edge(cluster, "MAX").await
    }

    /// Before which second the raw readings of a cluster are pruned; `None` where none are.
    ///
    /// # Errors
    /// The database's own.
    pub async fn pruned_to(&self, cluster: &ClusterName) -> Result<Option<i64>, StoreError> {
        self.mark(cluster, "pruned_to").await
    }

    /// Before which second everything of a cluster is closed, as it was marked when its newest month closed; `None`
    /// where none has.
    ///
    /// # Errors
    /// The database's own.
    pub async fn closed_to(&self, cluster: &ClusterName) -> Result<Option<i64>, StoreError> {
        self.mark(cluster, "closed_to").await
    }

    async fn mark(&self, cluster: &ClusterName, mark: &str) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "SELECT {mark} FROM marks WHERE cluster = (SELECT number FROM clusters WHERE name = $1)"
        );
        let values = vec![cluster.as_str().into()];
        let row = self.engine.first("read how far it is", sql, values).await?;
        row.map_or(Ok(None), |row| row.maybe_int(0))
    }

    async fn edge(&self, cluster: &ClusterName, edge: &str) -> Result<Option<i64>, StoreError> {
        // One role at a time, so that the key of the table gives the edge at once.
        let one = |table: &str, role: Role| {
            format!(
                "SELECT {edge}(at) AS at FROM {table} WHERE cluster = \
                 (SELECT number FROM clusters WHERE name = $1) AND role = {}",
                role as i64
            )
        };
        let parts = ["readings", "absences"]
            .map(|table| [Role::Storage, Role::Compute].map(|role| one(table, role)));
        let sql = format!(
            "SELECT {edge}(at) FROM ({}) AS edges",
            parts.concat().join(" UNION ALL ")
        );
        let values = vec![cluster.as_str().into()];
        let row = self
            .engine
            .first("read when readings began", sql, values)
            .await?;
        row.map_or(Ok(None), |row| row.maybe_int(0))
    }

    /// The names of the readings that a month is made of, in the order in which they are sealed.
    pub fn sealed_readings<'a>(
        &'a self,
        cluster: &ClusterName,
        window: Window,
    ) -> BoxStream<'a, Result<(Role, Uuid), StoreError>> {
        let sql = "SELECT role, id FROM readings \
                   WHERE cluster = (SELECT number FROM clusters WHERE name = $1) AND role IN (0, 1) \
                   AND at >= $2 AND at < $3 AND late = 0 ORDER BY role, at, id";
        let values = vec![
            cluster.as_str().into(),
            window.from().saturating_mul(1000).into(),
            window.to().saturating_mul(1000).into(),
        ];
        let rows = self
            .engine
            .rows("read the names of a month's readings", sql, values);
        Box::pin(rows.and_then(|row| async move {
            let role = match row.int(0)? {
                0 => Role::Storage,
                _ => Role::Compute,
            };
            Ok((role, Uuid::from_bytes(row.exactly(1)?)))
        }))
    }
}

/// Adds a closed month; from then on what comes before its end comes late. The marks of the cluster are locked
/// by whoever calls.
///
/// # Errors
/// The database's own.
pub async fn add(open: &mut Transaction, cluster: i64, closed: &Closed) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO periods (cluster, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    let maybe = |hash: Option<Hash>| Value::Bytes(hash.map(Vec::from));
    let values = vec![
        cluster.into(),
        closed.month.as_str().into(),
        closed.zone.as_str().into(),
        closed.window.from().into(),
        closed.window.to().into(),
        closed.closed_at.as_millisecond().into(),
        closed.closed_by.as_str().into(),
        closed.readings.cast_signed().into(),
        closed.readings_digest.into(),
        closed.corrections.cast_signed().into(),
        maybe(closed.corrections_digest),
        maybe(closed.previous),
        closed.summary.as_str().into(),
        closed.digest.into(),
    ];
    let doing = "close a month";
    open.run(doing, sql, values).await?;
    let sql = "UPDATE marks SET closed_to = $2 WHERE cluster = $1";
    let values = vec![cluster.into(), closed.window.to().into()];
    open.run(doing, sql, values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Closed, StoreError> {
    let window = Window::new(row.int(2)?, row.int(3)?);
    let closed_at = Timestamp::from_millisecond(row.int(4)?);
    Ok(Closed {
        month: row.text(0)?.to_owned(),
        zone: row.text(1)?.to_owned(),
        window: window.map_err(|_| StoreError::damaged("a month ends before it begins"))?,
        closed_at: closed_at.map_err(|_| StoreError::damaged("a month closed at no time"))?,
        closed_by: row.text(5)?.to_owned(),
        readings: row.int(6)?.cast_unsigned(),
        readings_digest: row.exactly(7)?,
        corrections: row.int(8)?.cast_unsigned(),
        corrections_digest: row.maybe_exactly(9)?,
        previous: row.maybe_exactly(10)?,
        summary: row.text(11)?.to_owned(),
        digest: row.exactly(12)?,
    })
}
