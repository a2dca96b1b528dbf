//! Hours and days held against the readings: every row where readings are kept, and that no row is missing or too many.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    clock::rfc3339,
    cluster_name::ClusterName,
    meter::{quantity::Series, window::Window},
    store::{
        check::Check,
        checked::{Looked, Told},
        error::StoreError,
        length::Length,
        marks::{DAY, Marks},
        raw::Raw,
        retention::Keep,
        rolled::unpacked,
        row::Row,
    },
};

/// A roll-up that is not what it should be: its length, its start, and why.
pub(crate) type Odd = (Length, i64, String);

impl<T: FnMut(Told)> Check<'_, T> {
    pub(crate) async fn rollups(
        &mut self,
        cluster: &ClusterName,
        number: i64,
    ) -> Result<(), StoreError> {
        for series in Series::ALL {
            let mut day = self.next(number, series, i64::MIN).await?;
            while let Some(start) = day {
                let (mut odd, mut rows) = self.day(number, series, start).await?;
                if !odd.is_empty() {
                    // Whoever wrote meanwhile may have made it so: once more, with nobody writing.
                    let mut locked = self.store.engine.begin().await?;
                    locked.marks(&[number]).await?;
                    (odd, rows) = self.day(number, series, start).await?;
                    drop(locked);
                }
                self.counted.hours += rows[0];
                self.counted.days += rows[1];
                self.odd(cluster, series, odd);
                day = match start.checked_add(DAY) {
                    Some(next) => self.next(number, series, next).await?,
                    None => None,
                };
            }
            self.months(cluster, number, series).await?;
        }
        Ok(())
    }

    /// Tells what is odd.
    pub(crate) fn odd(&mut self, cluster: &ClusterName, series: Series, odd: Vec<Odd>) {
        for (length, start, problem) in odd {
            let kind = match length {
                Length::Hour => Looked::Hour,
                Length::Day => Looked::Day,
                Length::Month => Looked::Month,
            };
            let which = format!("{cluster} {} {}", series.name(), moment(start));
            self.wrong(kind, which, problem);
        }
    }

    /// The next day from this second on that has a row or should have one.
    async fn next(
        &self,
        cluster: i64,
        series: Series,
        from: i64,
    ) -> Result<Option<i64>, StoreError> {
        let marks = self.store.marks(cluster).await?;
        let due = marks
            .rolled(series)
            .filter(|it| from < it.to && it.from < it.to);
        let due = due.map(|it| it.from.max(from));
        let lengths = [Length::Hour, Length::Day];
        let row = self.first_row(lengths, cluster, series, from).await?;
        let next = due.into_iter().chain(row).min();
        Ok(next.map(|start| start.div_euclid(DAY) * DAY))
    }

    /// The start of the first row of these lengths from this second on.
    pub(crate) async fn first_row(
        &self,
        lengths: [Length; 2],
        cluster: i64,
        series: Series,
        from: i64,
    ) -> Result<Option<i64>, StoreError> {
        let mut first = None;
        for length in lengths {
            let sql = format!(
                "SELECT MIN(start) FROM {} WHERE cluster = $1 AND series = $2 AND start >= $3",
                length.table()
            );
            let values = [cluster, series as i64, from].map(Into::into).to_vec();
            let row = self.store.engine.first("find a roll-up", sql, values);
            let start = row.await?.map(|row| row.maybe_int(0)).transpose()?;
            first = first.into_iter().chain(start.flatten()).min();
        }
        Ok(first)
    }

    /// What is odd about a day and its hours, and how many rows of each kind there are.
    async fn day(
        &self,
        cluster: i64,
        series: Series,
        day: i64,
    ) -> Result<(Vec<Odd>, [u64; 2]), StoreError> {
        let marks = self.store.marks(cluster).await?;
        let whole = window(day, DAY)?;
        let kept = marks.pruned_to.is_none_or(|pruned| pruned <= day);
        let raw = match kept {
            true => match self.store.raw(cluster, series, whole).await {
                Ok(raw) => Some(raw),
                // A reading among them is named already, and nothing can be held against it.
                Err(StoreError::Damaged(_)) => None,
                Err(error) => return Err(error),
            },
            false => None,
        };
        let (mut odd, mut counted) = (Vec::new(), [0, 0]);
        for (length, count) in [(Length::Hour, 0), (Length::Day, 1)] {
            let mut rows = self.bytes(length, cluster, series, whole).await?;
            if let Some(counted) = counted.get_mut(count) {
                *counted = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            }
            let mut next = length.at(day);
            while let Some(part) = next.filter(|it| it.to() <= whole.to()) {
                let why = match rows.remove(&part.from()) {
                    Some(row) => against(&row, raw.as_ref(), series, length, part, self.now)?,
                    None => self
                        .due(&marks, series, length, part)
                        .then(|| "it is missing".to_owned()),
                };
                odd.extend(why.map(|why| (length, part.from(), why)));
                next = length.at(part.to());
            }
            let stray = rows.into_keys();
            odd.extend(
                stray.map(|start| (length, start, "it begins within another one".to_owned())),
            );
        }
        Ok((odd, counted))
    }

    /// Whether a roll-up has to be there.
    pub(crate) fn due(&self, marks: &Marks, series: Series, length: Length, of: Window) -> bool {
        let keep = match length {
            Length::Hour => self.retention.hours,
            Length::Day | Length::Month => self.retention.days,
        };
        let gone = match keep {
            Keep::Forever => None,
            Keep::For(_) => keep.until(self.now).map(Timestamp::as_second),
        };
        gone.is_none_or(|gone| gone <= of.from())
            && marks
                .rolled(series)
                .is_some_and(|rolled| rolled.from < of.to() && of.to() <= rolled.to)
    }

    /// The rows of this length that begin in a window, as they are.
    pub(crate) async fn bytes(
        &self,
        length: Length,
        cluster: i64,
        series: Series,
        window: Window,
    ) -> Result<BTreeMap<i64, Vec<u8>>, StoreError> {
        let sql = format!(
            "SELECT start, tallies FROM {} WHERE cluster = $1 AND series = $2 AND start >= $3 AND start < $4",
            length.table()
        );
        let values = [cluster, series as i64, window.from(), window.to()].map(Into::into);
        let rows = self.store.engine.all("read roll-ups", sql, values.to_vec());
        let rows = rows.await?;
        let row = |row: &Row| Ok((row.int(0)?, row.bytes(1)?.to_vec()));
        rows.iter().map(row).collect()
    }
}

/// Why a row is not what it should be; `None` where it is. Where no readings are kept it only has to be readable.
fn against(
    row: &[u8],
    raw: Option<&Raw>,
    series: Series,
    length: Length,
    of: Window,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let found = match unpacked(row, series, length, of.from()) {
        Ok(found) => found,
        Err(StoreError::Damaged(_)) => return Ok(Some("it is unreadable".to_owned())),
        Err(error) => return Err(error),
    };
    let Some(raw) = raw else {
        return Ok(None);
    };
    let right = raw.tallies(series, of, now, length.detail());
    Ok((found != right).then(|| "it does not say what the readings say".to_owned()))
}

fn window(start: i64, length: i64) -> Result<Window, StoreError> {
    let end = start.saturating_add(length);
    Window::new(start, end).map_err(|_| StoreError::damaged("a roll-up is of no time"))
}

fn moment(second: i64) -> String {
    match Timestamp::from_second(second) {
        Ok(time) => rfc3339(time),
        Err(_) => format!("{second} s"),
    }
}
