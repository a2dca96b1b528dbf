//! What a series adds up to over a window: every quantity, the gaps, and which readings that comes from.

use uuid::Uuid;

use crate::meter::{
    gap::{Gap, GapReason, Quantities},
    quantity::{Quantity, Series},
    sample::Sample,
    tally::{Detail, Tally},
    window::Window,
};

/// What a series adds up to over a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tallies {
    /// Which quantities.
    pub series: Series,
    /// Over which time.
    pub window: Window,
    /// In how many seconds at least one quantity was measured.
    pub covered: u64,
    /// Each quantity, at its place in the series.
    pub quantities: Vec<Tally>,
    /// When something was not measured, in order of time; no second of a quantity lies in two.
    pub gaps: Vec<Gap>,
    /// How many readings were observed in the window.
    pub readings: u64,
    /// A bit for the number of each source whose readings were observed in the window, or stood in it.
    pub sources: u32,
    /// The first reading that was observed in the window; `None` where none was.
    pub first: Option<Mark>,
    /// The last one.
    pub last: Option<Mark>,
}

/// A reading, by its name and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When it was observed, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its name.
    pub id: Uuid,
}

impl From<&Sample> for Mark {
    fn from(sample: &Sample) -> Mark {
        Mark {
            at_ms: sample.at_ms,
            id: sample.id,
        }
    }
}

impl Tallies {
    /// Nothing yet.
    pub fn new(series: Series, window: Window, detail: Detail) -> Tallies {
        let quantities = series.quantities().iter();
        Tallies {
            series,
            window,
            covered: 0,
            quantities: quantities.map(|_| Tally::new(detail)).collect(),
            gaps: Vec::new(),
            readings: 0,
            sources: 0,
            first: None,
            last: None,
        }
    }

    /// What this quantity adds up to; `None` for one of another series.
    pub fn of(&self, quantity: Quantity) -> Option<&Tally> {
        let ours = quantity.series() == self.series;
        ours.then(|| self.quantities.get(quantity.place()))?
    }

    /// Together with the window that follows at once; `None` where the other one does not, or is of another series.
    pub fn join(mut self, later: &Tallies) -> Option<Tallies> {
        let meet = self.series == later.series && self.window.to() == later.window.from();
        if !meet {
            return None;
        }
        self.window = Window::new(self.window.from(), later.window.to()).ok()?;
        self.covered += later.covered;
        for (ours, theirs) in self.quantities.iter_mut().zip(&later.quantities) {
            ours.join(theirs);
        }
        for gap in &later.gaps {
            self.miss(gap.window, gap.reason, gap.quantities);
        }
        self.readings += later.readings;
        self.sources |= later.sources;
        self.first = self.first.or(later.first);
        self.last = later.last.or(self.last);
        Some(self)
    }

    /// Forgets what is not wanted of the levels.
    pub fn narrow(&mut self, detail: Detail) {
        for tally in &mut self.quantities {
            match detail {
                Detail::Sums => tally.levels = None,
                Detail::Levels => {}
                Detail::P95(seconds) => tally.levels.iter_mut().for_each(|it| it.narrow(seconds)),
            }
        }
    }

    /// A reading was observed in the window. They come in their order.
    pub fn observe(&mut self, sample: &Sample) {
        let mark = Mark::from(sample);
        self.readings += 1;
        self.first = self.first.or(Some(mark));
        self.last = Some(mark);
        self.come_from(sample.source);
    }

    /// A reading of this source has a part in the window.
    pub fn come_from(&mut self, source: u8) {
        self.sources |= 1_u32.checked_shl(source.into()).unwrap_or_default();
    }

    /// These quantities were not measured then, which is later than what was missed before. Gaps that meet and say the
    /// same become one.
    pub fn miss(&mut self, window: Window, reason: GapReason, quantities: Quantities) {
        if let Some(last) = self.gaps.last_mut()
            && last.window.to() == window.from()
            && (last.reason, last.quantities) == (reason, quantities)
            && let Ok(both) = Window::new(last.window.from(), window.to())
        {
            last.window = both;
            return;
        }
        self.gaps.push(Gap {
            window,
            reason,
            quantities,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(series: Series, from: i64, to: i64) -> Tallies {
        Tallies::new(series, Window::new(from, to).unwrap(), Detail::Levels)
    }

    #[test]
    fn only_windows_that_meet_are_joined() {
        let one = || tallies(Series::Storage, 0, 60);
        let whole = one().join(&tallies(Series::Storage, 60, 90)).unwrap();
        assert_eq!(whole.window, Window::new(0, 90).unwrap());
        assert_eq!(one().join(&tallies(Series::Storage, 61, 90)), None);
        assert_eq!(one().join(&tallies(Series::Storage, 59, 90)), None);
        assert_eq!(one().join(&tallies(Series::Compute, 60, 90)), None);
    }

    #[test]
    fn gaps_that_meet_and_say_the_same_become_one() {
        let all = Quantities::of(Series::Storage.quantities());
        let some = Quantities::of(&[Quantity::LogicalUsed]);
        let (mut one, mut other) = (
            tallies(Series::Storage, 0, 60),
            tallies(Series::Storage, 60, 120),
        );
        let at = |from, to| Window::new(from, to).unwrap();
        one.miss(at(30, 60), GapReason::NotRunning, all);
        other.miss(at(60, 70), GapReason::NotRunning, all);
        other.miss(at(70, 80), GapReason::NotGiven, all);
        other.miss(at(80, 90), GapReason::NotGiven, some);
        other.miss(at(91, 92), GapReason::NotGiven, some);
        let gaps = one.join(&other).unwrap().gaps;
        let windows: Vec<Window> = gaps.iter().map(|gap| gap.window).collect();
        assert_eq!(windows, [at(30, 70), at(70, 80), at(80, 90), at(91, 92)]);
    }
}
