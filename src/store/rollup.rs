//! Rolling up: hours that are over get their rows from the raw readings, days from their hours, a day at a time.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::Timestamp;

use crate::{
    meter::{quantity::Series, tallies::Tallies, tally::Detail, window::Window},
    store::{
        engine::Transaction,
        error::StoreError,
        list,
        marks::{self, DAY, HOUR, Marks},
        opened::Store,
        tallies::unpacked,
        value::Value,
    },
};

/// Longer than this without a reading, in seconds, and the stretch gets no rows: a clock was wrong, or a cluster was away.
const LONG: i64 = 400 * DAY;
/// An hour is left alone for so many seconds after its end: what is on its way would take its row back.
const SETTLES: i64 = 600;

impl Store {
    /// Makes the rows of hours that are over and have none, and those of their days: about so many hours. Returns how
    /// many hours it has looked at; 0 where nothing is left to be done. What cannot be made of one series stops no other.
    ///
    /// # Errors
    /// When the store cannot be read or written: the first of them, when every cluster has had its turn.
    pub async fn roll_up(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let settled = now.as_second().saturating_sub(SETTLES).div_euclid(HOUR) * HOUR;
        let (mut looked, mut failed) = (0, None);
        for cluster in self.clusters().await? {
            let number = self.number(&cluster).await?;
            for series in Series::ALL {
                while looked < limit {
                    match self.roll_day(number, series, settled, now).await {
                        Ok(0) => break,
                        Ok(hours) => looked += hours,
                        Err(error) => {
                            failed.get_or_insert(error);
                            break;
                        }
                    }
                }
            }
        }
        failed.map_or(Ok(looked), Err)
    }

    /// Goes on with one series, to the end of a day at most. Returns how many hours that was.
    async fn roll_day(
        &self,
        cluster: i64,
        series: Series,
        settled: i64,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let open = |marks: Marks| marks.rolled(series).filter(|it| it.to < settled);
        // Without the lock at first: mostly there is nothing to be done.
        if open(self.marks(cluster).await?).is_none() {
            return Ok(0);
        }
        let mut locked = self.engine.begin().await?;
        let marks = locked.marks(&[cluster]).await?;
        let Some(rolled) = marks.get(&cluster).copied().and_then(open) else {
            return Ok(0);
        };
        let from = rolled.to;
        if let Some(next) = locked.beyond(cluster, series, from, settled).await? {
            let [first, done, end] = marks::columns(series);
            let sql = format!(
                "UPDATE marks SET {first} = $2, {done} = $2, {end} = $3 WHERE cluster = $1"
            );
            let values = [cluster, next, rolled.end.max(next)];
            let doing = "mark how far it is rolled up";
            locked
                .run(doing, sql, values.map(Value::from).to_vec())
                .await?;
            locked.commit().await?;
            return Ok(1);
        }
        let day = from.div_euclid(DAY) * DAY;
        let to = settled.min(day + DAY);
        let mut hours = hours_of(&mut locked, cluster, series, day).await?;
        let mut made = Vec::new();
        let raw = self.raw(cluster, series, window(day, to)?).await?;
        for start in (from..to).step_by(3600) {
            if let Entry::Vacant(vacant) = hours.entry(start) {
                let hour = raw.tallies(series, window(start, start + HOUR)?, now, Detail::Levels);
                made.push((start, hour.pack()));
                vacant.insert(hour);
            }
        }
        write(&mut locked, "hours", cluster, series, made).await?;
        if to == day + DAY {
            let mut whole: Option<Tallies> = None;
            for start in (day..to).step_by(3600) {
                // Hours before the first reading have no row.
                let empty =
                    || Ok(raw.tallies(series, window(start, start + HOUR)?, now, Detail::Sums));
                let hour = hours.remove(&start).map_or_else(empty, Ok)?;
                whole = match whole {
                    None => Some(hour),
                    Some(whole) => whole.join(&hour),
                };
            }
            let mut whole = whole.ok_or_else(|| StoreError::damaged("a day has no hours"))?;
            whole.narrow(Detail::Sums);
            write(
                &mut locked,
                "days",
                cluster,
                series,
                vec![(day, whole.pack())],
            )
            .await?;
        }
        let [_, done, end] = marks::columns(series);
        let sql = format!("UPDATE marks SET {done} = $2, {end} = $3 WHERE cluster = $1");
        let values = [cluster, to, rolled.end.max(to)].map(Value::from).to_vec();
        locked
            .run("mark how far it is rolled up", sql, values)
            .await?;
        locked.commit().await?;
        Ok((to - from).unsigned_abs() / 3600)
    }
}

impl Transaction {
    /// The day of the next reading or absence where a long stretch without any begins at this second.
    async fn beyond(
        &mut self,
        cluster: i64,
        series: Series,
        from: i64,
        settled: i64,
    ) -> Result<Option<i64>, StoreError> {
        if settled.saturating_sub(from) <= LONG {
            return Ok(None);
        }
        let mut next = settled;
        for (table, timely) in [("readings", "AND late = 0"), ("absences", "")] {
            let sql = format!(
                "SELECT at FROM {table} WHERE cluster = $1 AND role = $2 AND at >= $3 {timely} ORDER BY at LIMIT 1"
            );
            let values = [cluster, series as i64, from.saturating_mul(1000)];
            let found = self.all(
                "find what comes next",
                sql,
                values.map(Value::from).to_vec(),
            );
            if let Some(row) = found.await?.first() {
                next = next.min(row.int(0)?.div_euclid(1000));
            }
        }
        let day = next.div_euclid(DAY) * DAY;
        Ok((day.saturating_sub(from) > LONG).then_some(day))
    }
}

/// The hours of a day that have rows.
async fn hours_of(
    open: &mut Transaction,
    cluster: i64,
    series: Series,
    day: i64,
) -> Result<BTreeMap<i64, Tallies>, StoreError> {
    let sql = "SELECT start, tallies FROM hours WHERE cluster = $1 AND series = $2 AND start >= $3 AND start < $4";
    let values = [cluster, series as i64, day, day + DAY];
    let values = values.map(Value::from).to_vec();
    let rows = open.all("read the hours of a day", sql, values).await?;
    let hour = |start: i64, bytes: &[u8]| Ok((start, unpacked(bytes, series, start, HOUR)?));
    rows.iter()
        .map(|row| hour(row.int(0)?, row.bytes(1)?))
        .collect()
}

/// Writes rows, each instead of the one that stood there.
async fn write(
    open: &mut Transaction,
    table: &str,
    cluster: i64,
    series: Series,
    rows: Vec<(i64, Vec<u8>)>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let list = list::rows(rows.len(), 4);
    let sql = format!(
        "INSERT INTO {table} (cluster, series, start, tallies) VALUES {list} ON CONFLICT (cluster, series, start) \
         DO UPDATE SET tallies = excluded.tallies"
    );
    let mut values: Vec<Value> = Vec::with_capacity(rows.len() * 4);
    for (start, tallies) in rows {
        values.extend([cluster, series as i64, start].map(Value::from));
        values.push(tallies.into());
    }
    open.run("write roll-ups", sql, values).await?;
    Ok(())
}

fn window(from: i64, to: i64) -> Result<Window, StoreError> {
    Window::new(from, to).map_err(|_| StoreError::damaged("a roll-up is of no time"))
}
