//! What is left of the licence: writes to the cluster stop when it is used up.
//!
//! ```text
//! capacity 500TB, used 21.2TB   ->   95.76 % left, from 95.76 to 95.78 by what the prints stand for; 4.24 % used
//! capacity 10TB, used 11TB      ->   0.00 % left, 110.00 % used: overdrawn
//! ```
//!
//! All of it in integers, so that whoever warns of a tenth warns at the same byte.

use std::fmt;

use crate::amount::Amount;

/// With less than this left, in percent, one is warned.
const LOW: u128 = 10;
/// Hundredths of a percent in a whole.
const WHOLE: u128 = 10_000;

/// How much of a capacity is used, and how much is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// How much is used, by the figures, rounded up: above 100 % where the licence is overdrawn. `None`: the
    /// capacity is 0, and no share of it can be named.
    pub used: Option<Hundredths>,
    /// What is left, by the figures, rounded down: nothing where the licence is overdrawn, or for nothing.
    pub left: Hundredths,
    /// The least that the prints may stand for.
    pub least: Hundredths,
    /// The most.
    pub most: Hundredths,
    /// Whether it is less than a tenth; `None` where the prints leave that open.
    pub is_low: Option<bool>,
}

/// Hundredths of a percent; prints as `95.76`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub u128);

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Headroom {
    /// Of what a licence allows, and what it counts as used.
    pub fn of(capacity: Amount, used: Amount) -> Headroom {
        let share =
            (u128::from(used.bytes) * WHOLE).checked_next_multiple_of(capacity.bytes.into());
        let share = share.and_then(|share| share.checked_div(capacity.bytes.into()));
        // The larger the capacity and the smaller what is used, the more is left.
        let (worst, best) = (
            is_low(capacity.min, used.max),
            is_low(capacity.max, used.min),
        );
        Headroom {
            used: share.map(Hundredths),
            left: left(capacity.bytes, used.bytes),
            least: left(capacity.min, used.max),
            most: left(capacity.max, used.min),
            is_low: (worst == best).then_some(worst),
        }
    }
}

fn left(capacity: u64, used: u64) -> Hundredths {
    let free = u128::from(capacity.saturating_sub(used));
    let left = (free * WHOLE).checked_div(capacity.into());
    // Of a licence for nothing, nothing is left.
    left.map_or(Hundredths(0), Hundredths)
}

/// To the byte, where hundredths are rounded.
fn is_low(capacity: u64, used: u64) -> bool {
    let free = u128::from(capacity.saturating_sub(used));
    free * 100 < u128::from(capacity) * LOW || capacity == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(capacity: u64, used: u64) -> Headroom {
        Headroom::of(Amount::exact(capacity), Amount::exact(used))
    }

    fn amount(min: u64, bytes: u64, max: u64) -> Amount {
        Amount { bytes, min, max }
    }

    #[test]
    fn a_tenth_is_told_to_the_byte_and_left_open_where_the_prints_do() {
        assert_eq!(exact(1_000, 900).is_low, Some(false));
        assert_eq!(exact(1_000, 901).is_low, Some(true));
        let open = Headroom::of(amount(950, 1_000, 1_099), amount(900, 900, 909));
        let shown = [open.least, open.left, open.most].map(|it| it.to_string());
        assert_eq!(shown, ["4.31", "10.00", "18.10"]);
        assert_eq!(open.is_low, None);
    }

    #[test]
    fn what_is_used_is_above_nine_tenths_exactly_where_less_than_a_tenth_is_left() {
        let (tenth, most) = (u64::MAX / 10, u64::MAX);
        for (capacity, used) in [
            (1_000, 900),
            (1_000, 901),
            (most, most - tenth),
            (most, most - tenth - 1),
            (7, 8),
        ] {
            let it = exact(capacity, used);
            let above = it.used.map(|used| used > Hundredths(9_000));
            assert_eq!(above, it.is_low, "{used} of {capacity}");
        }
    }

    #[test]
    fn a_licence_that_is_overdrawn_and_one_for_nothing_have_nothing_left() {
        let over = exact(10, 11);
        assert_eq!(
            (over.used, over.left),
            (Some(Hundredths(11_000)), Hundredths(0))
        );
        assert_eq!(exact(1, u64::MAX).left, Hundredths(0));
        for it in [over, exact(0, 1), exact(0, 0), exact(u64::MAX, u64::MAX)] {
            assert_eq!((it.left, it.is_low), (Hundredths(0), Some(true)), "{it:?}");
        }
        assert_eq!((exact(0, 1).used, exact(0, 0).used), (None, None));
    }
}
