//! The fold: readings and absences in, in order of time, and out comes what they add up to over a window.
//!
//! A reading counts from the second in which it was observed until the next one, at most for as long as it holds. What
//! lies beyond is a gap. Its reason is the newest absence since that reading for as long as that one holds, and after
//! it that nobody asked. Whatever holds in a second follows from the reading and the absence before it, so that windows
//! that meet add up to the whole, however it is split.

use jiff::Timestamp;

use crate::{
    meter::{
        gap::{GapReason, Quantities},
        quantity::Series,
        sample::Sample,
        tallies::{Mark, Tallies},
        tally::Detail,
        window::Window,
    },
    reason::Code,
};

/// A time at which the source was asked and gave no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss {
    /// When that was known, in milliseconds since 1970.
    pub at_ms: i64,
    /// For how many seconds it explains a gap: `max_age`, as for a reading.
    pub holds: u32,
    /// Why there was none.
    pub code: Code,
}

/// Takes readings and absences in, in order of time.
#[derive(Debug)]
pub struct Meter {
    tallies: Tallies,
    all: Quantities,
    /// Up to which second everything is told.
    told: i64,
    /// The second behind the last one that is measured: the end of the window, or now.
    end: i64,
    standing: Option<Sample>,
    missed: Option<Miss>,
}

impl Meter {
    /// Over a window, as far as it is over: what is later than `now` is still to come.
    pub fn new(series: Series, window: Window, now: Timestamp, detail: Detail) -> Meter {
        Meter {
            tallies: Tallies::new(series, window, detail),
            all: Quantities::of(series.quantities()),
            told: window.from(),
            end: window.to().min(now.as_millisecond().div_euclid(1000)),
            standing: None,
            missed: None,
        }
    }

    /// The next reading: of those before the window the last one is enough. Readings come in the order of their time
    /// and name; the same one again changes nothing.
    pub fn read(&mut self, sample: &Sample) {
        let after = |last: &Sample| Mark::from(last) < Mark::from(sample);
        if self.standing.as_ref().is_some_and(|last| !after(last)) {
            return;
        }
        let second = sample.second();
        self.tell(second);
        if second >= self.tallies.window.from() && second < self.end {
            self.tallies.observe(sample);
        }
        self.standing = Some(*sample);
    }

    /// The next absence, in its order among the readings: of those before the window the last one is enough.
    pub fn miss(&mut self, miss: Miss) {
        self.tell(miss.at_ms.div_euclid(1000));
        self.missed = Some(miss);
    }

    /// What it adds up to.
    pub fn finish(mut self) -> Tallies {
        self.tell(self.end);
        let window = self.tallies.window;
        if let Ok(ahead) = Window::new(self.end.max(window.from()), window.to()) {
            self.tallies.miss(ahead, GapReason::Future, self.all);
        }
        for tally in &mut self.tallies.quantities {
            // Of what was never measured there is nothing to keep.
            tally.levels = tally.levels.take().filter(|_| tally.covered > 0);
        }
        self.tallies
    }

    /// Tells of every second before this one.
    fn tell(&mut self, second: i64) {
        let until = second.min(self.end);
        while let Ok(left) = Window::new(self.told, until) {
            self.told = match &self.standing {
                Some(sample) if left.from() < ends(sample.second(), sample.holds) => {
                    let to = left.to().min(ends(sample.second(), sample.holds));
                    stand(&mut self.tallies, self.all, sample, left.from(), to);
                    to
                }
                _ => self.lack(left),
            };
        }
    }

    /// No reading stood from the first second on. Returns up to where there is one reason for it.
    fn lack(&mut self, left: Window) -> i64 {
        let read = self.standing.as_ref().map(|sample| sample.at_ms);
        let since = self
            .missed
            .filter(|miss| read.is_none_or(|at| at <= miss.at_ms));
        let told = since.filter(|miss| left.from() < ends(miss.at_ms.div_euclid(1000), miss.holds));
        let (to, reason) = match told {
            Some(miss) => {
                let to = ends(miss.at_ms.div_euclid(1000), miss.holds);
                (left.to().min(to), GapReason::Failed(miss.code))
            }
            None => (left.to(), GapReason::NotRunning),
        };
        if let Ok(window) = Window::new(left.from(), to) {
            self.tallies.miss(window, reason, self.all);
        }
        to
    }
}

/// The reading stood from one second to another.
fn stand(tallies: &mut Tallies, all: Quantities, sample: &Sample, from: i64, to: i64) {
    let seconds = to.abs_diff(from);
    let mut missing = Quantities::default();
    let places = tallies.quantities.iter_mut().zip(&sample.values);
    for (quantity, (tally, value)) in tallies.series.quantities().iter().zip(places) {
        match value {
            Some(value) => tally.add(*value, from, seconds),
            None => missing.insert(*quantity),
        }
    }
    if missing != all {
        tallies.covered += seconds;
    }
    if !missing.is_empty()
        && let Ok(window) = Window::new(from, to)
    {
        tallies.miss(window, GapReason::NotGiven, missing);
    }
    tallies.come_from(sample.source);
}

/// The second behind the last one in which something holds that begins in this one.
fn ends(second: i64, holds: u32) -> i64 {
    second.saturating_add(holds.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{gap::Gap, quantity::Quantity, sample::WIDEST, tally::Peak};
    use uuid::Uuid;

    const HOLDS: u32 = 100;

    fn sample(at_ms: i64, used: Option<u64>) -> Sample {
        let mut values = [Some(1); WIDEST];
        values[Quantity::LogicalUsed.place()] = used;
        Sample {
            at_ms,
            holds: HOLDS,
            id: Uuid::from_u128(at_ms.unsigned_abs().into()),
            source: 2,
            values,
        }
    }

    fn missed(at_ms: i64) -> Miss {
        Miss {
            at_ms,
            holds: HOLDS,
            code: Code::CommandTimeout,
        }
    }

    fn meter(from: i64, to: i64, now: i64) -> Meter {
        let window = Window::new(from, to).unwrap();
        let now = Timestamp::from_second(now).unwrap();
        Meter::new(Series::Storage, window, now, Detail::Levels)
    }

    fn gap(from: i64, to: i64, reason: GapReason, quantities: &[Quantity]) -> Gap {
        Gap {
            window: Window::new(from, to).unwrap(),
            reason,
            quantities: Quantities::of(quantities),
        }
    }

    #[test]
    fn a_reading_stands_from_its_second_until_the_next_one_and_no_longer_than_it_holds() {
        let mut meter = meter(1000, 2000, 9999);
        meter.read(&sample(950_000, Some(7)));
        meter.read(&sample(1_010_999, Some(9)));
        meter.read(&sample(1_020_000, None));
        meter.miss(missed(1_110_000));
        meter.miss(missed(1_150_000));
        meter.read(&sample(1_300_000, Some(9)));
        meter.read(&sample(2_000_000, Some(99)));
        let tallies = meter.finish();
        let used = tallies.of(Quantity::LogicalUsed).unwrap();
        assert_eq!(used.unit_seconds, 7 * 10 + 9 * 10 + 9 * 100);
        assert_eq!((used.covered, tallies.covered), (120, 220));
        assert_eq!(used.peak, Some(Peak { value: 9, at: 1010 }));
        assert_eq!((used.p95(), used.mean()), (Some(9), Some(9)));
        assert_eq!((tallies.readings, tallies.sources), (3, 0b100));
        assert_eq!(tallies.first.map(|it| it.at_ms), Some(1_010_999));
        assert_eq!(tallies.last.map(|it| it.at_ms), Some(1_300_000));
        let (all, failed) = (
            Series::Storage.quantities(),
            GapReason::Failed(Code::CommandTimeout),
        );
        let gaps = [
            gap(1020, 1120, GapReason::NotGiven, &[Quantity::LogicalUsed]),
            gap(1120, 1250, failed, all),
            gap(1250, 1300, GapReason::NotRunning, all),
            gap(1400, 2000, GapReason::NotRunning, all),
        ];
        assert_eq!(tallies.gaps, gaps);
        assert_eq!(tallies.of(Quantity::RamReserved), None);
    }

    #[test]
    fn what_is_to_come_is_a_gap_and_not_measured() {
        let mut later = meter(0, 100, 40);
        later.read(&sample(0, Some(5)));
        later.read(&sample(40_000, Some(6)));
        let tallies = later.finish();
        let all = Series::Storage.quantities();
        assert_eq!(tallies.gaps, [gap(40, 100, GapReason::Future, all)]);
        assert_eq!((tallies.covered, tallies.readings), (40, 1));
        let tallies = meter(50, 100, 40).finish();
        assert_eq!(tallies.gaps, [gap(50, 100, GapReason::Future, all)]);
        assert_eq!(tallies.of(Quantity::LogicalUsed).unwrap().mean(), None);
    }

    #[test]
    fn a_failure_before_the_last_reading_explains_nothing() {
        let mut meter = meter(0, 400, 400);
        meter.miss(missed(30_500));
        meter.read(&sample(30_501, Some(5)));
        let all = Series::Storage.quantities();
        let gaps = [
            gap(0, 30, GapReason::NotRunning, all),
            gap(130, 400, GapReason::NotRunning, all),
        ];
        assert_eq!(meter.finish().gaps, gaps);
    }

    #[test]
    fn of_two_readings_in_one_second_the_later_one_stands_and_the_same_one_counts_once() {
        let mut meter = meter(0, 10, 10);
        meter.read(&sample(0, Some(1)));
        meter.read(&sample(500, Some(2)));
        meter.read(&sample(500, Some(2)));
        meter.read(&sample(0, Some(1)));
        let tallies = meter.finish();
        assert_eq!(tallies.of(Quantity::LogicalUsed).unwrap().unit_seconds, 20);
        assert_eq!(tallies.readings, 2);
    }
}
