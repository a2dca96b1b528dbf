//! Sizes.
//!
//! ```text
//! 1.32TB   523B   11.9TB   180GB
//! ```
//!
//! A size is kept as it was printed: digits, and a unit letter whose worth the text does not say. No blank
//! before the unit, no comma, and a `B` at its end: what lacks it was cut. (vstorage.md 3 and 6.)

use crate::{
    amount::{Amount, SizeBase},
    vstorage::{
        decimal::{self, Decimal},
        error::ParseError,
        grammar::{Parsed, blanks, boundary, nowhere, whole},
    },
};
use nom::{
    Parser,
    error::context,
    sequence::{preceded, terminated},
};
use std::{fmt, str::FromStr};

/// Unit letters, each a step of the base above the one before.
const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];

/// A size as printed: a number and its unit letter. What the letter is worth is asked with a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    number: Decimal,
    /// Place in `UNITS`. A size without a letter has no decimals.
    power: u8,
}

impl Size {
    /// The size as the tool prints it: three digits, rounded, the next unit from 1000 on; below 1000
    /// bytes a bare `523B`. (vstorage.md 6.2; that it rounds is our choice, it may cut.)
    pub fn three_digits(bytes: u64, base: SizeBase) -> Self {
        let mut size = Size::rounded(u128::from(bytes), 1, 0, 0);
        let mut unit = 1;
        for power in 1..=6 {
            if size.number.digits < 1000 {
                break;
            }
            unit *= u128::from(base.factor());
            let candidates =
                [3, 2, 1, 0].map(|it| Size::rounded(u128::from(bytes), unit, it, power));
            let fits = |it: &&Size| it.number.digits < 1000;
            if let Some(found) = candidates.iter().find(fits).or(candidates.last()) {
                size = *found;
            }
        }
        size
    }

    fn rounded(bytes: u128, unit: u128, fraction: u8, power: u8) -> Self {
        let scale = 10_u128.pow(u32::from(fraction));
        let digits = (2 * bytes * scale + unit) / (2 * unit);
        let whole = (digits / scale).to_string().len();
        // three digits and, from 1000 E on, a few more: far below 2^64 and 2^8
        let number = Decimal {
            digits: u64::try_from(digits).unwrap_or(u64::MAX),
            whole: u8::try_from(whole).unwrap_or(u8::MAX),
            fraction,
        };
        Size { number, power }
    }

    /// The bytes that the size may stand for: with value x and one unit in the last printed place u, the
    /// integers n with (x − u/2)·unit ≤ n < (x + u)·unit; a size without a unit letter is exact.
    /// (Contract, section 3 FIGURE.)
    ///
    /// `None`: more than 2^64 − 1 in `bytes` or `max`, or decimals so fine that no count of bytes prints so.
    pub fn amount(self, base: SizeBase) -> Option<Amount> {
        if self.power == 0 {
            return Some(Amount::exact(self.number.digits));
        }
        let unit = u128::from(base.factor()).checked_pow(u32::from(self.power))?;
        let (x, scale) = (u128::from(self.number.digits), self.number.scale());
        // x below 2^64, unit below 2^61: the products stay below 2^127, and are checked all the same
        let twice = |x: u128| x.checked_mul(2)?.checked_mul(unit);
        let nearest = twice(x)?.checked_add(scale)? / (2 * scale);
        let least = match x.checked_mul(2)?.checked_sub(1) {
            Some(below) => below.checked_mul(unit)?.div_ceil(2 * scale),
            None => 0,
        };
        let beyond = x.checked_add(1)?.checked_mul(unit)?.div_ceil(scale);
        let amount = Amount {
            bytes: u64::try_from(nearest).ok()?,
            min: u64::try_from(least).ok()?,
            max: u64::try_from(beyond.checked_sub(1)?).ok()?,
        };
        (amount.min <= amount.bytes && amount.bytes <= amount.max).then_some(amount)
    }
}

impl Size {
    /// What should stand in place of a size that has no amount.
    pub(crate) fn refusal(self, base: SizeBase) -> &'static str {
        let unit = u128::from(base.factor()).pow(u32::from(self.power));
        if self.number.scale() > unit {
            "a size of whole bytes"
        } else {
            "a size below 2^64 bytes"
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.get(usize::from(self.power)).unwrap_or(&"");
        f.pad(&format!("{}{unit}B", self.number))
    }
}

/// A size and nothing more of its word.
pub(crate) fn size(input: &str) -> Parsed<'_, Size> {
    let size = terminated(bare_size, boundary);
    preceded(blanks, context("a size such as 1.44TB", size)).parse(input)
}

/// A size of which the word may go on, as that of a rate does.
#[inline]
pub(crate) fn bare_size(input: &str) -> Parsed<'_, Size> {
    let (rest, number) = decimal::number(input)?;
    let power = match rest.bytes().next() {
        Some(b'K') => 1,
        Some(b'M') => 2,
        Some(b'G') => 3,
        Some(b'T') => 4,
        Some(b'P') => 5,
        Some(b'E') => 6,
        _ => 0,
    };
    let rest = match power {
        0 if number.decimals() > 0 => None, // there is no half byte
        0 => Some(rest),
        _ => rest.get(1..),
    };
    match rest.and_then(|it| it.strip_prefix('B')) {
        Some(rest) => Ok((rest, Size { number, power })),
        None => Err(nowhere(input)),
    }
}

impl FromStr for Size {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole(1, text, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) {
        let error = text.parse::<Size>().unwrap_err();
        assert_eq!(error.expected, "a size such as 1.44TB", "{text}");
    }

    #[track_caller]
    fn stands_for(text: &str, base: SizeBase, expected: Option<(u64, u64, u64)>) {
        let size: Size = text.parse().unwrap();
        assert_eq!(size.to_string(), text);
        let amount = size.amount(base).map(|it| (it.min, it.bytes, it.max));
        assert_eq!(amount, expected, "{text}");
    }

    #[track_caller]
    fn prints(bytes: u64, base: SizeBase, expected: &str) {
        assert_eq!(Size::three_digits(bytes, base).to_string(), expected);
    }

    #[test]
    fn a_size_is_refused_unless_it_is_spelled_to_the_letter() {
        for text in [
            "", "B", "TB", "1", "1T", "1Tb", "1tb", "1TiB", "1 TB", "1,44TB", ".5TB", "5.TB",
            "+5TB", "-5TB", "1e3TB", "1.5B", "1.0B", "1.2.3TB", "1TBs", "1TB.", "1ZB", "٣TB",
            "0x1TB",
        ] {
            refused(text);
        }
        refused("18446744073709551616B");
        refused("000000000000000000001B");
    }

    #[test]
    fn a_size_stands_for_all_bytes_that_print_so() {
        use SizeBase::{Binary, Decimal};
        let expected = (62947040690176, 63002016271565, 63111967434342);
        stands_for("57.3TB", Binary, Some(expected));
        stands_for(
            "1.6TB",
            Decimal,
            Some((1550000000000, 1600000000000, 1699999999999)),
        );
        stands_for("0TB", Decimal, Some((0, 0, 999999999999)));
        stands_for("0.00KB", Binary, Some((0, 0, 10)));
        stands_for("007KB", Decimal, Some((6500, 7000, 7999)));
        stands_for("523B", Binary, Some((523, 523, 523)));
    }

    #[test]
    fn a_size_beyond_a_u64_has_no_amount() {
        use SizeBase::{Binary, Decimal};
        let last = 15 << 60;
        stands_for("15EB", Binary, Some((last - (1 << 59), last, u64::MAX)));
        stands_for("16EB", Binary, None);
        stands_for(
            "15.99EB",
            Decimal,
            Some((
                15985000000000000000,
                15990000000000000000,
                15999999999999999999,
            )),
        );
        stands_for("18EB", Decimal, None);
        stands_for("18446744073709551615EB", Binary, None);
        stands_for(
            "18446744073709551615B",
            Binary,
            Some((u64::MAX, u64::MAX, u64::MAX)),
        );
    }

    #[test]
    fn a_size_finer_than_a_byte_has_an_amount_only_where_a_byte_prints_so() {
        stands_for("1.234567KB", SizeBase::Binary, None);
        stands_for("1.500000KB", SizeBase::Binary, Some((1536, 1536, 1536)));
    }

    #[test]
    fn three_digits_are_printed_and_the_next_unit_from_1000_on() {
        use SizeBase::{Binary, Decimal};
        prints(0, Binary, "0B");
        prints(999, Binary, "999B");
        prints(1000, Binary, "0.977KB");
        prints(1024, Binary, "1.00KB");
        prints(1013 << 30, Binary, "0.989TB");
        prints(13 << 40, Binary, "13.0TB");
        prints(286 << 40, Binary, "286TB");
        prints(999_600, Decimal, "1.00MB");
        prints(u64::MAX, Binary, "16.0EB");
    }
}
