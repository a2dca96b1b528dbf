//! What closed months still have to be corrected for, and the readings that a correction is metered with.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::{quantity::Series, sample::Sample, window::Window},
    store::{entry::Stored, error::StoreError, opened::Store, pack, readings, value::Value},
};

/// A reading that changes a closed month, and is not booked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The reading as it was billed, or came late.
    pub stored: Stored,
    /// When it was revised, and what it says since; `None` where it came late.
    pub revised: Option<(Timestamp, Sample)>,
}

impl Store {
    /// Late readings and revisions that no correction speaks of, at most so many: first late ones, each in the order of
    /// their times. Those whose neighbours are pruned are left out, for nobody can say any more what they change.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn pending(
        &self,
        cluster: &ClusterName,
        limit: u32,
    ) -> Result<Vec<Pending>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(Vec::new());
        };
        let columns = "role, readings.at, id, origin, text, readings.figures, late";
        // Readings of a month before the first closed one belong to no month that could be corrected.
        let countable = "readings.role IN (0, 1) \
             AND readings.at >= 1000 * (SELECT MIN(begins) FROM periods WHERE cluster = $1) \
             AND readings.at >= 1000 * COALESCE((SELECT pruned_to FROM marks WHERE cluster = $1), 0) \
             AND readings.at < 1000 * (SELECT MAX(ends) FROM periods WHERE cluster = $1)";
        let sql = format!(
            "SELECT {columns} FROM readings WHERE cluster = $1 AND late = 1 AND {countable} \
             AND NOT EXISTS (SELECT 1 FROM corrections AS booked WHERE booked.cluster = $1 \
             AND booked.reading = readings.id AND booked.revised = 0) ORDER BY at, role, id LIMIT {limit}"
        );
        let doing = "find what is to be corrected";
        let mut pending = Vec::new();
        for row in self.engine.all(doing, sql, vec![number.into()]).await? {
            let stored = self.stored(cluster.clone(), row).await?;
            pending.push(Pending {
                stored,
                revised: None,
            });
        }
        if !pending.is_empty() {
            return Ok(pending);
        }
        let sql = format!(
            "SELECT {columns}, revisions.at, revisions.figures FROM revisions \
             JOIN readings ON readings.id = revisions.reading \
             WHERE revisions.cluster = $1 AND revisions.closed = 1 AND {countable} \
             AND NOT EXISTS (SELECT 1 FROM corrections AS booked WHERE booked.cluster = $1 \
             AND booked.reading = revisions.reading AND booked.revised = revisions.at) \
             ORDER BY revisions.at, readings.at, readings.role, id LIMIT {limit}"
        );
        for row in self.engine.all(doing, sql, vec![number.into()]).await? {
            let at = readings::time(row.int(7)?)?;
            let values = pack::values(row.bytes(8)?)?;
            let stored = self.stored(cluster.clone(), row).await?;
            let sample = Sample {
                values,
                ..stored.entry.sample()
            };
            pending.push(Pending {
                stored,
                revised: Some((at, sample)),
            });
        }
        Ok(pending)
    }

    /// The late readings of a series that corrections speak of already: those in this window, and the last one before it.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn booked_late(
        &self,
        cluster: &ClusterName,
        series: Series,
        window: Window,
    ) -> Result<Vec<Sample>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(Vec::new());
        };
        // Of a role with its sign a file has no index: it takes the one of late readings, and does not go through all.
        let booked = "late = 1 AND cluster = $1 AND +role = $2 AND EXISTS (SELECT 1 FROM corrections AS booked \
                      WHERE booked.cluster = $1 AND booked.reading = readings.id AND booked.revised = 0)";
        let sql = format!(
            "SELECT role, at, id, origin, text, figures, late FROM readings WHERE {booked} AND at < $4 \
             AND at >= COALESCE((SELECT MAX(at) FROM readings WHERE {booked} AND at < $3), $3) ORDER BY at, id"
        );
        let values = readings::range(number, series as i64, window);
        let rows = self
            .engine
            .all("read the late readings", sql, values)
            .await?;
        let mut samples = Vec::with_capacity(rows.len());
        for row in rows {
            samples.push(self.stored(cluster.clone(), row).await?.entry.sample());
        }
        Ok(samples)
    }

    /// What a reading says by the last revision of it that a correction speaks of; `None` where none does.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn booked_revision(
        &self,
        cluster: &ClusterName,
        sample: &Sample,
    ) -> Result<Option<Sample>, StoreError> {
        let sql = "SELECT figures FROM revisions WHERE closed = 1 AND reading = $2 \
                   AND cluster = (SELECT number FROM clusters WHERE name = $1) \
                   AND EXISTS (SELECT 1 FROM corrections AS booked WHERE booked.cluster = revisions.cluster \
                   AND booked.reading = revisions.reading AND booked.revised = revisions.at) ORDER BY at DESC LIMIT 1";
        let id: Uuid = sample.id;
        let values: Vec<Value> = vec![cluster.as_str().into(), id.into_bytes().into()];
        let row = self.engine.first("read a revision", sql, values).await?;
        let values = row.map(|row| pack::values(row.bytes(0)?)).transpose()?;
        Ok(values.map(|values| Sample { values, ..*sample }))
    }
}
