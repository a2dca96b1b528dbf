//! Every kept reading once more, from the text that is kept of it, by today's parser.
//!
//! The figures that a reading has by now are held against those that today's parser reads. What differs is shown, and
//! where that is asked for, booked: in a month that is not closed the reading takes the new figures, and of a closed one
//! the difference becomes a correction.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    amount::Amount,
    chain::chain,
    cluster_name::ClusterName,
    keeper::entries,
    meter::{quantity::Quantity, window::Window},
    source::{again, error::SourceError},
    store::{
        entry::{Entry, Stored},
        error::StoreError,
        marks::DAY,
        opened::Store,
        origin::Role,
        revisions::Revised,
    },
};

/// Figures of a reading.
type Figures = Vec<(Quantity, Amount)>;

/// A reading that its text does not give as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The reading as it is kept.
    pub entry: Entry,
    /// Whether it came when its month was closed.
    pub late: bool,
    /// What differs.
    pub differs: Differs,
}

/// How a reading differs from what its text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// Some figures are others.
    Figures {
        /// Which.
        changes: Vec<Change>,
        /// What was booked of it; `None` where nothing was to be.
        booked: Option<Revised>,
    },
    /// The text gives no such reading any more: why.
    Unreadable(String),
}

/// A figure that is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub quantity: Quantity,
    /// As it counts so far; `None` where it was not read.
    pub was: Option<Amount>,
    /// As it is read now; `None` where it is not any more.
    pub is: Option<Amount>,
}

/// How many readings came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All that were looked at.
    pub readings: u64,
    /// Those with another figure.
    pub changed: u64,
    /// Those whose text gives no such reading any more.
    pub unreadable: u64,
    /// Those whose text is kept no longer, so that nothing can be said of them.
    pub without_text: u64,
    /// Those whose other figures were booked, in their own month or for a correction.
    pub booked: u64,
}

impl Totals {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.changed == 0 && self.unreadable == 0
    }
}

/// The kept readings of one cluster, read again.
#[derive(Debug)]
pub struct Replay<'a> {
    store: &'a Store,
    cluster: &'a ClusterName,
    /// What readings of closed months say by their last revision.
    revised: HashMap<Uuid, Figures>,
    totals: Totals,
}

impl<'a> Replay<'a> {
    /// Of a cluster of this store.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(store: &'a Store, cluster: &'a ClusterName) -> Result<Replay<'a>, StoreError> {
        let revisions = store.revisions(cluster).await?.into_iter();
        // In their order, so that the last one stays.
        let revised = revisions.filter(|it| it.closed);
        Ok(Replay {
            store,
            cluster,
            revised: revised.map(|it| (it.reading, it.figures)).collect(),
            totals: Totals::default(),
        })
    }

    /// So far.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// What differs in a window, which is looked at a day at a time; what is found in a day goes to `tell` when the
    /// day is done. With a time, it is booked as of then.
    ///
    /// # Errors
    /// The store's, and that of `tell`. What was booked before stays booked.
    pub async fn run<E: From<StoreError>>(
        &mut self,
        window: Window,
        book: Option<Timestamp>,
        mut tell: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = window.from();
        while from < window.to() {
            let to = from.saturating_add(DAY).min(window.to());
            let Ok(day) = Window::new(from, to) else {
                return Ok(());
            };
            for role in Role::ALL {
                let entries = self.store.entries(self.cluster, role, day).await?;
                // Read to the end first: a connection is not kept while others are wanted.
                let entries: Vec<Stored> = entries.try_collect().await?;
                for stored in entries {
                    if let Some(finding) = self.look(stored, book).await? {
                        tell(finding)?;
                    }
                }
            }
            from = to;
        }
        Ok(())
    }

    async fn look(
        &mut self,
        stored: Stored,
        book: Option<Timestamp>,
    ) -> Result<Option<Finding>, StoreError> {
        let Stored { entry, late } = stored;
        self.totals.readings += 1;
        let text = match self.store.text(&entry.text).await {
            Ok(Some(text)) => text,
            Ok(None) => {
                self.totals.without_text += 1;
                return Ok(None);
            }
            Err(error @ StoreError::Damaged(_)) => {
                return Ok(Some(self.unreadable(entry, late, chain(&error))));
            }
            Err(error) => return Err(error),
        };
        let now = match figures(&entry, &text) {
            Ok((at, _)) if at.as_millisecond() != entry.at.as_millisecond() => {
                let why = format!("it is of another time by now: {at}");
                return Ok(Some(self.unreadable(entry, late, why)));
            }
            Ok((_, figures)) => figures,
            Err(error) => return Ok(Some(self.unreadable(entry, late, chain(&error)))),
        };
        let changes = changes(self.revised.get(&entry.id).unwrap_or(&entry.figures), &now);
        if changes.is_empty() {
            return Ok(None);
        }
        self.totals.changed += 1;
        let booked = match book {
            None => None,
            Some(at) => {
                let (cluster, parser) = (self.cluster, entries::PARSER);
                let booked = self.store.revise(cluster, entry.id, parser, &now, at);
                Some(booked.await?)
            }
        };
        if matches!(booked, Some(Revised::Replaced | Revised::ToCorrect)) {
            self.totals.booked += 1;
        }
        let differs = Differs::Figures { changes, booked };
        Ok(Some(Finding {
            entry,
            late,
            differs,
        }))
    }

    fn unreadable(&mut self, entry: Entry, late: bool, why: String) -> Finding {
        self.totals.unreadable += 1;
        Finding {
            entry,
            late,
            differs: Differs::Unreadable(why),
        }
    }
}

/// What a kept text says by now: when, and which figures.
///
/// # Errors
/// What is wrong with the text.
pub fn figures(entry: &Entry, text: &[u8]) -> Result<(Timestamp, Figures), SourceError> {
    let Entry { origin, at, .. } = entry;
    let Some(source) = origin.source.storage() else {
        let reading = again::compute(*at, text)?;
        return Ok((reading.observed_at, entries::compute(&reading)));
    };
    let (cluster, node) = (&entry.cluster, origin.node.as_deref());
    let reading = again::storage(source, cluster, origin.size_base, node, *at, text)?;
    Ok((reading.observed_at, entries::storage(&reading)))
}

/// What of the figures is another one, in the order of [`Quantity::ALL`].
fn changes(was: &Figures, is: &Figures) -> Vec<Change> {
    let of = |figures: &Figures, quantity: Quantity| {
        let found = figures.iter().find(|(known, _)| *known == quantity);
        found.map(|(_, amount)| *amount)
    };
    let change = |quantity| Change {
        quantity,
        was: of(was, quantity),
        is: of(is, quantity),
    };
    let all = Quantity::ALL.into_iter().map(change);
    all.filter(|it| it.was != it.is).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_comes_goes_or_has_other_bounds_is_a_change_and_no_other() {
        let amount = |min, bytes, max| Amount { bytes, min, max };
        let was = vec![
            (Quantity::LogicalTotal, Amount::exact(9)),
            (Quantity::LogicalUsed, amount(4, 5, 6)),
            (Quantity::UserData, Amount::exact(0)),
        ];
        let is = vec![
            (Quantity::LogicalTotal, Amount::exact(9)),
            (Quantity::LogicalUsed, amount(4, 5, 7)),
            (Quantity::LicenseUsed, Amount::exact(0)),
        ];
        let change = |quantity, was, is| Change { quantity, was, is };
        let zero = Some(Amount::exact(0));
        assert_eq!(
            changes(&was, &is),
            [
                change(
                    Quantity::LogicalUsed,
                    Some(amount(4, 5, 6)),
                    Some(amount(4, 5, 7))
                ),
                change(Quantity::UserData, zero, None),
                change(Quantity::LicenseUsed, None, zero),
            ]
        );
        assert_eq!(changes(&was, &was), []);
    }
}
