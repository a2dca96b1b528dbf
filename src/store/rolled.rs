//! Roll-ups as rows: what a series adds up to over an hour, a day or a month.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;

use crate::{
    meter::{quantity::Series, tallies::Tallies, window::Window},
    store::{
        engine::Transaction, error::StoreError, length::Length, list, opened::Store, value::Value,
    },
};

/// Roll-ups of one length by their starts.
pub(crate) type Rows = BTreeMap<i64, Tallies>;

impl Store {
    /// The roll-ups of this length that begin in a window.
    pub(crate) async fn rolled(
        &self,
        cluster: i64,
        series: Series,
        length: Length,
        window: Window,
    ) -> Result<Rows, StoreError> {
        let values = values(cluster, series, window);
        let mut rows = self.engine.rows("read roll-ups", sql(length), values);
        let mut found = Rows::new();
        while let Some(row) = rows.try_next().await? {
            let start = row.int(0)?;
            found.insert(start, unpacked(row.bytes(1)?, series, length, start)?);
        }
        Ok(found)
    }
}

impl Transaction {
    /// The same for whoever writes them.
    pub(crate) async fn rolled(
        &mut self,
        cluster: i64,
        series: Series,
        length: Length,
        window: Window,
    ) -> Result<Rows, StoreError> {
        let values = values(cluster, series, window);
        let rows = self.all("read roll-ups", sql(length), values).await?;
        let row = |start: i64, bytes: &[u8]| Ok((start, unpacked(bytes, series, length, start)?));
        rows.iter()
            .map(|it| row(it.int(0)?, it.bytes(1)?))
            .collect()
    }

    /// Writes rows, each instead of the one that stood there.
    pub(crate) async fn write(
        &mut self,
        cluster: i64,
        series: Series,
        length: Length,
        rows: Vec<(i64, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO {} (cluster, series, start, tallies) VALUES {} ON CONFLICT (cluster, series, start) \
             DO UPDATE SET tallies = excluded.tallies",
            length.table(),
            list::rows(rows.len(), 4)
        );
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * 4);
        for (start, tallies) in rows {
            values.extend([cluster, series as i64, start].map(Value::from));
            values.push(tallies.into());
        }
        self.run("write roll-ups", sql, values).await?;
        Ok(())
    }
}

fn sql(length: Length) -> String {
    format!(
        "SELECT start, tallies FROM {} WHERE cluster = $1 AND series = $2 AND start >= $3 AND start < $4 \
         ORDER BY start",
        length.table()
    )
}

fn values(cluster: i64, series: Series, window: Window) -> Vec<Value> {
    let values = [cluster, series as i64, window.from(), window.to()];
    values.map(Value::from).to_vec()
}

/// The tallies of a row.
pub(crate) fn unpacked(
    bytes: &[u8],
    series: Series,
    length: Length,
    start: i64,
) -> Result<Tallies, StoreError> {
    let tallies = length
        .at(start)
        .and_then(|window| Tallies::unpack(bytes, series, window));
    let broken = || {
        format!(
            "the roll-up of {} from {start} on is unreadable",
            series.name()
        )
    };
    tallies.ok_or_else(|| StoreError::damaged(broken()))
}
