//! What a series adds up to as few bytes, for rows that are kept for years.
//!
//! ```text
//! form, covered, readings, sources, first and last reading, gaps, then each quantity
//! ```
//!
//! Numbers are of variable length (seven bits a byte, the lowest first), times are counted from the window's start.

use uuid::Uuid;

use crate::meter::{
    gap::{Gap, GapReason, Quantities},
    levels::Levels,
    quantity::Series,
    tallies::{Mark, Tallies},
    tally::{Peak, Tally},
    varint::{Input, Out},
    window::Window,
};

/// The form of what follows. What was written in it is read for ever: a change is a further one.
const FORM: u8 = 1;

impl Tallies {
    /// As bytes, without series and window. Levels of which some are forgotten are left out.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Out(vec![FORM]);
        let from = self.window.from();
        out.number(self.covered);
        out.number(self.readings);
        out.number(self.sources);
        for mark in [self.first, self.last] {
            out.number(u8::from(mark.is_some()));
            if let Some(mark) = mark {
                out.number(mark.at_ms.abs_diff(from.saturating_mul(1000)));
                out.0.extend(mark.id.as_bytes());
            }
        }
        out.count(self.gaps.len());
        let mut told = from;
        for gap in &self.gaps {
            out.number(gap.window.from().abs_diff(told));
            out.number(gap.window.seconds());
            out.number(gap.quantities.bits());
            // By its word: numbers of reasons may change from release to release.
            out.count(gap.reason.name().len());
            out.0.extend(gap.reason.name().as_bytes());
            told = gap.window.to();
        }
        for tally in &self.quantities {
            out.tally(tally, from);
        }
        out.0
    }

    /// What was packed so, of this series over this window; `None` for any other bytes.
    pub fn unpack(bytes: &[u8], series: Series, window: Window) -> Option<Tallies> {
        let mut input = Input(bytes);
        if input.bytes(1)? != [FORM] {
            return None;
        }
        let covered = input.seconds(window)?;
        let readings = u32::try_from(input.number()?).ok()?.into();
        let sources = input.number()?.try_into().ok()?;
        let (first, last) = (input.mark(window)?, input.mark(window)?);
        let mut gaps = Vec::new();
        let mut told = window.from();
        for _ in 0..input.number()? {
            let gap = input.gap(window, told)?;
            told = gap.window.to();
            gaps.push(gap);
        }
        let quantities = series.quantities().iter();
        let quantities = quantities
            .map(|_| input.tally(window))
            .collect::<Option<_>>()?;
        input.0.is_empty().then_some(Tallies {
            series,
            window,
            covered,
            quantities,
            gaps,
            readings,
            sources,
            first,
            last,
        })
    }
}

impl Out {
    /// Nothing but a 0 where it was never measured. Values are in their order, each less the one before it.
    fn tally(&mut self, tally: &Tally, from: i64) {
        self.number(tally.covered);
        let Some(peak) = tally.peak else { return };
        self.number(tally.unit_seconds);
        self.number(peak.value);
        self.number(peak.at.abs_diff(from));
        let levels = tally.levels.as_ref().and_then(Levels::ordered);
        let levels = levels.unwrap_or_default();
        self.count(levels.len());
        let mut below = 0;
        for (value, seconds) in levels {
            self.number(value - below);
            self.number(seconds);
            below = value;
        }
    }
}

impl Input<'_> {
    /// No more than the window has.
    fn seconds(&mut self, window: Window) -> Option<u64> {
        self.number().filter(|seconds| *seconds <= window.seconds())
    }

    fn mark(&mut self, window: Window) -> Option<Option<Mark>> {
        match self.number()? {
            0 => return Some(None),
            1 => {}
            _ => return None,
        }
        let at_ms = window
            .from()
            .checked_mul(1000)?
            .checked_add_unsigned(self.number()?)?;
        let id = Uuid::from_slice(self.bytes(16)?).ok()?;
        window
            .holds(at_ms.div_euclid(1000))
            .then_some(Some(Mark { at_ms, id }))
    }

    fn gap(&mut self, within: Window, told: i64) -> Option<Gap> {
        let from = told.checked_add_unsigned(self.number()?)?;
        let to = from.checked_add_unsigned(self.number()?)?;
        let window = Window::new(from, to).ok()?;
        let quantities = Quantities::from_bits(self.number()?.try_into().ok()?)?;
        let length = self.number()?.try_into().ok()?;
        let reason = GapReason::named(str::from_utf8(self.bytes(length)?).ok()?)?;
        (window.to() <= within.to()).then_some(Gap {
            window,
            reason,
            quantities,
        })
    }

    fn tally(&mut self, window: Window) -> Option<Tally> {
        let covered = self.seconds(window)?;
        if covered == 0 {
            return Some(Tally::default());
        }
        let unit_seconds = self.long()?;
        let greatest = self.number()?;
        let at = window.from().checked_add_unsigned(self.number()?)?;
        let peak = Peak {
            value: window.holds(at).then_some(greatest)?,
            at,
        };
        let (runs, mut value, mut stood) = (self.number()?, 0_u64, 0_u64);
        // Each takes two bytes at least.
        let room = usize::try_from(runs).ok()?.min(self.0.len() / 2);
        let mut levels = Levels::with_capacity(room);
        for _ in 0..runs {
            value = value.checked_add(self.number()?)?;
            let seconds = self.number()?;
            stood = stood.checked_add(seconds)?;
            levels.add(value, seconds);
        }
        // Either none of them was kept, or all of them.
        let kept = runs == 0 || (stood == covered && value == peak.value);
        let fits = unit_seconds <= u128::from(peak.value) * u128::from(covered);
        (kept && fits).then_some(Tally {
            unit_seconds,
            covered,
            peak: Some(peak),
            levels: (runs > 0).then_some(levels),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        meter::{quantity::Quantity, sample::Sample, tally::Detail},
        reason::Code,
    };

    const WINDOW: (i64, i64) = (-7200, -3600);

    fn window() -> Window {
        Window::new(WINDOW.0, WINDOW.1).unwrap()
    }

    fn filled(series: Series, detail: Detail) -> Tallies {
        let mut tallies = Tallies::new(series, window(), detail);
        let readings = [(-7_199_999, u64::MAX), (-7_100_000, 0), (-3_600_001, 7)];
        for (at_ms, value) in readings {
            let id = Uuid::from_u128(u128::MAX - u128::from(value));
            let sample = Sample {
                at_ms,
                holds: 900,
                id,
                source: 31,
                values: Default::default(),
            };
            tallies.observe(&sample);
            let wide = tallies.quantities.len() - 1;
            for tally in tallies.quantities.iter_mut().take(wide) {
                tally.add(value, sample.second(), 99);
            }
        }
        for tally in &mut tallies.quantities {
            tally.levels = tally.levels.take().filter(|_| tally.covered > 0);
        }
        tallies.covered = 297;
        let last = Quantities::of(&series.quantities()[1..2]);
        for (from, to, reason) in [
            (-7200, -7000, GapReason::NotRunning),
            (-7000, -6000, GapReason::Failed(Code::AuthRefused)),
            (-3601, -3600, GapReason::Future),
        ] {
            tallies.miss(Window::new(from, to).unwrap(), reason, last);
        }
        tallies
    }

    #[test]
    fn what_is_packed_is_unpacked_with_levels_and_without() {
        for series in Series::ALL {
            for detail in [Detail::Sums, Detail::Levels] {
                let empty = Tallies::new(series, window(), Detail::Sums);
                for tallies in [filled(series, detail), empty] {
                    let packed = tallies.pack();
                    let back = Tallies::unpack(&packed, series, window());
                    assert_eq!(back, Some(tallies));
                }
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let packed = filled(Series::Storage, Detail::Levels).pack();
        let unpack = |bytes: &[u8]| Tallies::unpack(bytes, Series::Storage, window());
        for length in 0..packed.len() {
            assert_eq!(unpack(&packed[..length]), None);
        }
        let longer = [packed.as_slice(), &[0]].concat();
        let other_form = [&[FORM + 1], &packed[1..]].concat();
        let word = |from: &[u8], to: &[u8]| {
            let at = packed
                .windows(from.len())
                .position(|it| it == from)
                .unwrap();
            [&packed[..at], to, &packed[at + from.len()..]].concat()
        };
        let other_word = word(b"auth_refused", b"auth_rejoice");
        for bytes in [longer, other_form, other_word] {
            assert_eq!(unpack(&bytes), None);
        }
        assert_eq!(Tallies::unpack(&packed, Series::Compute, window()), None);
        let short = Window::new(WINDOW.0, WINDOW.0 + 60).unwrap();
        assert_eq!(Tallies::unpack(&packed, Series::Storage, short), None);
    }

    #[test]
    fn a_quiet_hour_takes_few_bytes() {
        let mut tallies = Tallies::new(Series::Storage, window(), Detail::Levels);
        for tally in &mut tallies.quantities {
            tally.add(5 << 40, WINDOW.0, 3600);
        }
        tallies.covered = 3600;
        let (with, quantities) = (tallies.pack().len(), Quantity::ALL.len() - 4);
        assert!(with <= 40 * quantities, "{with}");
    }
}
