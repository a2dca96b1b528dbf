//! What the raw readings of a series add up to.

use jiff::Timestamp;

use crate::{
    meter::{
        fold::{Meter, Miss},
        quantity::Series,
        sample::Sample,
        tallies::Tallies,
        tally::Detail,
        window::Window,
    },
    store::{error::StoreError, opened::Store},
};

/// The readings and absences of a window, with the last ones before it, in the order of their times.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) samples: Vec<Sample>,
    pub(crate) misses: Vec<Miss>,
}

impl Store {
    /// The readings and absences of this window, to be added up over parts of it.
    pub(crate) async fn raw(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
    ) -> Result<Raw, StoreError> {
        let samples = self.numbered_samples(cluster, series, window).await?;
        Ok(Raw {
            samples: samples.try_collect().await?,
            misses: self.misses(cluster, series, window).await?,
        })
    }

    /// What a window adds up to, read row by row.
    pub(crate) async fn raw_tallies(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
        now: Timestamp,
        detail: Detail,
    ) -> Result<Tallies, StoreError> {
        let misses = self.misses(cluster, series, window).await?;
        let mut misses = misses.into_iter().peekable();
        let mut meter = Meter::new(series, window, now, detail);
        let mut samples = self.numbered_samples(cluster, series, window).await?;
        while let Some(sample) = samples.try_next().await? {
            while let Some(miss) = misses.next_if(|miss| miss.at_ms < sample.at_ms) {
                meter.miss(miss);
            }
            meter.read(&sample);
        }
        misses.for_each(|miss| meter.miss(miss));
        Ok(meter.finish())
    }
}

impl Raw {
    /// What a part of the window adds up to, which may be any part.
    pub(crate) fn tallies(
        &self,
        series: Series,
        part: Window,
        now: Timestamp,
        detail: Detail,
    ) -> Tallies {
        let mut meter = Meter::new(series, part, now, detail);
        let samples = within(&self.samples, part, |sample| sample.at_ms);
        let misses = within(&self.misses, part, |miss| miss.at_ms);
        let mut misses = misses.iter().copied().peekable();
        for sample in samples {
            while let Some(miss) = misses.next_if(|miss| miss.at_ms < sample.at_ms) {
                meter.miss(miss);
            }
            meter.read(sample);
        }
        misses.for_each(|miss| meter.miss(miss));
        meter.finish()
    }
}

/// Those in a window, and the last one before it.
fn within<T>(all: &[T], window: Window, at_ms: impl Fn(&T) -> i64) -> &[T] {
    let before = |second: i64| all.partition_point(|it| at_ms(it).div_euclid(1000) < second);
    let first = before(window.from()).saturating_sub(1);
    all.get(first..before(window.to())).unwrap_or_default()
}
