//! What a series adds up to over any window: from months, days and hours where they suffice, from raw readings at the
//! edges and wherever a row is missing. All ways give the same.

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::{fold::Meter, quantity::Series, tallies::Tallies, tally::Detail, window::Window},
    store::{error::StoreError, length::Length, opened::Store, rolled::Rows},
};

/// A part of a window, and where it comes from.
#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Rolled(&'a Tallies),
    Raw(Window),
}

/// Hours are read and unpacked for so many seconds at a time: all of them for years would take a gigabyte.
const STRIDE: i64 = 40 * 24 * 3600;

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
        let mut whole = None;
        for stride in self.strides(cluster, series, window, detail).await? {
            let stride = [stride];
            let each = self.each_tallies(cluster, series, &stride, now, detail);
            join(&mut whole, &each.await?.pop().ok_or_else(nothing)?, detail)?;
        }
        whole.ok_or_else(nothing)
    }

    /// A window in pieces, each of which has so many hours at most.
    async fn strides(
        &self,
        cluster: &ClusterName,
        series: Series,
        window: Window,
        detail: Detail,
    ) -> Result<Vec<Window>, StoreError> {
        let is_long = detail != Detail::Sums && window.seconds() > STRIDE.unsigned_abs();
        let rolled = match self.known(cluster).await? {
            Some(number) if is_long => self.marks(number).await?.rolled(series),
            _ => None,
        };
        let (mut strides, mut from) = (Vec::new(), window.from());
        if let Some(rolled) = rolled {
            let first = from.max(rolled.from).div_euclid(STRIDE) + 1;
            let end = window.to().min(rolled.end).div_euclid(STRIDE);
            for cut in (first..=end).map(|stride| stride * STRIDE) {
                strides.extend(Window::new(from, cut));
                from = cut;
            }
        }
        strides.extend(Window::new(from, window.to()));
        Ok(strides)
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
        // What is longest first, and of what is shorter only what lies outside of it.
        let lengths = Length::ALL.into_iter().rev();
        let lengths = lengths.filter(|it| detail == Detail::Sums || *it == Length::Hour);
        let (mut kinds, mut rest) = (Vec::new(), windows.to_vec());
        for length in lengths {
            let rows = self.rows_within(number, series, length, &rest).await?;
            rest = rest.iter().flat_map(|it| between(*it, &rows)).collect();
            kinds.push(rows);
        }
        // Before a series begins there is nothing to ask for; of one piece or two that is asked as fast.
        let begins = match rest.len() {
            0..=2 => i64::MIN,
            _ => self.begins(number, series).await?,
        };
        let mut each = Vec::with_capacity(windows.len());
        for window in windows {
            let mut whole = None;
            for part in parts(*window, &kinds) {
                let raw;
                let part = match part {
                    Part::Rolled(row) => row,
                    Part::Raw(part) if part.to() <= begins => {
                        raw = Meter::new(series, part, now, detail).finish();
                        &raw
                    }
                    Part::Raw(part) => {
                        raw = self.unpruned(number, series, part, now, detail).await?;
                        &raw
                    }
                };
                join(&mut whole, part, detail)?;
            }
            each.push(whole.ok_or_else(nothing)?);
        }
        Ok(each)
    }

    /// The roll-ups of this length that lie in these windows, in one question.
    async fn rows_within(
        &self,
        cluster: i64,
        series: Series,
        length: Length,
        windows: &[Window],
    ) -> Result<Rows, StoreError> {
        let mut all = Rows::new();
        for range in ranges(windows, length) {
            all.extend(self.rolled(cluster, series, length, range).await?);
        }
        Ok(all)
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

/// Goes on with a part, of which no more is kept than is wanted.
fn join(whole: &mut Option<Tallies>, part: &Tallies, detail: Detail) -> Result<(), StoreError> {
    let joined = match whole.take() {
        None => Some(part.clone()),
        Some(whole) => whole.join(part),
    };
    let mut joined = joined.ok_or_else(|| StoreError::damaged("parts do not meet"))?;
    joined.narrow(detail);
    *whole = Some(joined);
    Ok(())
}

fn nothing() -> StoreError {
    StoreError::damaged("a window adds up to nothing")
}

/// What of a window lies outside of these roll-ups.
fn between(window: Window, rows: &Rows) -> Vec<Window> {
    let mut rest = Vec::new();
    let mut told = window.from();
    for row in rows
        .range(window.from()..window.to())
        .map(|(_, row)| row.window)
    {
        if row.to() <= window.to() {
            rest.extend(Window::new(told, row.from()));
            told = row.to();
        }
    }
    rest.extend(Window::new(told, window.to()));
    rest
}

/// From the first to the last whole length in each of these windows; those that meet, or nearly so, become one.
fn ranges(windows: &[Window], length: Length) -> Vec<Window> {
    let mut ranges: Vec<Window> = Vec::new();
    for range in windows.iter().filter_map(|it| length.within(*it)) {
        let near = |before: &Window| {
            let apart = range.from().saturating_sub(before.to());
            (0..=2 * length.longest()).contains(&apart)
        };
        match ranges.last_mut() {
            Some(last) if near(last) => {
                *last = Window::new(last.from(), range.to()).unwrap_or(range);
            }
            _ => ranges.push(range),
        }
    }
    ranges
}

/// A window, from its first second to its last one, of roll-ups of these lengths, the longest first. What none of them
/// covers is raw, as much of it at a time as meets.
fn parts(window: Window, kinds: &[Rows]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut at, mut raw) = (window.from(), window.from());
    while at < window.to() {
        let fitting = |rows| {
            let row = Rows::get(rows, &at)?;
            (row.window.to() <= window.to()).then_some(row)
        };
        if let Some(row) = kinds.iter().find_map(fitting) {
            parts.extend(Window::new(raw, at).map(Part::Raw));
            parts.push(Part::Rolled(row));
            at = row.window.to();
            raw = at;
        } else {
            let later = |rows| Rows::range(rows, at + 1..).next();
            let next = kinds
                .iter()
                .filter_map(later)
                .map(|(start, _)| *start)
                .min();
            at = next.map_or(window.to(), |next| next.min(window.to()));
        }
    }
    parts.extend(Window::new(raw, window.to()).map(Part::Raw));
    parts
}
