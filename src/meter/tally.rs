//! What one quantity adds up to over a time: an exact sum, how much of the time it was measured, and its peak.

use crate::meter::levels::Levels;

/// What is kept of a quantity beside its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Sums and peaks.
    Sums,
    /// For how long it stood at which value as well.
    Levels,
    /// As much of that as the 95th percentile of a window of so many seconds wants.
    P95(u64),
}

/// What one quantity adds up to. Nothing of it holds where `covered` is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Its value summed over every second in which it was measured: byte·seconds, or vCPU·seconds.
    pub unit_seconds: u128,
    /// In how many seconds it was measured.
    pub covered: u64,
    /// Its greatest value; `None` where it was never measured.
    pub peak: Option<Peak>,
    /// For how long it stood at which value; `None` where that was not kept.
    pub levels: Option<Levels>,
}

/// The greatest value that stood for at least one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The value.
    pub value: u64,
    /// The second in which it first stood.
    pub at: i64,
}

impl Tally {
    /// Nothing yet.
    pub fn new(detail: Detail) -> Tally {
        let levels = match detail {
            Detail::Sums => None,
            Detail::Levels => Some(Levels::default()),
            Detail::P95(seconds) => Some(Levels::upper(seconds)),
        };
        Tally {
            levels,
            ..Tally::default()
        }
    }

    /// The value stood for so many seconds, from this one on. Times are added in their order.
    pub fn add(&mut self, value: u64, at: i64, seconds: u64) {
        if seconds == 0 {
            return;
        }
        self.unit_seconds += u128::from(value) * u128::from(seconds);
        self.covered += seconds;
        self.raise(Peak { value, at });
        if let Some(levels) = &mut self.levels {
            levels.add(value, seconds);
        }
    }

    /// What a later time adds.
    pub fn join(&mut self, later: &Tally) {
        match (&mut self.levels, &later.levels) {
            (Some(levels), Some(others)) => levels.join(others),
            // Nothing was measured, so that nothing is lacking.
            (Some(_), None) if later.covered == 0 => {}
            (_, others) if self.covered == 0 => self.levels.clone_from(others),
            (levels, _) => *levels = None,
        }
        self.unit_seconds += later.unit_seconds;
        self.covered += later.covered;
        if let Some(peak) = later.peak {
            self.raise(peak);
        }
    }

    /// Its mean over the time in which it was measured, to the nearest whole one, halves up; `None` where that is none.
    pub fn mean(&self) -> Option<u64> {
        let covered = u128::from(self.covered);
        let doubled = (self.unit_seconds.checked_mul(2)?).checked_add(covered)?;
        doubled.checked_div(covered * 2)?.try_into().ok()
    }

    /// The least value that it stood at or below for at least 95 % of the time in which it was measured; `None` where
    /// that is none, or the values were not kept.
    pub fn p95(&self) -> Option<u64> {
        self.levels.as_ref()?.p95()
    }

    fn raise(&mut self, peak: Peak) {
        if self.peak.is_none_or(|known| known.value < peak.value) {
            self.peak = Some(peak);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(detail: Detail, runs: &[(u64, i64, u64)]) -> Tally {
        let mut tally = Tally::new(detail);
        for (value, at, seconds) in runs {
            tally.add(*value, *at, *seconds);
        }
        tally
    }

    #[test]
    fn the_peak_is_the_first_of_the_greatest_and_stood_for_a_second() {
        let tally = tally(
            Detail::Sums,
            &[(3, 0, 9), (7, 9, 1), (9, 10, 0), (7, 20, 5)],
        );
        assert_eq!(tally.peak, Some(Peak { value: 7, at: 9 }));
        assert_eq!((tally.unit_seconds, tally.covered), (27 + 7 + 35, 15));
    }

    #[test]
    fn the_mean_is_weighted_by_time_and_halves_go_up() {
        assert_eq!(tally(Detail::Sums, &[]).mean(), None);
        assert_eq!(tally(Detail::Sums, &[(0, 0, 60)]).mean(), Some(0));
        assert_eq!(tally(Detail::Sums, &[(1, 0, 1), (2, 1, 1)]).mean(), Some(2));
        assert_eq!(
            tally(Detail::Sums, &[(1, 0, 51), (2, 51, 49)]).mean(),
            Some(1)
        );
        let decade = 10 * 366 * 86_400;
        let full = tally(Detail::Levels, &[(u64::MAX, 0, decade)]);
        assert_eq!((full.mean(), full.p95()), (Some(u64::MAX), Some(u64::MAX)));
        assert_eq!(full.unit_seconds, u128::from(u64::MAX) * u128::from(decade));
    }

    #[test]
    fn a_percentile_of_a_part_is_not_passed_off_as_one_of_the_whole() {
        let with = tally(Detail::Levels, &[(5, 0, 60)]);
        let without = tally(Detail::Sums, &[(5, 60, 60)]);
        let empty = tally(Detail::Sums, &[]);
        let joined = |one: &Tally, other: &Tally| {
            let mut one = one.clone();
            one.join(other);
            one.p95()
        };
        assert_eq!(joined(&with, &without), None);
        assert_eq!(joined(&without, &with), None);
        assert_eq!(joined(&with, &empty), Some(5));
        assert_eq!(joined(&empty, &with), Some(5));
        assert_eq!(joined(&empty, &without), None);
    }
}
