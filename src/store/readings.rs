//! Readings as they were written, in the order of their times.

use std::{fmt, future::ready, sync::Arc};

use futures_util::{
    StreamExt, TryStreamExt,
    future::Either,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::{quantity::Series, sample::Sample, window::Window},
    store::{
        entry::{Entry, Stored},
        error::StoreError,
        opened::Store,
        origin::{Origin, Role},
        pack,
        row::Row,
        value::Value,
    },
};

/// The columns of a whole reading.
pub(crate) const COLUMNS: &str = "role, at, id, origin, text, figures, late";

/// Readings as the meter wants them, in the order of their times.
pub struct Samples<'a> {
    store: &'a Store,
    /// Time, name, origin and figures.
    rows: BoxStream<'a, Result<Row, StoreError>>,
    /// Most readings have the origin of the one before: it is looked up when it changes.
    last: Option<(i64, Arc<Origin>)>,
}

impl fmt::Debug for Samples<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").finish_non_exhaustive()
    }
}

impl Samples<'_> {
    /// The next one; `None` behind the last one.
    ///
    /// # Errors
    /// When the store cannot be read, or is damaged.
    pub async fn try_next(&mut self) -> Result<Option<Sample>, StoreError> {
        let Some(row) = self.rows.try_next().await? else {
            return Ok(None);
        };
        let number = row.int(2)?;
        let origin = match &self.last {
            Some((known, origin)) if *known == number => origin,
            _ => {
                let origin = self.store.origin(number).await?;
                &self.last.insert((number, origin)).1
            }
        };
        Ok(Some(Sample {
            at_ms: row.int(0)?,
            holds: origin.holds,
            id: Uuid::from_bytes(row.exactly(1)?),
            source: origin.source as u8,
            values: pack::values(row.bytes(3)?)?,
        }))
    }

    /// All that are left.
    ///
    /// # Errors
    /// As above.
    pub async fn try_collect(mut self) -> Result<Vec<Sample>, StoreError> {
        let mut samples = Vec::new();
        while let Some(sample) = self.try_next().await? {
            samples.push(sample);
        }
        Ok(samples)
    }
}

impl Store {
    /// What the meter wants to know of this window: the readings of a series in it that are not late, and the last one
    /// before it, which may carry into it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn samples(
        &self,
        cluster: &ClusterName,
        series: Series,
        window: Window,
    ) -> Result<Samples<'_>, StoreError> {
        match self.known(cluster).await? {
            Some(number) => self.numbered_samples(number, series, window).await,
            None => Ok(self.samples_of(stream::empty().boxed())),
        }
    }

    /// The same of the cluster of this number.
    pub(crate) async fn numbered_samples(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
    ) -> Result<Samples<'_>, StoreError> {
        self.know_origins().await?;
        let sql = "SELECT at, id, origin, figures FROM readings WHERE cluster = $1 AND role = $2 AND at < $4 \
                   AND late = 0 AND at >= COALESCE((SELECT MAX(at) FROM readings WHERE cluster = $1 AND role = $2 \
                   AND at < $3 AND late = 0), $3) ORDER BY at, id";
        let values = range(cluster, series as i64, window);
        Ok(self.samples_of(self.engine.rows("read readings", sql, values)))
    }

    fn samples_of<'a>(&'a self, rows: BoxStream<'a, Result<Row, StoreError>>) -> Samples<'a> {
        Samples {
            store: self,
            rows,
            last: None,
        }
    }

    /// The readings of this role in this window with all that is kept of them, late ones among them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entries(
        &self,
        cluster: &ClusterName,
        role: Role,
        window: Window,
    ) -> Result<BoxStream<'_, Result<Stored, StoreError>>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(stream::empty().boxed());
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM readings WHERE cluster = $1 AND role = $2 AND at >= $3 AND at < $4 ORDER BY at, id"
        );
        self.know_origins().await?;
        let values = range(number, role as i64, window);
        let rows = self.engine.rows("read readings", sql, values);
        let cluster = cluster.clone();
        Ok(rows
            .and_then(move |row| self.stored(cluster.clone(), row))
            .boxed())
    }

    /// The reading of this name; `None` where there is none of this cluster.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entry(
        &self,
        cluster: &ClusterName,
        id: Uuid,
    ) -> Result<Option<Stored>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(None);
        };
        let sql = format!("SELECT {COLUMNS} FROM readings WHERE id = $1 AND cluster = $2");
        let values = vec![id.into_bytes().into(), number.into()];
        match self.engine.first("read a reading", sql, values).await? {
            Some(row) => self.stored(cluster.clone(), row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The reading of a row that has [`COLUMNS`].
    pub(crate) async fn stored(
        &self,
        cluster: ClusterName,
        row: Row,
    ) -> Result<Stored, StoreError> {
        let role = Role::numbered(row.int(0)?);
        let entry = Entry {
            id: Uuid::from_bytes(row.exactly(2)?),
            cluster,
            role: role.ok_or_else(|| StoreError::damaged("a reading has no role"))?,
            at: time(row.int(1)?)?,
            origin: self.origin_of(row.int(3)?).await?,
            text: row.exactly(4)?,
            figures: pack::unpack(row.bytes(5)?)?,
        };
        let late = row.int(6)? != 0;
        Ok(Stored { entry, late })
    }

    /// The origin of this number, at once where it is remembered.
    fn origin_of(
        &self,
        number: i64,
    ) -> impl Future<Output = Result<Arc<Origin>, StoreError>> + Send + '_ {
        match self.names.origin(number) {
            Some(origin) => Either::Left(ready(Ok(origin))),
            None => Either::Right(self.origin(number)),
        }
    }
}

/// Cluster, role and both ends in milliseconds.
pub(crate) fn range(cluster: i64, role: i64, window: Window) -> Vec<Value> {
    let ms = |second: i64| second.saturating_mul(1000);
    let values = [cluster, role, ms(window.from()), ms(window.to())];
    values.map(Value::from).to_vec()
}

/// A time of a row.
pub(crate) fn time(ms: i64) -> Result<Timestamp, StoreError> {
    let time = Timestamp::from_millisecond(ms);
    time.map_err(|_| StoreError::damaged("a time is none that can be"))
}
