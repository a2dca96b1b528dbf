//! What a window adds up to, asked second by second of all that ever was: slow, and without one thought of the meter's.

use std::collections::BTreeMap;
use uuid::Uuid;
use vhi_usage::meter::{
    fold::Miss,
    gap::GapReason,
    quantity::{Quantity, Series},
    sample::Sample,
    tallies::{Mark, Tallies},
    window::Window,
};

/// What is said of one quantity.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) unit_seconds: u128,
    pub(crate) covered: u64,
    pub(crate) peak: Option<(u64, i64)>,
    pub(crate) mean: Option<u64>,
    pub(crate) p95: Option<u64>,
    /// Each second that is not covered, with its reason.
    pub(crate) gaps: BTreeMap<i64, GapReason>,
}

/// What is said of the readings of a window: how many, of which sources, the first, the last.
pub(crate) type Readings = (u64, u32, Option<(i64, Uuid)>, Option<(i64, Uuid)>);

/// All that was observed, in whatever order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) readings: Vec<Sample>,
    pub(crate) misses: Vec<Miss>,
}

fn second(at_ms: i64) -> i64 {
    at_ms.div_euclid(1000)
}

impl Past {
    /// The last reading that was observed in this second or before it.
    fn last(&self, at: i64) -> Option<&Sample> {
        let seen = self.readings.iter().filter(|it| second(it.at_ms) <= at);
        seen.max_by_key(|it| (it.at_ms, it.id))
    }

    /// The value of a quantity in a second, or why there is none.
    fn value(&self, quantity: Quantity, at: i64, now: i64) -> Result<u64, GapReason> {
        if at >= now {
            return Err(GapReason::Future);
        }
        let last = self.last(at);
        if let Some(last) = last
            && at - second(last.at_ms) < i64::from(last.holds)
        {
            return last.values[quantity.place()].ok_or(GapReason::NotGiven);
        }
        let newest = self.misses.iter().filter(|it| second(it.at_ms) <= at);
        match newest.max_by_key(|it| it.at_ms) {
            Some(miss)
                if last.is_none_or(|it| it.at_ms <= miss.at_ms)
                    && at - second(miss.at_ms) < i64::from(miss.holds) =>
            {
                Err(GapReason::Failed(miss.code))
            }
            _ => Err(GapReason::NotRunning),
        }
    }

    /// What a quantity adds up to.
    pub(crate) fn said(&self, quantity: Quantity, window: Window, now: i64) -> Said {
        let mut said = Said::default();
        let mut values = Vec::new();
        for at in window.from()..window.to() {
            match self.value(quantity, at, now) {
                Err(reason) => {
                    said.gaps.insert(at, reason);
                }
                Ok(value) => {
                    values.push(value);
                    said.unit_seconds += u128::from(value);
                    said.covered += 1;
                    if said.peak.is_none_or(|(highest, _)| value > highest) {
                        said.peak = Some((value, at));
                    }
                }
            }
        }
        values.sort_unstable();
        // 95 of every 100 seconds, and what is left of a second is a whole one.
        let needed = (values.len() * 95).div_ceil(100);
        said.p95 = needed.checked_sub(1).map(|at| values[at]);
        let count = values.len() as u128;
        said.mean = (count > 0).then(|| {
            let (whole, rest) = (said.unit_seconds / count, said.unit_seconds % count);
            u64::try_from(whole + u128::from(rest * 2 >= count)).unwrap()
        });
        said
    }

    /// What is said of the readings of a window.
    pub(crate) fn counted(&self, window: Window, now: i64) -> Readings {
        let inside = |it: &&Sample| window.holds(second(it.at_ms)) && second(it.at_ms) < now;
        let mut marks: Vec<(i64, Uuid)> = self
            .readings
            .iter()
            .filter(inside)
            .map(|it| (it.at_ms, it.id))
            .collect();
        marks.sort_unstable();
        marks.dedup();
        let stood = |at: i64| {
            self.last(at)
                .filter(|it| at - second(it.at_ms) < i64::from(it.holds))
        };
        let standing = (window.from()..window.to().min(now)).filter_map(stood);
        let sources = self
            .readings
            .iter()
            .filter(inside)
            .chain(standing)
            .fold(0, |bits, it| bits | 1 << it.source);
        (
            marks.len() as u64,
            sources,
            marks.first().copied(),
            marks.last().copied(),
        )
    }
}

/// What the meter says of a quantity, in the same words.
pub(crate) fn told(tallies: &Tallies, quantity: Quantity) -> Said {
    let tally = tallies.of(quantity).unwrap();
    let mut gaps = BTreeMap::new();
    for gap in &tallies.gaps {
        if gap.quantities.holds(quantity) {
            for at in gap.window.from()..gap.window.to() {
                assert_eq!(gaps.insert(at, gap.reason), None, "{at} lies in two gaps");
            }
        }
    }
    Said {
        unit_seconds: tally.unit_seconds,
        covered: tally.covered,
        peak: tally.peak.map(|peak| (peak.value, peak.at)),
        mean: tally.mean(),
        p95: tally.p95(),
        gaps,
    }
}

/// What the meter says of the readings, in the same words.
pub(crate) fn told_readings(tallies: &Tallies) -> Readings {
    let mark = |mark: Option<Mark>| mark.map(|it| (it.at_ms, it.id));
    let (first, last) = (mark(tallies.first), mark(tallies.last));
    (tallies.readings, tallies.sources, first, last)
}

/// Every quantity of the series that is drawn.
pub(crate) const SERIES: Series = Series::Compute;
