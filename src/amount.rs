//! A count of bytes with the interval that it may lie in.
//!
//! ```text
//! 57.3TB  ->  bytes 63002016271565, min 62947040690176, max 63111967434342
//! ```
//!
//! A printed number was cut to a few digits, so it stands for many byte counts. All arithmetic is on
//! integers and checked; the rules are section 3 FIGURE of the contract.

use std::{fmt, str::FromStr};

/// What `K` stands for in a printed size: the tool does not say, so it is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SizeBase {
    /// Powers of 1024, the default.
    #[default]
    Binary,
    /// Powers of 1000.
    Decimal,
}

impl SizeBase {
    /// The step from one unit letter to the next: 1024 or 1000.
    pub fn factor(self) -> u64 {
        match self {
            SizeBase::Binary => 1024,
            SizeBase::Decimal => 1000,
        }
    }
}

impl fmt::Display for SizeBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.factor(), f)
    }
}

/// Neither 1024 nor 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a size base is 1024 or 1000: what a printed unit is a power of")]
pub struct NoSizeBase;

impl FromStr for SizeBase {
    type Err = NoSizeBase;

    fn from_str(text: &str) -> Result<Self, NoSizeBase> {
        match text {
            "1024" => Ok(SizeBase::Binary),
            "1000" => Ok(SizeBase::Decimal),
            _ => Err(NoSizeBase),
        }
    }
}

/// A figure and its bounds: `min <= bytes <= max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The printed number times its unit, in bytes, to the nearest one.
    pub bytes: u64,
    /// The least byte count that may have been printed so.
    pub min: u64,
    /// The greatest byte count that may have been printed so.
    pub max: u64,
}

impl Amount {
    /// A count that is known to the byte.
    pub fn exact(bytes: u64) -> Self {
        Amount {
            bytes,
            min: bytes,
            max: bytes,
        }
    }

    /// A count that came out of a double, from the digits in which it was printed.
    ///
    /// A double holds every whole number below 2^53. From there on its numbers stand apart by 2, 4, 8 …:
    /// u = 2^(e − 52) where 2^e is the greatest power of two in the count. The print names the double, and
    /// the double the counts around it, so the interval is `bytes − u ..= bytes + u`.
    ///
    /// `None`: the interval reaches beyond 2^64 − 1.
    pub fn of_double(bytes: u64) -> Option<Self> {
        let apart = |bytes: u64| match bytes.checked_ilog2() {
            Some(exponent @ 53..) => 1 << (exponent - 52),
            _ => 0,
        };
        // The shortest digits of a power of two may be those of a count a little below it.
        let apart = apart(bytes.saturating_add(apart(bytes) / 2));
        Some(Amount {
            bytes,
            min: bytes - apart,
            max: bytes.checked_add(apart)?,
        })
    }

    /// Both together; `None` where they reach beyond 2^64 − 1.
    pub fn plus(self, other: Amount) -> Option<Amount> {
        Some(Amount {
            bytes: self.bytes.checked_add(other.bytes)?,
            min: self.min.checked_add(other.min)?,
            max: self.max.checked_add(other.max)?,
        })
    }

    /// Whether both may stand for the same count.
    pub fn meets(self, other: Amount) -> bool {
        self.min <= other.max && other.min <= self.max
    }

    /// What is left when `other` is taken away.
    ///
    /// `None`: more is taken away than there is, even at the far ends of both intervals. Where only the
    /// printed values say so, `bytes` is 0.
    pub fn minus(self, other: Amount) -> Option<Amount> {
        Some(Amount {
            bytes: self.bytes.saturating_sub(other.bytes),
            min: self.min.saturating_sub(other.max),
            max: self.max.checked_sub(other.min)?,
        })
    }
}

/// How much there is, how much of it is taken and how much is left, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// All of it.
    pub total: Amount,
    /// What is taken: total less free.
    pub used: Amount,
    /// What is left.
    pub free: Amount,
}

impl Capacity {
    /// The capacity of which `free` is left. `None`: more is free than there is, see [`Amount::minus`].
    pub fn with_free(total: Amount, free: Amount) -> Option<Self> {
        let used = total.minus(free)?;
        Some(Capacity { total, used, free })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(min: u64, bytes: u64, max: u64) -> Amount {
        Amount { bytes, min, max }
    }

    #[track_caller]
    fn left(total: Amount, free: Amount, expected: Option<Amount>) {
        assert_eq!(total.minus(free), expected);
    }

    #[test]
    fn a_difference_has_the_error_of_both_sides() {
        left(
            amount(90, 100, 119),
            amount(30, 40, 59),
            Some(amount(31, 60, 89)),
        );
        left(Amount::exact(7), Amount::exact(7), Some(Amount::exact(0)));
    }

    #[test]
    fn a_difference_is_never_below_zero() {
        left(
            amount(90, 100, 119),
            amount(100, 110, 129),
            Some(amount(0, 0, 19)),
        );
        left(
            amount(90, 100, 119),
            amount(119, 130, 140),
            Some(amount(0, 0, 0)),
        );
    }

    #[test]
    fn more_free_than_total_is_no_difference() {
        left(amount(90, 100, 119), amount(120, 130, 140), None);
        left(Amount::exact(0), Amount::exact(1), None);
        assert_eq!(
            Capacity::with_free(Amount::exact(3), Amount::exact(4)),
            None
        );
    }

    #[test]
    fn a_count_out_of_a_double_is_exact_below_two_to_the_53_and_has_the_doubles_around_it_above() {
        let two_to = |power: u32| 1_u64 << power;
        for bytes in [0, 1, two_to(53) - 1] {
            assert_eq!(Amount::of_double(bytes), Some(Amount::exact(bytes)));
        }
        for (bytes, apart) in [
            (two_to(53), 2),
            (two_to(54) - 2, 2),
            (two_to(54), 4),
            // 2^60, as the shortest digits that read back as it.
            (1_152_921_504_606_847_000, 256),
            // 2^58, likewise, which are less.
            (288_230_376_151_711_740, 64),
        ] {
            let (min, max) = (bytes - apart, bytes + apart);
            assert_eq!(Amount::of_double(bytes), Some(amount(min, bytes, max)));
        }
        assert_eq!(Amount::of_double(u64::MAX), None);
        assert!(
            Amount::of_double(1_152_921_504_606_847_000).is_some_and(|it| it.min <= two_to(60))
        );
    }

    #[test]
    fn two_amounts_meet_where_one_count_may_be_both() {
        let (low, high) = (amount(1, 2, 3), amount(3, 4, 5));
        assert!(low.meets(high) && high.meets(low));
        assert!(!low.meets(Amount::exact(4)) && !Amount::exact(4).meets(low));
        assert_eq!(low.plus(high), Some(amount(4, 6, 8)));
        assert_eq!(low.plus(amount(0, 0, u64::MAX)), None);
    }

    #[test]
    fn a_size_base_reads_what_it_prints_and_nothing_else() {
        for base in [SizeBase::Binary, SizeBase::Decimal] {
            assert_eq!(base.to_string().parse(), Ok(base));
        }
        for text in ["", "1023", "1024 ", "+1024", "1e3"] {
            assert_eq!(text.parse::<SizeBase>(), Err(NoSizeBase));
        }
        assert_eq!(SizeBase::default(), SizeBase::Binary);
    }
}
