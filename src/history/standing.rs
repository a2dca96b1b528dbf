//! Which readings stood at a time: those that its figures come from.

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::{quantity::Series, window::Window},
    store::{entry::Stored, error::StoreError, opened::Store},
};

/// The readings that stood in this second, of storage and of compute, as far as one did. None has in a second that is yet
/// to come.
///
/// # Errors
/// When the store cannot be read.
pub async fn at(
    store: &Store,
    cluster: &ClusterName,
    second: i64,
    now: Timestamp,
) -> Result<Vec<Stored>, StoreError> {
    let mut standing = Vec::new();
    if second > now.as_second() {
        return Ok(standing);
    }
    let Ok(window) = Window::new(second, second.saturating_add(1)) else {
        return Ok(standing);
    };
    for series in Series::ALL {
        let samples = store.samples(cluster, series, window).await?;
        let samples: Vec<_> = samples.try_collect().await?;
        // Of several in one second the last one stands.
        let last = samples
            .last()
            .filter(|sample| second < sample.second().saturating_add(i64::from(sample.holds)));
        if let Some(sample) = last
            && let Some(stored) = store.entry(cluster, sample.id).await?
        {
            standing.push(stored);
        }
    }
    Ok(standing)
}
