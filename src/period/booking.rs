//! Booking corrections: what late readings and revisions change of closed months.
//!
//! A reading changes only the seconds for which it stands. So these are metered twice, without it and with it, and the
//! difference is booked: the closed month itself is not touched, and not read whole.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::{
        fold::Meter,
        quantity::{Quantity, Series},
        sample::Sample,
        tallies::Tallies,
        tally::Detail,
        window::Window,
    },
    period::{
        calendar::Calendar,
        closing,
        correction::{self, Change},
        metering,
        state::Cause,
    },
    store::{
        corrections::{self, Booked},
        entry::Hash,
        error::StoreError,
        opened::Store,
        origin::Role,
        pending::Pending,
        periods::Closed,
    },
};

/// So many are booked in one transaction: whoever writes readings of the cluster waits for it.
const AT_ONCE: u32 = 200;

/// What was billed of a month so far, by quantity; one that was never measured does not stand here.
type Billed = BTreeMap<Quantity, i128>;

/// Books everything that closed months still have to be corrected for, and says how many corrections that made. What
/// is booked already is not booked again.
///
/// # Errors
/// The store's; what was booked before stays booked.
pub async fn book_due(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut count = 0;
    // Most of the time there is nothing, and nobody is held up for it.
    while !store.pending(cluster, 1).await?.is_empty() {
        let booked = book(store, calendar, cluster, now).await?;
        if booked == 0 {
            break;
        }
        count += booked;
    }
    Ok(count)
}

/// Books as many as go into one transaction.
async fn book(
    store: &Store,
    calendar: &Calendar,
    cluster: &ClusterName,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let Some(number) = store.known(cluster).await? else {
        return Ok(0);
    };
    let mut open = store.engine.begin().await?;
    open.marks(&[number]).await?;
    // Nobody changes readings or months of the cluster from here on, so that what is read beside the transaction holds.
    let closed = store.closed_months(cluster).await?;
    let Some(newest) = closed.last() else {
        return Ok(0);
    };
    let current = calendar.current(Some(closing::decided(newest)?), now);
    let mut book = Book::open(store, cluster, &closed).await?;
    let pending = store.pending(cluster, AT_ONCE).await?;
    for pending in &pending {
        let second = pending.stored.entry.sample().second();
        let month = closed.iter().find(|closed| closed.window.holds(second));
        // Closed months leave no hole between them.
        let month =
            month.ok_or_else(|| StoreError::damaged("a month is missing between others"))?;
        let changes = book.changes(month, pending).await?;
        let mut booked = Booked {
            sequence: book.sequence + 1,
            month: month.month.clone(),
            booked: current.to_string(),
            at: now,
            cause: cause(pending).name().to_owned(),
            reading: pending.stored.entry.id,
            revised: pending.revised.map(|(at, _)| at),
            figures: correction::written(&changes)?,
            previous: book.digest,
            digest: [0; 32],
        };
        booked.digest = correction::digest(cluster.as_str(), &booked);
        corrections::add(&mut open, number, &booked).await?;
        (book.sequence, book.digest) = (booked.sequence, Some(booked.digest));
    }
    open.commit().await?;
    Ok(pending.len())
}

fn cause(pending: &Pending) -> Cause {
    match pending.revised {
        None => Cause::LateReading,
        Some(_) => Cause::Replayed,
    }
}

/// What is booked so far, with what this transaction adds to it.
struct Book<'a> {
    store: &'a Store,
    cluster: &'a ClusterName,
    /// Of the last correction.
    sequence: u64,
    digest: Option<Hash>,
    /// By month.
    billed: BTreeMap<String, Billed>,
    /// The samples of this transaction, of either series, as they count from here on.
    amended: [BTreeMap<(i64, uuid::Uuid), Sample>; 2],
}

impl<'a> Book<'a> {
    async fn open(
        store: &'a Store,
        cluster: &'a ClusterName,
        closed: &[Closed],
    ) -> Result<Book<'a>, StoreError> {
        let mut billed = BTreeMap::new();
        for month in closed {
            billed.insert(month.month.clone(), summed(month)?);
        }
        let mut book = Book {
            store,
            cluster,
            sequence: 0,
            digest: None,
            billed,
            amended: Default::default(),
        };
        for booked in store.corrections(cluster).await? {
            let billed = book.billed.entry(booked.month.clone()).or_default();
            for change in correction::changes(&booked)? {
                billed.insert(change.quantity, change.sum()?);
            }
            (book.sequence, book.digest) = (booked.sequence, Some(booked.digest));
        }
        Ok(book)
    }

    /// What a reading changes of its month; from then on it counts.
    async fn changes(
        &mut self,
        month: &Closed,
        pending: &Pending,
    ) -> Result<Vec<Change>, StoreError> {
        let was = pending.stored.entry.sample();
        let sample = pending.revised.map_or(was, |(_, sample)| sample);
        let series = match pending.stored.entry.role {
            Role::Storage => Series::Storage,
            Role::Compute => Series::Compute,
            Role::Witness => return Ok(Vec::new()),
        };
        let stands = was.second().saturating_add(was.holds.into());
        let stands = Window::new(was.second(), stands).ok();
        let Some(mut window) = stands.and_then(|stands| stands.and(month.window)) else {
            return Ok(Vec::new());
        };
        let mut samples = self.samples(series, window, month).await?;
        // The one before may hold for longer, and does so no more.
        let before = samples.range(..(was.at_ms, was.id)).next_back();
        let end = before.map(|(_, it)| it.second().saturating_add(it.holds.into()));
        let longer = end.filter(|end| *end > window.to());
        let longer = longer.and_then(|end| Window::new(window.from(), end).ok());
        if let Some(longer) = longer.and_then(|longer| longer.and(month.window)) {
            window = longer;
            samples = self.samples(series, window, month).await?;
        }
        let before = metered(series, window, &samples);
        samples.insert((sample.at_ms, sample.id), sample);
        let after = metered(series, window, &samples);
        let [storage, compute] = &mut self.amended;
        let amended = match series {
            Series::Storage => storage,
            Series::Compute => compute,
        };
        amended.insert((sample.at_ms, sample.id), sample);
        let billed = self.billed.entry(month.month.clone()).or_default();
        let mut changes = Vec::new();
        for quantity in series.quantities() {
            let (Some(one), Some(other)) = (before.of(*quantity), after.of(*quantity)) else {
                continue;
            };
            let sums = [one, other].map(|tally| i128::try_from(tally.unit_seconds));
            let [Ok(one_sum), Ok(other_sum)] = sums else {
                return Err(StoreError::damaged("a sum is larger than any that can be"));
            };
            // Seconds that are measured now and were 0, or are so no more, change the coverage and no sum.
            if one_sum == other_sum && one.covered == other.covered {
                continue;
            }
            let former = billed.get(quantity).copied();
            let difference = other_sum - one_sum;
            let sum = former.map_or(difference, |former| former + difference);
            billed.insert(*quantity, sum);
            changes.push(Change::new(*quantity, former, sum, difference));
        }
        Ok(changes)
    }

    /// The readings that count around a window so far: those that were billed, and those of corrections of its month.
    /// What came late or was revised in the month before counts there alone.
    async fn samples(
        &self,
        series: Series,
        window: Window,
        month: &Closed,
    ) -> Result<BTreeMap<(i64, uuid::Uuid), Sample>, StoreError> {
        let billed = self.store.samples(self.cluster, series, window).await?;
        let billed: Vec<Sample> = billed.try_collect().await?;
        let late = self.store.booked_late(self.cluster, series, window).await?;
        let ours = |sample: &Sample| month.window.holds(sample.second());
        let mut samples = BTreeMap::new();
        for sample in billed.into_iter().chain(late.into_iter().filter(ours)) {
            let revised = match ours(&sample) {
                true => self.store.booked_revision(self.cluster, &sample).await?,
                false => None,
            };
            samples.insert((sample.at_ms, sample.id), revised.unwrap_or(sample));
        }
        let [storage, compute] = &self.amended;
        let amended = match series {
            Series::Storage => storage,
            Series::Compute => compute,
        };
        let amended = amended.iter().filter(|(_, sample)| ours(sample));
        samples.extend(amended.map(|(key, sample)| (*key, *sample)));
        Ok(samples)
    }
}

/// What readings add up to in a window.
fn metered(
    series: Series,
    window: Window,
    samples: &BTreeMap<(i64, uuid::Uuid), Sample>,
) -> Tallies {
    let mut meter = Meter::new(series, window, Timestamp::MAX, Detail::Sums);
    samples.values().for_each(|sample| meter.read(sample));
    meter.finish()
}

/// What a closed month says of each quantity.
fn summed(month: &Closed) -> Result<Billed, StoreError> {
    let summary = metering::read(&month.summary)?;
    let mut billed = Billed::new();
    for (quantity, measured) in summary.quantities {
        if let Some(sum) = measured.unit_seconds {
            let sum = i128::try_from(sum);
            let sum = sum.map_err(|_| StoreError::damaged("a sum is larger than any that can be"));
            billed.insert(quantity, sum?);
        }
    }
    Ok(billed)
}
