//! For how long a quantity stood at which value: what a percentile is taken from.
//!
//! Kept in the order in which the values came, neighbours that are equal as one; ordered once, when somebody asks.

/// Values, each with the seconds for which it stood.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    runs: Vec<(u64, u64)>,
    /// With how many runs equal values are brought together next.
    next: usize,
}

/// How many runs are kept as they came: a month of minutes fits.
const UNORDERED: usize = 1 << 16;
/// Into how many steps values are sorted at first.
const STEPS: u64 = 1024;

impl Levels {
    /// The value stood for so many seconds more.
    pub fn add(&mut self, value: u64, seconds: u64) {
        match self.runs.last_mut() {
            Some((last, sum)) if *last == value => *sum += seconds,
            _ => {
                self.runs.push((value, seconds));
                self.tidy();
            }
        }
    }

    /// Brings equal values together once there are many.
    fn tidy(&mut self) {
        if self.runs.len() >= self.next.max(UNORDERED) {
            self.runs = self.ordered();
            // As often as it pays: many years take no more room than they have different values.
            self.next = self.runs.len() * 2;
        }
    }

    /// What another time adds.
    pub fn join(&mut self, other: &Levels) {
        let Some(((value, seconds), rest)) = other.runs.split_first() else {
            return;
        };
        // Only the first one may go on with what was last.
        self.add(*value, *seconds);
        self.runs.extend_from_slice(rest);
        self.tidy();
    }

    /// Every value once, from the least to the greatest, with its seconds.
    pub fn ordered(&self) -> Vec<(u64, u64)> {
        let mut runs = self.runs.clone();
        runs.sort_unstable();
        runs.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        runs
    }

    /// Room for so many runs, where it is known how many come.
    pub fn with_capacity(runs: usize) -> Levels {
        Levels {
            runs: Vec::with_capacity(runs),
            next: 0,
        }
    }

    /// The least value that the quantity stood at or below for at least so many hundredths of its time; `None` where
    /// it never stood.
    pub fn percentile(&self, hundredths: u64) -> Option<u64> {
        let values = || self.runs.iter().map(|run| run.0);
        let (least, greatest) = (values().min()?, values().max()?);
        let all = seconds(&self.runs);
        let mut wanted = (all * u128::from(hundredths)).div_ceil(100).max(1);
        // The values in order are wanted around one place only: how much lies in each of a thousand steps of equal
        // height says in which of them that is. The height is a power of two, for a shift costs less than a division.
        let height = u64::BITS - ((greatest - least) / STEPS).leading_zeros();
        let at = |value: u64| usize::try_from((value - least) >> height).unwrap_or(usize::MAX);
        let mut heights = vec![0_u128; usize::try_from(STEPS).ok()?];
        for (value, seconds) in &self.runs {
            if let Some(height) = heights.get_mut(at(*value)) {
                *height += u128::from(*seconds);
            }
        }
        let through = heights.iter().position(|height| {
            let found = wanted <= *height;
            if !found {
                wanted -= *height;
            }
            found
        })?;
        let inside = self.runs.iter().filter(|run| at(run.0) == through);
        let mut inside: Vec<(u64, u64)> = inside.copied().collect();
        inside.sort_unstable();
        let run = inside.iter().find(|run| {
            let found = wanted <= u128::from(run.1);
            wanted = wanted.saturating_sub(run.1.into());
            found
        })?;
        Some(run.0)
    }
}

fn seconds(runs: &[(u64, u64)]) -> u128 {
    runs.iter().map(|run| u128::from(run.1)).sum()
}

/// The same times at the same values, in whatever order they came.
impl PartialEq for Levels {
    fn eq(&self, other: &Levels) -> bool {
        self.ordered() == other.ordered()
    }
}

impl Eq for Levels {}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(runs: &[(u64, u64)]) -> Levels {
        let mut levels = Levels::default();
        for (value, seconds) in runs {
            levels.add(*value, *seconds);
        }
        levels
    }

    #[test]
    fn a_percentile_is_the_least_value_that_holds_for_that_much_of_the_time() {
        let at = |runs: &[(u64, u64)]| levels(runs).percentile(95);
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[(0, 1)]), Some(0));
        assert_eq!(at(&[(9, 5), (1, 95)]), Some(1));
        assert_eq!(at(&[(9, 6), (1, 94)]), Some(9));
        assert_eq!(at(&[(1, 94), (2, 1), (1, 0), (9, 5)]), Some(2));
        // 95 % of a second that is one of three are all three.
        assert_eq!(at(&[(3, 1), (1, 1), (2, 1)]), Some(3));
        assert_eq!(at(&[(u64::MAX, u64::MAX / 2), (1, 1)]), Some(u64::MAX));
        for nth in 1..=100 {
            let each: Vec<(u64, u64)> = (1..=100).rev().map(|value| (value, 7)).collect();
            assert_eq!(levels(&each).percentile(nth), Some(nth));
        }
    }

    #[test]
    fn the_order_in_which_values_came_makes_no_difference() {
        let (mut one, other) = (levels(&[(5, 1), (3, 2), (5, 4)]), levels(&[(3, 1), (9, 1)]));
        one.join(&other);
        assert_eq!(one, levels(&[(9, 1), (5, 5), (3, 3)]));
        assert_ne!(one, levels(&[(9, 1), (5, 4), (3, 4)]));
    }

    #[test]
    fn many_years_take_no_more_room_than_they_have_values() {
        let mut levels = Levels::default();
        for second in 0..1_000_000 {
            levels.add(second % 70_000, 1);
        }
        assert!(levels.runs.len() < 200_000, "{}", levels.runs.len());
        assert_eq!(levels.ordered().len(), 70_000);
        assert_eq!(levels.percentile(100), Some(69_999));
    }
}
