//! The months of a cluster as callers see them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::window::Window,
    period::{
        calendar::{Calendar, Decided},
        closing,
        correction::{self, Change},
        error::PeriodError,
        metering,
        month::Month,
        state::{Cause, ClosedBy, State},
    },
    statement::summary::Summary,
    store::{corrections::Booked, entry::Hash, error::StoreError, opened::Store, periods::Closed},
};

/// The months that are kept in a store, by this calendar.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The store.
    pub store: Store,
    /// When months begin, end and close.
    pub calendar: Calendar,
}

/// Some of the months, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The months.
    pub periods: Vec<Period>,
    /// The last of them, where others follow.
    pub next: Option<Month>,
}

/// A month of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Of which cluster.
    pub cluster: ClusterName,
    /// Which month.
    pub month: Month,
    /// How far it is.
    pub state: State,
    /// Its seconds.
    pub window: Window,
    /// The zone that parts it from others.
    pub zone: String,
    /// What it adds up to: up to now, and for ever once it is closed.
    pub summary: Summary,
    /// What seals it, and when and how it closed; `None` before that.
    pub seal: Option<Seal>,
    /// The corrections that are booked in it, of months before.
    pub corrections: Vec<Correction>,
}

/// What seals a closed month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// When it closed, to the millisecond.
    pub closed_at: Timestamp,
    /// What closed it.
    pub closed_by: ClosedBy,
    /// The digest of the month before; `None` for the first.
    pub previous: Option<Hash>,
    /// Of how many readings it is made.
    pub readings: u64,
    /// The digest of their names.
    pub readings_digest: Hash,
    /// The digest of the last correction that is booked in it; `None` where there is none.
    pub corrections_digest: Option<Hash>,
    /// Its own digest.
    pub digest: Hash,
}

/// What one reading changes of a month that was closed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Its place among those of the cluster, from 1.
    pub sequence: u64,
    /// The month that is corrected.
    pub month: Month,
    /// The seconds of that month.
    pub window: Window,
    /// When it was booked.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// The reading that came late or is read otherwise.
    pub reading: Uuid,
    /// When that was read otherwise; `None` where it came late.
    pub revised: Option<Timestamp>,
    /// What changes of which quantity; empty where nothing does.
    pub changes: Vec<Change>,
    /// The digest of the correction before; `None` for the first.
    pub previous: Option<Hash>,
    /// Its own digest.
    pub digest: Hash,
}

impl Ledger {
    /// The months of a cluster, from the first one of which anything was kept up to the one that is open now: so many
    /// of those behind another one, or from the first one on.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(
        &self,
        cluster: &ClusterName,
        after: Option<Month>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page, PeriodError> {
        let closed = self.store.closed_months(cluster).await?;
        let decided = closed.last().map(closing::decided).transpose()?;
        let mut booked = self.corrections(cluster, &closed).await?;
        let mut months = Vec::with_capacity(closed.len() + 2);
        for closed in &closed {
            months.push((closing::decided(closed)?.month, Some(closed)));
        }
        let first = closing::first_open(&self.store, &self.calendar, cluster, decided).await?;
        let current = self.calendar.current(decided, now);
        let mut open = first.filter(|first| *first <= current);
        while let Some(month) = open {
            months.push((month, None));
            open = month.next().filter(|next| *next <= current);
        }
        months.retain(|(month, _)| after.is_none_or(|after| *month > after));
        let more = months.len() > limit;
        months.truncate(limit);
        let next = months.last().filter(|_| more).map(|(month, _)| *month);
        let mut periods = Vec::with_capacity(months.len());
        for (month, closed) in months {
            let corrections = take(&mut booked, &month.to_string());
            periods.push(match closed {
                Some(closed) => past(cluster, closed, corrections)?,
                None => {
                    self.present(cluster, month, decided, corrections, now)
                        .await?
                }
            });
        }
        Ok(Page { periods, next })
    }

    /// One month of a cluster; `None` where it has not begun, or nothing was kept so early.
    ///
    /// # Errors
    /// The store's.
    pub async fn one(
        &self,
        cluster: &ClusterName,
        month: Month,
        now: Timestamp,
    ) -> Result<Option<Period>, PeriodError> {
        let closed = self.store.closed_months(cluster).await?;
        let mut booked = self.corrections(cluster, &closed).await?;
        let corrections = take(&mut booked, &month.to_string());
        let name = month.to_string();
        if let Some(found) = closed.iter().find(|closed| closed.month == name) {
            return Ok(Some(past(cluster, found, corrections)?));
        }
        let decided = closed.last().map(closing::decided).transpose()?;
        let first = closing::first_open(&self.store, &self.calendar, cluster, decided).await?;
        let current = self.calendar.current(decided, now);
        if first.is_none_or(|first| month < first) || month > current {
            return Ok(None);
        }
        let period = self.present(cluster, month, decided, corrections, now);
        Ok(Some(period.await?))
    }

    /// Closes a month that is over, by command. One that is closed already stays as it is.
    ///
    /// # Errors
    /// Those of [`closing::close`].
    pub async fn close(
        &self,
        cluster: &ClusterName,
        month: Month,
        now: Timestamp,
    ) -> Result<Period, PeriodError> {
        let (store, calendar) = (&self.store, &self.calendar);
        closing::close(store, calendar, cluster, month, ClosedBy::Command, now).await?;
        let period = self.one(cluster, month, now).await?;
        let lost = || StoreError::damaged("a month that was closed is not there");
        period.ok_or_else(|| lost().into())
    }

    /// A month that is not closed.
    async fn present(
        &self,
        cluster: &ClusterName,
        month: Month,
        decided: Option<Decided>,
        corrections: Vec<Correction>,
        now: Timestamp,
    ) -> Result<Period, PeriodError> {
        let window = self.calendar.window(month, decided);
        let summary = metering::rolled(&self.store, cluster, window, now).await?;
        Ok(Period {
            cluster: cluster.clone(),
            month,
            state: self.calendar.state(window, now),
            window,
            zone: self.calendar.zone_name(),
            summary,
            seal: None,
            corrections,
        })
    }

    /// The corrections of a cluster, each with the month that it is booked in.
    async fn corrections(
        &self,
        cluster: &ClusterName,
        closed: &[Closed],
    ) -> Result<Vec<(String, Correction)>, StoreError> {
        let booked = self.store.corrections(cluster).await?;
        booked.into_iter().map(|it| corrected(it, closed)).collect()
    }
}

/// Those that are booked in a month.
fn take(booked: &mut Vec<(String, Correction)>, month: &str) -> Vec<Correction> {
    booked
        .extract_if(.., |(in_month, _)| in_month == month)
        .map(|(_, it)| it)
        .collect()
}

/// A closed month.
fn past(
    cluster: &ClusterName,
    closed: &Closed,
    corrections: Vec<Correction>,
) -> Result<Period, StoreError> {
    let by = ClosedBy::ALL
        .into_iter()
        .find(|by| by.name() == closed.closed_by);
    Ok(Period {
        cluster: cluster.clone(),
        month: closing::decided(closed)?.month,
        state: State::Closed,
        window: closed.window,
        zone: closed.zone.clone(),
        summary: metering::read(&closed.summary)?,
        seal: Some(Seal {
            closed_at: closed.closed_at,
            closed_by: by.ok_or_else(|| StoreError::damaged("a month was closed by nobody"))?,
            previous: closed.previous,
            readings: closed.readings,
            readings_digest: closed.readings_digest,
            corrections_digest: closed.corrections_digest,
            digest: closed.digest,
        }),
        corrections,
    })
}

fn corrected(booked: Booked, closed: &[Closed]) -> Result<(String, Correction), StoreError> {
    let damaged = |what: &str| StoreError::damaged(format!("a correction {what}"));
    let month = closed.iter().find(|closed| closed.month == booked.month);
    let month = month.ok_or_else(|| damaged("is of a month that is not closed"))?;
    let cause = Cause::ALL
        .into_iter()
        .find(|cause| cause.name() == booked.cause);
    let changes = correction::changes(&booked)?;
    let correction = Correction {
        sequence: booked.sequence,
        month: closing::decided(month)?.month,
        window: month.window,
        at: booked.at,
        cause: cause.ok_or_else(|| damaged("has no cause"))?,
        reading: booked.reading,
        revised: booked.revised,
        changes,
        previous: booked.previous,
        digest: booked.digest,
    };
    Ok((booked.booked, correction))
}
