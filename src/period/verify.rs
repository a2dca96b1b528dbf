//! Closed months once more, from the evidence: every text, every reading, every figure, every digest.
//!
//! Nothing is taken from what was made of the readings. What is found goes out at once, one finding after the other.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::{
    chain::chain,
    cluster_name::ClusterName,
    meter::window::Window,
    period::{
        chained, closing,
        evidence::{self, Figures},
        finding::{Finding, Weight},
        metering,
        month::Month,
        restated,
    },
    statement::summary::Summary,
    store::{
        corrections::Booked, entry::Stored, error::StoreError, marks::DAY, opened::Store,
        origin::Role, periods::Closed,
    },
};

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Closed months.
    pub months: u64,
    /// Readings of them.
    pub readings: u64,
    /// Corrections of the cluster.
    pub corrections: u64,
    /// What is wrong.
    pub mismatches: u64,
}

/// The closed months of one cluster, looked at one after the other.
#[derive(Debug)]
pub struct Verify<'a, T> {
    store: &'a Store,
    cluster: &'a ClusterName,
    totals: Totals,
    tell: T,
    /// What readings say by revisions that are booked or wait for it.
    revised: HashMap<Uuid, Vec<Figures>>,
    /// Before this second raw readings are pruned.
    pruned_to: Option<i64>,
}

impl<'a, T: FnMut(Finding)> Verify<'a, T> {
    /// Looks at every closed month of a cluster, or at one of them. The chain is followed in any case.
    ///
    /// # Errors
    /// The store's, where it cannot be read; what is read and is damaged is a finding.
    pub async fn run(
        store: &'a Store,
        cluster: &'a ClusterName,
        only: Option<Month>,
        tell: T,
    ) -> Result<Totals, StoreError> {
        let mut revised: HashMap<Uuid, Vec<_>> = HashMap::new();
        for revision in store
            .revisions(cluster)
            .await?
            .into_iter()
            .filter(|it| it.closed)
        {
            revised
                .entry(revision.reading)
                .or_default()
                .push(revision.figures);
        }
        let mut verify = Verify {
            store,
            cluster,
            totals: Totals::default(),
            tell,
            revised,
            pruned_to: store.pruned_to(cluster).await?,
        };
        let closed = store.closed_months(cluster).await?;
        let corrections = store.corrections(cluster).await?;
        let decided = store.closed_to(cluster).await?;
        if decided != closed.last().map(|last| last.window.to()) {
            let what = "its newest closed month is not there";
            verify.wrong(None, None, what.to_owned());
        }
        chained::look(cluster, &closed, &corrections, |month, reading, what| {
            verify.wrong(Some(month), reading, what);
        });
        verify.totals.corrections = u64::try_from(corrections.len()).unwrap_or(u64::MAX);
        for month in &closed {
            if only.is_none_or(|only| only.to_string() == month.month) {
                verify.month(month, &corrections).await?;
            }
        }
        for pending in store.pending(cluster, 1).await? {
            let what = "waits for its correction, which the service books";
            verify.unknown(None, Some(pending.stored.entry.id), what.to_owned());
        }
        Ok(verify.totals)
    }

    /// One month, from its readings.
    async fn month(&mut self, month: &Closed, corrections: &[Booked]) -> Result<(), StoreError> {
        self.totals.months += 1;
        let name = Some(month.month.as_str());
        if self
            .pruned_to
            .is_some_and(|pruned| month.window.from() < pruned)
        {
            let what =
                "readings are past their retention: only its digest and the chain were looked at";
            self.unknown(name, None, what.to_owned());
            return Ok(());
        }
        let (count, digest) = closing::readings(self.store, self.cluster, month).await?;
        if count != month.readings {
            let what = format!(
                "it has {count} readings, and was made of {}",
                month.readings
            );
            self.wrong(name, None, what);
        } else if digest != month.readings_digest {
            self.wrong(
                name,
                None,
                "its readings are not those that it was made of".to_owned(),
            );
        }
        let summary = metering::summary(self.store, self.cluster, month.window, month.closed_at);
        match summary.await {
            Ok(summary) => self.summary(month, &summary)?,
            Err(error @ StoreError::Damaged(_)) => self.wrong(name, None, chain(&error)),
            Err(error) => return Err(error),
        }
        let unfounded = restated::unfounded(self.store, self.cluster, month, corrections).await?;
        for (sequence, reading) in unfounded {
            let what = format!("the reading of correction {sequence} is not kept");
            self.wrong(name, Some(reading), what);
        }
        let restated = restated::difference(self.store, self.cluster, month, corrections).await;
        match restated {
            Ok(quantities) => {
                for quantity in quantities {
                    let what = format!(
                        "its corrections of {} are not what its readings say",
                        quantity.name()
                    );
                    self.wrong(name, None, what);
                }
            }
            Err(error @ StoreError::Damaged(_)) => self.wrong(name, None, chain(&error)),
            Err(error) => return Err(error),
        }
        self.readings(month).await
    }

    fn summary(&mut self, month: &Closed, now: &Summary) -> Result<(), StoreError> {
        if metering::written(now)? == month.summary {
            return Ok(());
        }
        let name = Some(month.month.as_str());
        let kept = match metering::read(&month.summary) {
            Ok(kept) => kept,
            Err(error) => {
                self.wrong(name, None, chain(&error));
                return Ok(());
            }
        };
        let mut told = false;
        for (quantity, measured) in &now.quantities {
            if kept.quantities.get(quantity) != Some(measured) {
                told = true;
                let what = format!(
                    "its summary of {} is not what its readings say",
                    quantity.name()
                );
                self.wrong(name, None, what);
            }
        }
        if !told {
            self.wrong(
                name,
                None,
                "its summary is not what its readings say".to_owned(),
            );
        }
        Ok(())
    }

    /// Each reading of a month, a day at a time.
    async fn readings(&mut self, month: &Closed) -> Result<(), StoreError> {
        let mut without_text: u64 = 0;
        let mut from = month.window.from();
        while let Ok(day) = Window::new(from, from.saturating_add(DAY).min(month.window.to())) {
            for role in Role::ALL {
                let stored = self.store.entries(self.cluster, role, day).await?;
                // Read to the end first: a connection is not kept while others are wanted.
                let stored: Result<Vec<Stored>, StoreError> = stored.try_collect().await;
                let stored = match stored {
                    Ok(stored) => stored,
                    Err(error @ StoreError::Damaged(_)) => {
                        self.wrong(Some(month.month.as_str()), None, chain(&error));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                for stored in stored {
                    self.totals.readings += 1;
                    let revised = self.revised.get(&stored.entry.id);
                    let judged =
                        evidence::judge(self.store, self.cluster, &stored, revised).await?;
                    without_text += u64::from(judged.pruned);
                    for what in judged.wrong {
                        self.wrong(Some(&month.month), Some(stored.entry.id), what);
                    }
                }
            }
            from = day.to();
        }
        if without_text > 0 {
            let what = format!(
                "{without_text} readings have no raw text any more, which is past its retention"
            );
            self.unknown(Some(month.month.as_str()), None, what);
        }
        Ok(())
    }

    fn wrong(&mut self, month: Option<&str>, reading: Option<Uuid>, what: String) {
        self.totals.mismatches += 1;
        self.tell(Weight::Mismatch, month, reading, what);
    }

    fn unknown(&mut self, month: Option<&str>, reading: Option<Uuid>, what: String) {
        self.tell(Weight::Unknown, month, reading, what);
    }

    fn tell(&mut self, weight: Weight, month: Option<&str>, reading: Option<Uuid>, what: String) {
        (self.tell)(Finding {
            weight,
            cluster: self.cluster.to_string(),
            month: month.map(str::to_owned),
            reading,
            what,
        });
    }
}
