//! Rolling up: hours that are over get their rows from the raw readings, days from their hours, months from their days; a
//! day at a time.

use std::collections::btree_map::Entry;

use jiff::Timestamp;

use crate::{
    meter::{quantity::Series, tallies::Tallies, tally::Detail, window::Window},
    store::{
        engine::Transaction,
        error::StoreError,
        length::Length,
        marks::{self, DAY, HOUR, Marks},
        opened::Store,
        value::Value,
    },
};

/// Longer than this without a reading, in seconds, and the stretch gets no rows: a clock was wrong, or a cluster was away.
const LONG: i64 = 400 * DAY;
/// An hour is left alone for so many seconds after its end: what is on its way would take its row back.
const SETTLES: i64 = 600;

impl Store {
    /// Makes the rows of hours that are over and have none, and those of their days and months: about so many hours.
    /// Returns how many hours it has looked at; 0 where nothing is left to be done. What cannot be made of one series
    /// stops no other.
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
            // Its end is passed over, and may have its days from before.
            locked.roll_month(cluster, series, from - 1).await?;
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
        let past = window(day, to)?;
        let mut hours = locked.rolled(cluster, series, Length::Hour, past).await?;
        let mut made = Vec::new();
        let raw = self.raw(cluster, series, past).await?;
        for start in (from..to).step_by(3600) {
            if let Entry::Vacant(vacant) = hours.entry(start) {
                let hour = raw.tallies(series, window(start, start + HOUR)?, now, Detail::Levels);
                made.push((start, hour.pack()));
                vacant.insert(hour);
            }
        }
        locked.write(cluster, series, Length::Hour, made).await?;
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
            let made = vec![(day, whole.pack())];
            locked.write(cluster, series, Length::Day, made).await?;
            if Length::Month.at(to).is_some() {
                locked.roll_month(cluster, series, day).await?;
            }
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

fn window(from: i64, to: i64) -> Result<Window, StoreError> {
    Window::new(from, to).map_err(|_| StoreError::damaged("a roll-up is of no time"))
}
