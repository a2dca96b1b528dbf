//! A closed month as it would be with everything that corrections speak of, held against what they say.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::{
        fold::Meter,
        quantity::{Quantity, Series},
        sample::Sample,
        tally::Detail,
    },
    period::{correction, metering},
    store::{
        corrections::Booked, error::StoreError, opened::Store, periods::Closed, revisions::Revision,
    },
};

/// The corrections of a month whose reading is not there: their numbers, and the names of the readings.
///
/// # Errors
/// The store's.
pub async fn unfounded(
    store: &Store,
    cluster: &ClusterName,
    month: &Closed,
    corrections: &[Booked],
) -> Result<Vec<(u64, Uuid)>, StoreError> {
    let mut unfounded = Vec::new();
    for booked in corrections.iter().filter(|it| it.month == month.month) {
        if store.entry(cluster, booked.reading).await?.is_none() {
            unfounded.push((booked.sequence, booked.reading));
        }
    }
    Ok(unfounded)
}

/// The quantities of which a month and its corrections do not add up to what its readings say by now.
///
/// # Errors
/// The store's.
pub async fn difference(
    store: &Store,
    cluster: &ClusterName,
    month: &Closed,
    corrections: &[Booked],
) -> Result<Vec<Quantity>, StoreError> {
    let ours: Vec<&Booked> = corrections
        .iter()
        .filter(|it| it.month == month.month)
        .collect();
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let mut said: BTreeMap<Quantity, i128> = BTreeMap::new();
    for (quantity, measured) in metering::read(&month.summary)?.quantities {
        if let Some(sum) = measured
            .unit_seconds
            .and_then(|sum| i128::try_from(sum).ok())
        {
            said.insert(quantity, sum);
        }
    }
    for booked in &ours {
        for change in correction::changes(booked)? {
            *said.entry(change.quantity).or_default() += change.by()?;
        }
    }
    // The last revision of each reading that is booked.
    let mut revised: HashMap<Uuid, Sample> = HashMap::new();
    let revisions = store.revisions(cluster).await?;
    let booked = |it: &&Revision| {
        let of = |booked: &Booked| booked.reading == it.reading && booked.revised == Some(it.at);
        it.closed && corrections.iter().any(of)
    };
    for revision in revisions.iter().filter(booked) {
        if let Some(stored) = store.entry(cluster, revision.reading).await? {
            let mut entry = stored.entry;
            entry.figures.clone_from(&revision.figures);
            revised.insert(revision.reading, entry.sample());
        }
    }
    let mut differ = Vec::new();
    for series in Series::ALL {
        let billed = store.samples(cluster, series, month.window).await?;
        let billed: Vec<Sample> = billed.try_collect().await?;
        let late = store.booked_late(cluster, series, month.window).await?;
        let inside = |sample: &Sample| month.window.holds(sample.second());
        let mut samples = BTreeMap::new();
        for sample in billed.into_iter().chain(late.into_iter().filter(inside)) {
            let revised = revised.get(&sample.id).filter(|_| inside(&sample));
            samples.insert((sample.at_ms, sample.id), *revised.unwrap_or(&sample));
        }
        let mut meter = Meter::new(series, month.window, Timestamp::MAX, Detail::Sums);
        samples.values().for_each(|sample| meter.read(sample));
        let tallies = meter.finish();
        for (quantity, tally) in series.quantities().iter().zip(&tallies.quantities) {
            let said = said.get(quantity).copied().unwrap_or_default();
            if i128::try_from(tally.unit_seconds) != Ok(said) {
                differ.push(*quantity);
            }
        }
    }
    Ok(differ)
}
