//! What a window adds up to: from the raw readings and nothing that was made of them, where it is to be proven, or from
//! roll-ups where these suffice.

use futures_util::TryStreamExt;
use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::{
        fold::{Meter, Miss},
        quantity::Series,
        tallies::Tallies,
        tally::Detail,
        window::Window,
    },
    statement::summary::Summary,
    store::{entry::Absence, error::StoreError, opened::Store, origin::Role},
};

/// What a series adds up to by its raw readings, without those that came late.
///
/// # Errors
/// `Pruned` where some of them are gone; the store's.
pub async fn tallies(
    store: &Store,
    cluster: &ClusterName,
    series: Series,
    window: Window,
    now: Timestamp,
) -> Result<Tallies, StoreError> {
    let role = match series {
        Series::Storage => Role::Storage,
        Series::Compute => Role::Compute,
    };
    let absences = store.absences(cluster, role, window).await?;
    let absences: Vec<Absence> = absences.try_collect().await?;
    let mut absences = absences.iter().map(miss).peekable();
    let mut meter = Meter::new(series, window, now, Detail::P95(window.seconds()));
    let mut samples = store.samples(cluster, series, window).await?;
    while let Some(sample) = samples.try_next().await? {
        while let Some(miss) = absences.next_if(|miss| miss.at_ms < sample.at_ms) {
            meter.miss(miss);
        }
        meter.read(&sample);
    }
    absences.for_each(|miss| meter.miss(miss));
    // Only now: what is pruned meanwhile was said to be so before.
    store.whole(cluster, window).await?;
    Ok(meter.finish())
}

/// The summary of a window by its raw readings.
///
/// # Errors
/// `Pruned` where some of them are gone; the store's.
pub async fn summary(
    store: &Store,
    cluster: &ClusterName,
    window: Window,
    now: Timestamp,
) -> Result<Summary, StoreError> {
    let storage = tallies(store, cluster, Series::Storage, window, now).await?;
    let compute = tallies(store, cluster, Series::Compute, window, now).await?;
    told(cluster, &storage, &compute)
}

/// The same summary, from whole hours where these are rolled up and from raw readings beside them.
///
/// # Errors
/// `Pruned` where an edge lies in a time of which only whole hours are kept; the store's.
pub async fn rolled(
    store: &Store,
    cluster: &ClusterName,
    window: Window,
    now: Timestamp,
) -> Result<Summary, StoreError> {
    let detail = Detail::P95(window.seconds());
    let of = |series| store.tallies(cluster, series, window, now, detail);
    let (storage, compute) = tokio::try_join!(of(Series::Storage), of(Series::Compute))?;
    told(cluster, &storage, &compute)
}

fn told(
    cluster: &ClusterName,
    storage: &Tallies,
    compute: &Tallies,
) -> Result<Summary, StoreError> {
    Summary::new(cluster, storage, compute)
        .ok_or_else(|| StoreError::damaged("a window lies beyond all times"))
}

/// A summary as it is kept and sealed: its JSON in one line.
///
/// # Errors
/// `Damaged`; a summary can always be written.
pub fn written(summary: &Summary) -> Result<String, StoreError> {
    let text = serde_json::to_string(summary);
    text.map_err(|error| StoreError::damaged(format!("a summary cannot be written: {error}")))
}

/// A summary that was kept.
///
/// # Errors
/// `Damaged`.
pub fn read(text: &str) -> Result<Summary, StoreError> {
    let summary = serde_json::from_str(text);
    summary.map_err(|error| StoreError::damaged(format!("a kept summary cannot be read: {error}")))
}

fn miss(absence: &Absence) -> Miss {
    Miss {
        at_ms: absence.at.as_millisecond(),
        holds: absence.holds,
        code: absence.code,
    }
}
