//! Stretches of time, each with what it adds up to.

use crate::{
    history::{asked::Asked, point::Point, step::Step},
    meter::{
        fold::Meter, quantity::Series, sample::Sample, tallies::Tallies, tally::Detail,
        window::Window,
    },
    store::{error::StoreError, opened::Store},
};

/// The point of each of these windows, of which one follows upon the other; `None` where nothing was measured.
///
/// # Errors
/// `Pruned` where readings are gone that a window wants; when the store cannot be read.
pub async fn points(
    store: &Store,
    asked: &Asked<'_>,
    windows: &[Window],
) -> Result<Vec<(Window, Option<Point>)>, StoreError> {
    let mut series = Vec::with_capacity(Series::ALL.len());
    for one in Series::ALL {
        series.push(match asked.step {
            Step::Raw | Step::FiveMinutes => metered(store, asked, one, windows).await?,
            // These are rolled up already.
            Step::Hour | Step::Day | Step::Month => {
                let (cluster, now) = (asked.cluster, asked.now);
                let all = store.each_tallies(cluster, one, windows, now, Detail::Sums);
                all.await?
            }
        });
    }
    let mut columns: Vec<_> = series.into_iter().map(Vec::into_iter).collect();
    let point = |window: &Window| {
        let tallies: Vec<Tallies> = columns.iter_mut().filter_map(Iterator::next).collect();
        (*window, Point::stretch(*window, &tallies))
    };
    Ok(windows.iter().map(point).collect())
}

/// From the readings, each of which is looked at once. Why there is a gap is not asked for.
async fn metered(
    store: &Store,
    asked: &Asked<'_>,
    series: Series,
    windows: &[Window],
) -> Result<Vec<Tallies>, StoreError> {
    let mut all = Vec::with_capacity(windows.len());
    let ends = windows.first().zip(windows.last());
    let Some(Ok(whole)) = ends.map(|(first, last)| Window::new(first.from(), last.to())) else {
        return Ok(all);
    };
    let mut samples = store.samples(asked.cluster, series, whole).await?;
    let mut next = samples.try_next().await?;
    let mut standing: Option<Sample> = None;
    for window in windows {
        let mut meter = Meter::new(series, *window, asked.now, Detail::Sums);
        if let Some(sample) = &standing {
            meter.read(sample);
        }
        while let Some(sample) = next.filter(|sample| sample.second() < window.to()) {
            meter.read(&sample);
            standing = Some(sample);
            next = samples.try_next().await?;
        }
        all.push(meter.finish());
    }
    // Only now: what is pruned meanwhile was said to be so before.
    store.whole(asked.cluster, whole).await?;
    Ok(all)
}
