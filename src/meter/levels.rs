//! For how long a quantity stood at which value: what a percentile is taken from.
//!
//! Values are kept as they came, neighbours that are equal as one, and brought into order when somebody asks. Where nothing
//! but the 95th percentile of a window is wanted, the twentieth of its time with the greatest values decides: what lies
//! below is forgotten but for its seconds, so that years take a fraction of the room.

/// Values, each with the seconds for which it stood.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    runs: Vec<(u64, u64)>,
    /// More seconds than these are kept of the greatest values; `None` where all are.
    upper: Option<u64>,
    /// For how long it stood at values that are forgotten: none of them is greater than the percentile.
    forgotten: u64,
    /// What is less than this may be forgotten as well.
    least: u64,
    /// With how many runs it is looked at what can be forgotten.
    next: usize,
}

/// So many runs are kept, at least.
const KEPT: usize = 1 << 14;

impl Levels {
    /// As much as the 95th percentile of a window of so many seconds wants.
    pub fn upper(seconds: u64) -> Levels {
        let mut levels = Levels::default();
        levels.narrow(seconds);
        levels
    }

    /// From here on, no more than the 95th percentile of a window of so many seconds wants.
    pub fn narrow(&mut self, seconds: u64) {
        // However little of the window is measured, no more than a twentieth of it lies above that.
        let upper = seconds / 20;
        self.upper = Some(self.upper.map_or(upper, |known| known.min(upper)));
    }

    /// The value stood for so many seconds more.
    pub fn add(&mut self, value: u64, seconds: u64) {
        if value < self.least {
            self.forgotten += seconds;
            return;
        }
        match self.runs.last_mut() {
            Some((last, sum)) if *last == value => *sum += seconds,
            _ => {
                self.runs.push((value, seconds));
                if self.runs.len() >= self.next.max(KEPT) {
                    self.thin();
                }
            }
        }
    }

    /// What another time adds.
    pub fn join(&mut self, other: &Levels) {
        self.forgotten += other.forgotten;
        self.upper = self.upper.into_iter().chain(other.upper).min();
        for (value, seconds) in &other.runs {
            self.add(*value, *seconds);
        }
    }

    /// Forgets what is not wanted, without bringing all of it into order, which would cost more.
    fn thin(&mut self) {
        if let Some(upper) = self.upper.map(u128::from) {
            // Were all runs as long as each other, so many of them; an eighth more, because they are not.
            let even = self.runs.len() as u128 * upper / seconds(&self.runs).max(1);
            let mut wanted = usize::try_from(even + even / 8 + 1).unwrap_or(usize::MAX);
            while wanted < self.runs.len() {
                let sorted = self.runs.select_nth_unstable_by(wanted, |a, b| b.cmp(a));
                let (greater, (value, _), _) = sorted;
                if seconds(greater) > upper {
                    self.least = *value;
                    let less = self.runs.drain(wanted..);
                    self.forgotten += less.map(|(_, seconds)| seconds).sum::<u64>();
                    break;
                }
                wanted = wanted.saturating_mul(2);
            }
        }
        // As often as it pays.
        self.next = self.runs.len() * 2;
    }

    /// The same in order, every value once, and of those that are not wanted none.
    fn tidied(&self) -> Levels {
        let mut levels = self.clone();
        levels.thin();
        levels.runs.sort_unstable();
        levels.runs.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        levels
    }

    /// Every value once, from the least to the greatest, with its seconds; `None` where some are forgotten.
    pub fn ordered(&self) -> Option<Vec<(u64, u64)>> {
        let levels = self.tidied();
        (levels.forgotten == 0).then_some(levels.runs)
    }

    /// Room for so many runs, where it is known how many come.
    pub fn with_capacity(runs: usize) -> Levels {
        Levels {
            runs: Vec::with_capacity(runs),
            ..Levels::default()
        }
    }

    /// The least value that the quantity stood at or below for at least 95 % of its time; `None` where it never stood,
    /// or that value is forgotten.
    pub fn p95(&self) -> Option<u64> {
        let levels = self.tidied();
        let mut below = u128::from(levels.forgotten);
        let wanted = ((below + seconds(&levels.runs)) * 95).div_ceil(100).max(1);
        if below >= wanted {
            return None;
        }
        let run = levels.runs.iter().find(|(_, seconds)| {
            below += u128::from(*seconds);
            below >= wanted
        });
        run.map(|(value, _)| *value)
    }
}

fn seconds(runs: &[(u64, u64)]) -> u128 {
    runs.iter().map(|run| u128::from(run.1)).sum()
}

/// The same times at the same values, in whatever order they came, and as much of them forgotten.
impl PartialEq for Levels {
    fn eq(&self, other: &Levels) -> bool {
        let (ours, theirs) = (self.tidied(), other.tidied());
        (ours.runs, ours.forgotten) == (theirs.runs, theirs.forgotten)
    }
}

impl Eq for Levels {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn levels(runs: &[(u64, u64)]) -> Levels {
        let mut levels = Levels::default();
        for (value, seconds) in runs {
            levels.add(*value, *seconds);
        }
        levels
    }

    #[test]
    fn the_percentile_is_the_least_value_that_holds_for_that_much_of_the_time() {
        let p95 = |runs: &[(u64, u64)]| levels(runs).p95();
        assert_eq!(p95(&[]), None);
        assert_eq!(p95(&[(0, 1)]), Some(0));
        assert_eq!(p95(&[(9, 5), (1, 95)]), Some(1));
        assert_eq!(p95(&[(9, 6), (1, 94)]), Some(9));
        assert_eq!(p95(&[(1, 94), (2, 1), (1, 0), (9, 5)]), Some(2));
        // 95 % of a second that is one of three are all three.
        assert_eq!(p95(&[(3, 1), (1, 1), (2, 1)]), Some(3));
        assert_eq!(p95(&[(u64::MAX, u64::MAX / 2), (1, 1)]), Some(u64::MAX));
        let each: Vec<(u64, u64)> = (1..=100).rev().map(|value| (value, 7)).collect();
        assert_eq!(p95(&each), Some(95));
    }

    #[test]
    fn the_order_in_which_values_came_makes_no_difference() {
        let (mut one, other) = (levels(&[(5, 1), (3, 2), (5, 4)]), levels(&[(3, 1), (9, 1)]));
        one.join(&other);
        assert_eq!(one, levels(&[(9, 1), (5, 5), (3, 3)]));
        assert_ne!(one, levels(&[(9, 1), (5, 4), (3, 4)]));
    }

    #[test]
    fn years_take_a_fraction_of_their_room() {
        let years = 10 * 365 * 1440;
        let mut levels = Levels::upper(years * 60);
        for minute in 0..years {
            levels.add(minute, 60);
        }
        assert!((levels.runs.capacity() as u64) < years / 4);
        assert_eq!(levels.p95(), Some(years / 100 * 95 - 1));
        assert_eq!(levels.ordered(), None);
    }

    #[test]
    fn what_is_forgotten_is_not_guessed_at() {
        // Of a window that turned out longer than was said.
        let mut levels = Levels::upper(20);
        for value in 0..10_000 {
            levels.add(value, 1);
        }
        assert_eq!(levels.p95(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_is_forgotten_changes_no_percentile(
            runs in prop::collection::vec((0..500_u64, 0..9_u64), 0..40_000),
            measured in 1..4_u64,
            part in 0..40_000_usize,
        ) {
            let window: u64 = runs.iter().map(|run| run.1).sum::<u64>() * measured;
            let whole = levels(&runs);
            let mut upper = Levels::upper(window);
            runs.iter().for_each(|(value, seconds)| upper.add(*value, *seconds));
            prop_assert_eq!(upper.p95(), whole.p95());
            // In two parts, each of which may have known of the window, or learns of it later.
            let (first, second) = runs.split_at(part.min(runs.len()));
            let narrowed = |runs: &[(u64, u64)]| {
                let mut narrowed = Levels::upper(window);
                runs.iter().for_each(|(value, seconds)| narrowed.add(*value, *seconds));
                narrowed.tidied()
            };
            let mut full = levels(first);
            full.narrow(window);
            for (mut joined, second) in [
                (full, levels(second)),
                (narrowed(first), levels(second)),
                (levels(first), narrowed(second)),
                (narrowed(first), narrowed(second)),
            ] {
                joined.join(&second);
                prop_assert_eq!(joined.p95(), whole.p95());
            }
        }
    }
}
