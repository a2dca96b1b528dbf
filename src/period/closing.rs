//! Closing a month: once, in its order, and for ever.
//!
//! What closes a month holds the marks of its cluster, as does whoever writes readings. So a reading is in the month
//! when that closes, or it comes late, and of two that close at once the second one finds the month closed.

use futures_util::TryStreamExt;
use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    period::{
        calendar::{Calendar, Decided},
        digest::{Readings, Sealed},
        error::PeriodError,
        metering,
        month::Month,
        state::ClosedBy,
    },
    store::{
        error::StoreError,
        opened::Store,
        periods::{self, Closed},
    },
};

/// Closes a month that is over. One that is closed already stays as it is, and is what this gives.
///
/// # Errors
/// `NotOver`, `OutOfOrder`, `TooEarly`, `NothingKept`, and the store's; `Pruned` where readings of it are gone, so that
/// nobody can say any more what it adds up to.
pub async fn close(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    month: Month,
    by: ClosedBy,
    now: Timestamp,
) -> Result<Closed, PeriodError> {
    if let Some(closed) = store.closed_month(cluster, &month.to_string()).await? {
        return Ok(closed);
    }
    let Some(number) = store.known(cluster).await? else {
        return Err(PeriodError::NothingKept);
    };
    let mut open = store.engine.begin().await?;
    open.marks(&[number]).await?;
    // Nobody changes readings or months of the cluster from here on, so that what is read beside the transaction holds.
    if let Some(closed) = store.closed_month(cluster, &month.to_string()).await? {
        return Ok(closed);
    }
    let newest = store.newest_closed(cluster).await?;
    let decided = newest.as_ref().map(decided).transpose()?;
    let first = first_open(store, calendar, cluster, decided).await?;
    match first {
        None => return Err(PeriodError::NothingKept),
        Some(first) if month > first => return Err(PeriodError::OutOfOrder { month, first }),
        Some(first) if month < first => return Err(PeriodError::TooEarly { month, first }),
        Some(_) => {}
    }
    let window = calendar.window(month, decided);
    if now.as_second() < window.to() {
        let end = Timestamp::from_second(window.to());
        let end = end.map_err(|_| StoreError::damaged("a month lies beyond all times"))?;
        return Err(PeriodError::NotOver { month, end });
    }
    let summary = metering::summary(store, cluster, window, now).await?;
    let mut closed = Closed {
        month: month.to_string(),
        zone: calendar.zone_name(),
        window,
        closed_at: now,
        closed_by: by.name().to_owned(),
        readings: 0,
        readings_digest: [0; 32],
        corrections: 0,
        corrections_digest: None,
        previous: newest.map(|newest| newest.digest),
        summary: metering::written(&summary)?,
        digest: [0; 32],
    };
    (closed.readings, closed.readings_digest) = readings(store, cluster, &closed).await?;
    let corrections = store.corrections_in(cluster, &closed.month).await?;
    closed.corrections = corrections.len().try_into().unwrap_or(u64::MAX);
    closed.corrections_digest = corrections.last().map(|last| last.digest);
    closed.digest = sealed(cluster, &closed).digest();
    periods::add(&mut open, number, &closed).await?;
    open.commit().await?;
    Ok(closed)
}

/// Closes the next month of a cluster if its grace has passed; `None` where it has not. It is one at a time: a clock
/// that is wrong does not close many at once. A cluster of which nothing has been heard since a month began is left
/// alone until something is, or the month is closed by command.
///
/// # Errors
/// Those of [`close`].
pub async fn close_due(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    now: Timestamp,
) -> Result<Option<Closed>, PeriodError> {
    match due(store, calendar, cluster, now).await? {
        None => Ok(None),
        Some(month) => {
            let closed = close(store, calendar, cluster, month, ClosedBy::Grace, now);
            closed.await.map(Some)
        }
    }
}

/// The next month of a cluster, if its grace has passed.
async fn due(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    now: Timestamp,
) -> Result<Option<Month>, PeriodError> {
    let newest = store.newest_closed(cluster).await?;
    let decided = newest.as_ref().map(decided).transpose()?;
    let Some(month) = first_open(store, calendar, cluster, decided).await? else {
        return Ok(None);
    };
    let window = calendar.window(month, decided);
    let heard = store.heard(cluster).await?;
    let heard = heard.is_some_and(|at| at.div_euclid(1000) >= window.from());
    Ok((heard && calendar.is_due(window, now)).then_some(month))
}

/// The first month of a cluster that is not closed; `None` where nothing was ever kept, or no month is left.
///
/// # Errors
/// The store's.
pub async fn first_open(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    decided: Option<Decided>,
) -> Result<Option<Month>, StoreError> {
    if let Some(decided) = decided {
        return Ok(decided.month.next());
    }
    let begun = store.begun(cluster).await?.map(Timestamp::from_millisecond);
    let begun = begun.transpose();
    let begun = begun.map_err(|_| StoreError::damaged("a reading is of no time"))?;
    Ok(begun.map(|at| Month::of(at, &calendar.zone)))
}

/// The newest closed month, as the calendar wants it.
///
/// # Errors
/// `Damaged`.
pub fn decided(newest: &Closed) -> Result<Decided, StoreError> {
    let month = newest.month.parse();
    Ok(Decided {
        month: month.map_err(|_| StoreError::damaged("a closed month has a name that none has"))?,
        to: newest.window.to(),
    })
}

/// How many readings a month is made of, and the digest of their names.
///
/// # Errors
/// The store's.
pub async fn readings(
    store: &Store,
    cluster: &ClusterName,
    closed: &Closed,
) -> Result<(u64, [u8; 32]), StoreError> {
    let mut readings = Readings::default();
    let mut names = store.sealed_readings(cluster, closed.window);
    while let Some((role, id)) = names.try_next().await? {
        readings.feed(role, id);
    }
    Ok(readings.done())
}

/// What is sealed of a closed month.
pub fn sealed<'a>(cluster: &'a ClusterName, closed: &'a Closed) -> Sealed<'a> {
    Sealed {
        cluster: cluster.as_str(),
        month: &closed.month,
        zone: &closed.zone,
        from: closed.window.from(),
        to: closed.window.to(),
        closed_at: closed.closed_at,
        closed_by: &closed.closed_by,
        readings: closed.readings,
        readings_digest: &closed.readings_digest,
        corrections: closed.corrections,
        corrections_digest: closed.corrections_digest.as_ref(),
        previous: closed.previous.as_ref(),
        summary: &closed.summary,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::{keeper::record::tests::round, store::place::Place};

    #[tokio::test]
    async fn a_month_whose_readings_are_pruned_is_not_closed_as_if_there_had_been_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        let store = Store::open(&place).await.unwrap();
        let at: Timestamp = "2026-10-20T00:00:00Z".parse().unwrap();
        let mut kept = round("stor1", at.as_millisecond());
        kept.fence = None;
        let cluster = kept.cluster.clone();
        store.append(&[kept]).await.unwrap();
        let number = store.known(&cluster).await.unwrap().unwrap();
        let calendar = Calendar::new(TimeZone::UTC, Duration::ZERO);
        let (month, by) = (Month::of(at, &TimeZone::UTC), ClosedBy::Command);
        let now: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let from = month.window(&TimeZone::UTC).from();
        for (pruned, refused) in [(from + 1, true), (from, false)] {
            let mut open = store.engine.begin().await.unwrap();
            let sql = "UPDATE marks SET pruned_to = $2 WHERE cluster = $1";
            let values = vec![number.into(), pruned.into()];
            open.run("mark", sql, values).await.unwrap();
            open.commit().await.unwrap();
            let closed = close(&store, &calendar, &cluster, month, by, now).await;
            match refused {
                true => assert!(
                    matches!(closed, Err(PeriodError::Store(StoreError::Pruned(..)))),
                    "{closed:?}"
                ),
                false => assert_eq!(closed.unwrap().readings, 1),
            }
        }
        store.close().await;
    }
}
