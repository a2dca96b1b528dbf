//! A page of points, of as many as were asked for at most.
//!
//! What a page costs follows from its length and not from the length of the window: times in which nothing was read are
//! passed over in strides that grow.

use futures_util::TryStreamExt;

use crate::{
    history::{asked::Asked, cursor::Cursor, fold, point::Point, step::Step},
    meter::{quantity::Series, tally::Detail, window::Window},
    store::{error::StoreError, opened::Store, origin::Role},
};

/// How many seconds of readings are looked at first for each point that is wanted: as far apart as they usually are.
const APART: i64 = 60;
/// So many stretches of time are worked out at once.
const AT_ONCE: usize = 288;

/// Points in the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most as many as were asked for; empty where there is none.
    pub points: Vec<Point>,
    /// Where the next page begins; `None` where this is the last one.
    pub next: Option<Cursor>,
}

/// The page that is asked for.
///
/// # Errors
/// `Pruned` where readings are gone that the page wants: never a gap in their place. When the store cannot be read.
pub async fn page(store: &Store, asked: Asked<'_>) -> Result<Page, StoreError> {
    match asked.step.longest() {
        None => readings(store, asked).await,
        Some(longest) => stretches(store, asked, longest).await,
    }
}

async fn readings(store: &Store, asked: Asked<'_>) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut from = match asked.after {
        Some(Cursor::Reading(at, _)) => at.div_euclid(1000).max(asked.window.from()),
        _ => asked.window.from(),
    };
    let mut stride = stride(asked.limit, APART);
    while let Ok(left) = Window::new(from, asked.window.to()) {
        let to = from.saturating_add(stride).min(left.to());
        let Ok(piece) = Window::new(from, to) else {
            break;
        };
        // One more than fits says that there is a next page.
        let wanted = asked.limit.saturating_add(1) - page.points.len();
        page.points
            .extend(piece_of(store, &asked, piece, wanted).await?);
        // Only now: what is pruned meanwhile was said to be so before.
        store.whole(asked.cluster, piece).await?;
        if page.points.len() > asked.limit {
            page.points.truncate(asked.limit);
            page.next = page.points.last().and_then(Point::place);
            break;
        }
        from = to;
        stride = stride.saturating_mul(2);
    }
    Ok(page)
}

/// The first readings of both series in this piece of the window, behind the cursor.
async fn piece_of(
    store: &Store,
    asked: &Asked<'_>,
    piece: Window,
    wanted: usize,
) -> Result<Vec<Point>, StoreError> {
    let mut points = Vec::new();
    for (role, series) in [
        (Role::Storage, Series::Storage),
        (Role::Compute, Series::Compute),
    ] {
        let mut entries = store.entries(asked.cluster, role, piece).await?;
        let mut taken = 0;
        while taken < wanted
            && let Some(stored) = entries.try_next().await?
        {
            let point = Point::reading(series, &stored);
            if asked.after.is_none_or(|after| Some(after) < point.place()) {
                points.push(point);
                taken += 1;
            }
        }
    }
    points.sort_by_key(Point::place);
    points.truncate(wanted);
    Ok(points)
}

async fn stretches(store: &Store, asked: Asked<'_>, longest: i64) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut from = match asked.after {
        Some(Cursor::Told(_, second)) => second.max(asked.window.from()),
        _ => asked.window.from(),
    };
    // Nothing is known of what is yet to come.
    let now = asked.now.as_second().saturating_add(1);
    let end = asked.window.to().min(now);
    let mut length = stride(AT_ONCE, longest);
    while let Ok(left) = Window::new(from, end) {
        if page.points.len() == asked.limit {
            let more = !is_empty(store, &asked, left).await?;
            page.next = more.then_some(Cursor::Told(asked.step, from));
            break;
        }
        // By the clock, so that roll-ups suffice wherever no edge of the window lies.
        let to = from.saturating_add(length);
        let to = asked
            .step
            .around(to)
            .map_or(to, Window::from)
            .min(left.to());
        let Ok(piece) = Window::new(from, to) else {
            break;
        };
        if is_empty(store, &asked, piece).await? {
            from = to;
            length = length.saturating_mul(2);
            continue;
        }
        let missing = asked.limit - page.points.len();
        length = stride(missing.min(AT_ONCE), longest);
        let windows = windows(from, asked.window, asked.step, missing.min(AT_ONCE));
        for (window, point) in fold::points(store, &asked, &windows).await? {
            from = window.to();
            page.points.extend(point);
        }
    }
    Ok(page)
}

/// Whether nothing was measured in this time.
async fn is_empty(store: &Store, asked: &Asked<'_>, window: Window) -> Result<bool, StoreError> {
    for series in Series::ALL {
        let (cluster, now) = (asked.cluster, asked.now);
        let tallies = store.tallies(cluster, series, window, now, Detail::Sums);
        if tallies.await?.covered > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// So many stretches from this second on, as far as the window goes. They begin and end with the clock in UTC; the first
/// and the last one may be cut short by the window.
fn windows(from: i64, whole: Window, step: Step, count: usize) -> Vec<Window> {
    let mut windows = Vec::with_capacity(count);
    let mut left = Window::new(from, whole.to()).ok();
    while windows.len() < count
        && let Some(rest) = left
        && let Some(window) = step.around(rest.from()).and_then(|it| it.and(rest))
    {
        windows.push(window);
        left = Window::new(window.to(), rest.to()).ok();
    }
    windows
}

/// So many times so many seconds.
fn stride(count: usize, seconds: i64) -> i64 {
    i64::try_from(count)
        .unwrap_or(i64::MAX)
        .saturating_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_keep_to_the_clock_and_to_the_window() {
        let whole = Window::new(3_000, 11_000).unwrap();
        let bounds = |from, count| {
            let windows = windows(from, whole, Step::Hour, count);
            let bounds = windows.iter().map(|window| (window.from(), window.to()));
            bounds.collect::<Vec<_>>()
        };
        let all = [
            (3_000, 3_600),
            (3_600, 7_200),
            (7_200, 10_800),
            (10_800, 11_000),
        ];
        assert_eq!(bounds(3_000, 9), all);
        assert_eq!(bounds(3_000, 2), all[..2]);
        assert_eq!(bounds(10_800, 2), all[3..]);
        assert_eq!(bounds(11_000, 2), []);
        let around = Window::new(-500, 200).unwrap();
        assert_eq!(windows(-500, around, Step::FiveMinutes, 9).len(), 3);
        // Behind February of a year that has no leap day.
        let months = Window::new(-1, 90 * 86_400 + 5).unwrap();
        let months = windows(-1, months, Step::Month, 9);
        let bounds: Vec<_> = months.iter().map(|it| (it.from(), it.to())).collect();
        let days = [0, 31, 59, 90].map(|day| day * 86_400);
        let expected = [
            (-1, 0),
            (0, days[1]),
            (days[1], days[2]),
            (days[2], days[3]),
            (days[3], days[3] + 5),
        ];
        assert_eq!(bounds, expected);
    }
}
