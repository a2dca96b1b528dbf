//! What a series adds up to over any window: from days and hours where they suffice, from raw readings at the edges
//! and wherever a row is missing. All ways give the same.

use std::{collections::BTreeMap, ops::Range};

use futures_util::TryStreamExt;
use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::{fold::Meter, quantity::Series, tallies::Tallies, tally::Detail, window::Window},
    store::{
        error::StoreError,
        marks::{DAY, HOUR},
        opened::Store,
    },
};

/// Roll-ups of one kind by their starts, and how many seconds each covers.
type Rows = BTreeMap<i64, Tallies>;

/// A part of a window, and where it comes from.
#[derive(Clone, Copy, Debug)]
enum Part {
    Day(i64),
    Hour(i64),
    Raw(Window),
}

impl Store {
    /// What a series adds up to over a window; what is later than `now` is still to come.
    ///
    /// # Errors
    /// `Pruned` where an edge of the window lies in a time of which only whole hours or days are kept; when the store
    /// cannot be read, or is damaged.
    pub async fn tallies(
        &self,
        cluster: &ClusterName,
        series: Series,
        window: Window,
        now: Timestamp,
        detail: Detail,
    ) -> Result<Tallies, StoreError> {
        let windows = [window];
        let each = self.each_tallies(cluster, series, &windows, now, detail);
        let first = each.await?.pop();
        first.ok_or_else(|| StoreError::damaged("a window adds up to nothing"))
    }

    /// The same for each of these windows, with as few questions as one of them takes.
    ///
    /// # Errors
    /// As above.
    pub async fn each_tallies(
        &self,
        cluster: &ClusterName,
        series: Series,
        windows: &[Window],
        now: Timestamp,
        detail: Detail,
    ) -> Result<Vec<Tallies>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            let nothing = |window: &Window| Meter::new(series, *window, now, detail).finish();
            return Ok(windows.iter().map(nothing).collect());
        };
        let days = match detail {
            Detail::Sums => self.rows_within(number, series, DAY, windows).await?,
            Detail::Levels | Detail::P95(_) => Rows::new(),
        };
        let rest: Vec<Window> = windows.iter().flat_map(|it| between(*it, &days)).collect();
        let hours = self.rows_within(number, series, HOUR, &rest).await?;
        let mut each = Vec::with_capacity(windows.len());
        for window in windows {
            let mut whole: Option<Tallies> = None;
            for part in parts(*window, &days, &hours) {
                let raw;
                let part = match part {
                    Part::Day(start) => days.get(&start),
                    Part::Hour(start) => hours.get(&start),
                    Part::Raw(part) => {
                        raw = self.unpruned(number, series, part, now, detail).await?;
                        Some(&raw)
                    }
                };
                let part = part.ok_or_else(|| StoreError::damaged("a roll-up has gone"))?;
                whole = match whole {
                    None => Some(part.clone()),
                    Some(whole) => whole.join(part),
                };
                if let Some(whole) = &mut whole {
                    whole.narrow(detail);
                }
            }
            each.push(whole.ok_or_else(|| StoreError::damaged("parts do not meet"))?);
        }
        Ok(each)
    }

    /// The roll-ups of this length that lie in these windows, in one question.
    async fn rows_within(
        &self,
        cluster: i64,
        series: Series,
        length: i64,
        windows: &[Window],
    ) -> Result<Rows, StoreError> {
        let mut all = Rows::new();
        for range in ranges(windows, length) {
            all.extend(self.rolled(cluster, series, length, range).await?);
        }
        Ok(all)
    }

    /// The roll-ups of this length that begin in this range.
    pub(crate) async fn rolled(
        &self,
        cluster: i64,
        series: Series,
        length: i64,
        range: Range<i64>,
    ) -> Result<Rows, StoreError> {
        let table = if length == DAY { "days" } else { "hours" };
        let sql = format!(
            "SELECT start, tallies FROM {table} WHERE cluster = $1 AND series = $2 AND start >= $3 AND start < $4 \
             ORDER BY start"
        );
        let values = [cluster, series as i64, range.start, range.end];
        let values = values.map(Into::into).to_vec();
        let mut rows = self.engine.rows("read roll-ups", sql, values);
        let mut found = Rows::new();
        while let Some(row) = rows.try_next().await? {
            let start = row.int(0)?;
            found.insert(start, unpacked(row.bytes(1)?, series, start, length)?);
        }
        Ok(found)
    }

    /// From raw readings, where all of them are there.
    async fn unpruned(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
        now: Timestamp,
        detail: Detail,
    ) -> Result<Tallies, StoreError> {
        let tallies = self
            .raw_tallies(cluster, series, window, now, detail)
            .await?;
        let whole = match detail {
            Detail::Levels | Detail::P95(_) => "hours",
            Detail::Sums => "days",
        };
        // Only now: what is pruned meanwhile was said to be so before.
        self.is_whole(cluster, series, window, whole).await?;
        Ok(tallies)
    }
}

/// The tallies of a row.
pub(crate) fn unpacked(
    bytes: &[u8],
    series: Series,
    start: i64,
    length: i64,
) -> Result<Tallies, StoreError> {
    let window = Window::new(start, start.saturating_add(length)).ok();
    let tallies = window.and_then(|window| Tallies::unpack(bytes, series, window));
    let broken = || {
        format!(
            "the roll-up of {} from {start} on is unreadable",
            series.name()
        )
    };
    tallies.ok_or_else(|| StoreError::damaged(broken()))
}

/// The least second from this one on that is a whole number of these lengths.
fn up(second: i64, length: i64) -> i64 {
    second.saturating_add(length - 1).div_euclid(length) * length
}

/// What of a window lies outside of these days.
fn between(window: Window, days: &Rows) -> Vec<Window> {
    let mut rest = Vec::new();
    let mut told = window.from();
    let inside = up(window.from(), DAY)..window.to();
    let inside = if inside.is_empty() { 0..0 } else { inside };
    for start in days.range(inside).map(|(start, _)| *start) {
        if start.saturating_add(DAY) <= window.to() {
            rest.extend(Window::new(told, start));
            told = start + DAY;
        }
    }
    rest.extend(Window::new(told, window.to()));
    rest
}

/// The starts of whole lengths in these windows; ranges that meet, or nearly so, become one.
fn ranges(windows: &[Window], length: i64) -> Vec<Range<i64>> {
    let mut ranges: Vec<Range<i64>> = Vec::new();
    for window in windows {
        let last = window.to().div_euclid(length) * length;
        let range = up(window.from(), length)..last;
        match ranges.last_mut() {
            _ if range.is_empty() => {}
            Some(before) if before.end <= range.start && range.start <= before.end + 2 * length => {
                before.end = range.end;
            }
            _ => ranges.push(range),
        }
    }
    ranges
}

/// A window, from its first second to its last one. What no roll-up covers is raw, as much of it at a time as meets.
fn parts(window: Window, days: &Rows, hours: &Rows) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut at, mut raw) = (window.from(), window.from());
    while at < window.to() {
        let fits = |rows: &Rows, length| rows.contains_key(&at) && at + length <= window.to();
        let (part, next) = match () {
            () if fits(days, DAY) => (Some(Part::Day(at)), at + DAY),
            () if fits(hours, HOUR) => (Some(Part::Hour(at)), at + HOUR),
            () => {
                let later = |rows: &Rows| rows.range(at + 1..).next().map(|(start, _)| *start);
                let next = later(days).into_iter().chain(later(hours)).min();
                (None, next.map_or(window.to(), |next| next.min(window.to())))
            }
        };
        if part.is_some() {
            parts.extend(Window::new(raw, at).map(Part::Raw));
            raw = next;
        }
        parts.extend(part);
        at = next;
    }
    parts.extend(Window::new(raw, window.to()).map(Part::Raw));
    parts
}
