//! All space and the free part of it, each as a sum and by tier, and whether they fit together: in their
//! figures, and in the times of their samples.

use jiff::{SignedDuration, Timestamp};

use crate::{
    amount::Amount,
    reading::Space,
    source::metric::{Share, Unfit},
};

/// The key of the query of all space.
pub const TOTAL: &str = "total_query";
/// The key of the query of free space.
pub const FREE: &str = "free_query";

/// Samples of one scrape, or of one evaluation of a rule group, are less than this apart: they have one time, and
/// only what writes them may round it. How long it is between two scrapes is not known here, so nothing more is
/// allowed for.
const APART: SignedDuration = SignedDuration::from_secs(1);

/// Between which moments samples were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// The oldest.
    pub oldest: Timestamp,
    /// The newest.
    pub newest: Timestamp,
}

impl Moments {
    /// Those of both.
    pub fn and(self, other: Moments) -> Moments {
        Moments {
            oldest: self.oldest.min(other.oldest),
            newest: self.newest.max(other.newest),
        }
    }

    /// Whether it is one moment.
    pub fn is_one(self) -> bool {
        self.newest.duration_since(self.oldest) < APART
    }
}

/// One side of the figures: all space, or what is free of it.
#[derive(Debug)]
pub struct Side {
    /// Over all of it.
    pub sum: Amount,
    /// Of each tier.
    pub tiers: Vec<Share>,
    /// When its samples were taken.
    pub at: Moments,
}

/// A space, and its share in each tier.
pub type Fit = (Space, Vec<(Option<String>, Space)>);

/// Both sides together.
///
/// # Errors
/// The key of the side that is wrong, and how.
pub fn fit(total: &Side, free: &Side) -> Result<Fit, (&'static str, Unfit)> {
    if !total.at.is_one() {
        return Err((TOTAL, Unfit::OtherMoments));
    }
    if !total.at.and(free.at).is_one() {
        return Err((FREE, Unfit::OtherMoments));
    }
    for (key, side) in [(TOTAL, total), (FREE, free)] {
        let none = Some(Amount::exact(0));
        let sum = side
            .tiers
            .iter()
            .fold(none, |sum, (_, share)| sum?.plus(*share));
        if !sum.is_some_and(|sum| sum.meets(side.sum)) {
            return Err((key, Unfit::NotTheSum));
        }
    }
    let names = |side: &Side| -> Vec<Option<String>> {
        side.tiers.iter().map(|(tier, _)| tier.clone()).collect()
    };
    if names(total) != names(free) {
        return Err((FREE, Unfit::OtherTiers));
    }
    let space = |total, free| Space::derived(total, free).ok_or((FREE, Unfit::MoreFree));
    let shares = total.tiers.iter().zip(&free.tiers);
    let shares = shares.map(|((tier, total), (_, free))| Ok((tier.clone(), space(*total, *free)?)));
    Ok((
        space(total.sum, free.sum)?,
        shares.collect::<Result<_, _>>()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(sum: u64, tiers: &[(&str, u64)]) -> Side {
        let share = |(tier, bytes): &(&str, u64)| (Some((*tier).to_owned()), Amount::exact(*bytes));
        Side {
            sum: Amount::exact(sum),
            tiers: tiers.iter().map(share).collect(),
            at: between(0, 0),
        }
    }

    fn between(oldest: i64, newest: i64) -> Moments {
        let [oldest, newest] =
            [oldest, newest].map(|it| Timestamp::from_millisecond(it).expect("a time"));
        Moments { oldest, newest }
    }

    #[track_caller]
    fn is_unfit(total: Side, free: Side, key: &str, why: Unfit) {
        assert_eq!(fit(&total, &free).err(), Some((key, why)));
    }

    #[test]
    fn a_space_is_the_sum_of_its_tiers() {
        let (total, free) = (
            side(30, &[("0", 10), ("1", 20)]),
            side(7, &[("0", 3), ("1", 4)]),
        );
        let (space, tiers) = fit(&total, &free).expect("it fits");
        assert_eq!(Some(space), Space::exact(30, 7));
        let used: Vec<u64> = tiers
            .iter()
            .map(|(_, tier)| tier.used.amount.bytes)
            .collect();
        assert_eq!(used, [7, 16]);
    }

    #[test]
    fn what_is_a_part_only_fits_nothing() {
        let (total, free) = (
            || side(30, &[("0", 10), ("1", 20)]),
            || side(3, &[("0", 3)]),
        );
        is_unfit(total(), free(), FREE, Unfit::OtherTiers);
        is_unfit(side(30, &[("0", 10)]), free(), TOTAL, Unfit::NotTheSum);
        is_unfit(
            side(10, &[("0", 10)]),
            side(4, &[("0", 3)]),
            FREE,
            Unfit::NotTheSum,
        );
    }

    #[test]
    fn what_was_taken_at_different_moments_fits_nothing() {
        let at = |oldest, newest| Side {
            at: between(oldest, newest),
            ..side(30, &[("0", 30)])
        };
        assert!(fit(&at(5, 5), &at(5, 5)).is_ok());
        assert!(fit(&at(5, 500), &at(6, 1_004)).is_ok());
        is_unfit(at(5, 1_005), at(5, 5), TOTAL, Unfit::OtherMoments);
        is_unfit(at(5, 5), at(5, 1_005), FREE, Unfit::OtherMoments);
        is_unfit(at(5, 5), at(1_005, 1_005), FREE, Unfit::OtherMoments);
        is_unfit(at(1_005, 1_005), at(5, 5), FREE, Unfit::OtherMoments);
    }

    #[test]
    fn no_tier_has_more_free_than_there_is_even_where_the_sum_has_not() {
        let (total, free) = (
            side(30, &[("0", 10), ("1", 20)]),
            side(15, &[("0", 11), ("1", 4)]),
        );
        is_unfit(total, free, FREE, Unfit::MoreFree);
        is_unfit(
            side(1, &[("0", 1)]),
            side(2, &[("0", 2)]),
            FREE,
            Unfit::MoreFree,
        );
    }

    #[test]
    fn sums_of_floats_fit_within_their_last_places() {
        let float = |bytes| Amount::of_double(bytes).expect("in range");
        let big = |sum: u64| Side {
            sum: float(sum),
            tiers: vec![(None, float(1 << 53)), (None, float((1 << 53) - 1))],
            at: between(0, 0),
        };
        let none = || Side {
            tiers: vec![(None, Amount::exact(0)), (None, Amount::exact(0))],
            ..side(0, &[])
        };
        assert!(fit(&big(1 << 54), &none()).is_ok());
        assert!(fit(&big((1 << 54) + 400), &none()).is_err());
    }
}
