//! Closed months once more, from the evidence: every text, every reading, every figure, every digest.
//!
//! Nothing is taken from what was made of the readings. What is found goes out at once, one finding after the other.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::{
    amount::Amount,
    chain::chain,
    cluster_name::ClusterName,
    keeper::entries,
    meter::{quantity::Quantity, window::Window},
    period::{
        chained, closing,
        finding::{Finding, Weight},
        metering,
        month::Month,
        replay, restated,
    },
    statement::summary::Summary,
    store::{
        corrections::Booked,
        entry::{self, Stored},
        error::StoreError,
        marks::DAY,
        opened::Store,
        origin::Role,
        periods::Closed,
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
    revised: HashMap<Uuid, Vec<Vec<(Quantity, Amount)>>>,
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
                    without_text += u64::from(!self.reading(&month.month, &stored).await?);
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

    /// One reading: its name, its text, and its figures. Says whether its text is still kept.
    async fn reading(&mut self, month: &str, stored: &Stored) -> Result<bool, StoreError> {
        self.totals.readings += 1;
        let Stored { entry, .. } = stored;
        let (month, reading) = (Some(month), Some(entry.id));
        let name = entry::id(self.cluster, entry.origin.source, entry.at, &entry.text);
        if name != entry.id {
            let what = "its name is not that of its source, its time and its text";
            self.wrong(month, reading, what.to_owned());
        }
        let text = match self.store.text(&entry.text).await {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(false),
            Err(error @ StoreError::Damaged(_)) => {
                self.wrong(month, reading, chain(&error));
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let figures = match replay::figures(entry, &text) {
            Ok((_, figures)) => figures,
            Err(error) => {
                let what = format!("its text cannot be read: {}", chain(&error));
                self.wrong(month, reading, what);
                return Ok(true);
            }
        };
        let revised = self.revised.get(&entry.id);
        if figures != entry.figures && !revised.is_some_and(|all| all.contains(&figures)) {
            let parser = entry.origin.parser.as_str();
            let what = match parser == entries::PARSER {
                true => "its figures are not those of its text".to_owned(),
                false => format!(
                    "its figures, read by {parser}, are not those of its text, as {} reads it: `replay` shows them",
                    entries::PARSER
                ),
            };
            self.wrong(month, reading, what);
        }
        Ok(true)
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
