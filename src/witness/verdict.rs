//! What comes of two figures that are held against each other.
//!
//! ```text
//! billed 57.3TB (62947040690176 .. 63111967434342)     witness 63002016271565     ->  agrees, 0 of 54975581389
//! ```

use crate::{reading::Figure, words::words};

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The difference is within the tolerance.
    Agrees(Distance),
    /// It is not.
    Differs(Distance),
    /// There is nothing to compare.
    NotComparable(Why),
}

/// How far two figures are apart, and how far they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distance {
    /// The witness's bytes less the billed ones.
    pub difference: i128,
    /// The greatest difference in this direction that intervals and time between the readings explain, in bytes.
    pub tolerance: u128,
}

words! {
    /// What came of a comparison.
    Outcome as "Verdict" {
        /// The difference is within the tolerance.
        Agrees = "agrees",
        /// The difference is beyond the tolerance.
        Differs = "differs",
        /// There is nothing to compare; `why` says why.
        NotComparable = "not_comparable",
    }
}

words! {
    /// Why there is nothing to compare.
    Why as "WhyNotComparable" {
        /// The two sources mean different things by it.
        OtherBasis = "other_basis",
        /// The two have it of different counters of the vendor.
        OtherCounter = "other_counter",
        /// The billed source does not give it.
        NotGivenByBilled = "not_given_by_billed",
        /// The witness does not give it.
        NotGivenByWitness = "not_given_by_witness",
        /// The billed source has no usable reading.
        NoBilledReading = "no_billed_reading",
        /// The witness has no usable reading.
        NoWitnessReading = "no_witness_reading",
    }
}

impl Verdict {
    /// Agrees exactly where both intervals, widened by what may have moved, have a byte count in common.
    pub fn of(billed: Figure, witness: Figure, moved: u128) -> Verdict {
        let (here, there) = (billed.amount, witness.amount);
        let difference = i128::from(there.bytes) - i128::from(here.bytes);
        let (above, below) = match difference >= 0 {
            true => (here.max - here.bytes, there.bytes - there.min),
            false => (there.max - there.bytes, here.bytes - here.min),
        };
        let distance = Distance {
            difference,
            tolerance: u128::from(above) + u128::from(below) + moved,
        };
        match difference.unsigned_abs() <= distance.tolerance {
            true => Verdict::Agrees(distance),
            false => Verdict::Differs(distance),
        }
    }

    /// Its word, without how far apart or why.
    pub fn outcome(self) -> Outcome {
        match self {
            Verdict::Agrees(_) => Outcome::Agrees,
            Verdict::Differs(_) => Outcome::Differs,
            Verdict::NotComparable(_) => Outcome::NotComparable,
        }
    }

    /// Its name in answers.
    pub fn name(self) -> &'static str {
        self.outcome().name()
    }

    /// How far apart; `None` where nothing was compared.
    pub fn distance(self) -> Option<Distance> {
        match self {
            Verdict::Agrees(distance) | Verdict::Differs(distance) => Some(distance),
            Verdict::NotComparable(_) => None,
        }
    }

    /// Why nothing was compared.
    pub fn why(self) -> Option<Why> {
        match self {
            Verdict::Agrees(_) | Verdict::Differs(_) => None,
            Verdict::NotComparable(why) => Some(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        amount::{Amount, SizeBase},
        vstorage::token::Size,
    };

    fn exact(bytes: u64) -> Figure {
        Figure::exact(bytes)
    }

    fn printed(word: &str) -> Figure {
        let size: Size = word.parse().unwrap();
        let amount = size.amount(SizeBase::Binary).unwrap();
        Figure {
            printed: Some(size),
            amount,
        }
    }

    #[track_caller]
    fn judged(billed: Figure, witness: Figure, moved: u128, agrees: bool, difference: i128) {
        let verdict = Verdict::of(billed, witness, moved);
        assert_eq!(verdict.name() == "agrees", agrees, "{verdict:?}");
        assert_eq!(verdict.distance().unwrap().difference, difference);
    }

    #[test]
    fn exact_figures_of_one_moment_agree_to_the_byte_or_not() {
        judged(exact(7), exact(7), 0, true, 0);
        judged(exact(7), exact(8), 0, false, 1);
        judged(exact(8), exact(7), 0, false, -1);
        judged(exact(7), exact(9), 2, true, 2);
        judged(exact(9), exact(7), 1, false, -2);
        judged(exact(0), exact(u64::MAX), 0, false, i128::from(u64::MAX));
    }

    #[test]
    fn a_printed_figure_agrees_with_every_count_that_it_stands_for() {
        let it = printed("57.3TB");
        let Amount { bytes, min, max } = it.amount;
        judged(it, exact(min), 0, true, i128::from(min) - i128::from(bytes));
        judged(it, exact(max), 0, true, i128::from(max) - i128::from(bytes));
        judged(it, exact(max + 1), 0, false, i128::from(max + 1 - bytes));
        judged(exact(min - 1), it, 0, false, i128::from(bytes - min + 1));
    }
}
