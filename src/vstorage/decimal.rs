//! Decimal numbers, kept as printed.
//!
//! ```text
//! 1.32   007   0.0   100
//! ```

use crate::vstorage::{
    error::ParseError,
    grammar::{Parsed, blanks, boundary, digits, nowhere, value, whole},
};
use nom::{
    Parser,
    error::context,
    sequence::{preceded, terminated},
};
use std::{fmt, str::FromStr};

/// A decimal number as printed, such as `1.32`, `007` or `0.0`: 20 digits at most, and no more than a
/// `u64` holds without the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub(crate) digits: u64,
    /// How many digits were printed before the point.
    pub(crate) whole: u8,
    /// How many digits were printed after the point.
    pub(crate) fraction: u8,
}

impl Decimal {
    /// A number by its digits before and after the point; `None` where they are too many.
    #[inline]
    pub(crate) fn new(whole: &str, fraction: &str) -> Option<Self> {
        if whole.len() + fraction.len() > 20 {
            return None;
        }
        Some(Decimal {
            digits: value(fraction, value(whole, 0)?)?,
            whole: u8::try_from(whole.len()).ok()?,
            fraction: u8::try_from(fraction.len()).ok()?,
        })
    }

    /// How many digits stand after the point.
    pub fn decimals(self) -> u8 {
        self.fraction
    }

    /// Ten to the number of decimals.
    pub(crate) fn scale(self) -> u128 {
        10_u128.pow(u32::from(self.fraction))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, scale) = (u128::from(self.digits), self.scale());
        let whole = format!(
            "{:0width$}",
            digits / scale,
            width = usize::from(self.whole)
        );
        if self.fraction == 0 {
            return f.pad(&whole);
        }
        let width = usize::from(self.fraction);
        f.pad(&format!("{whole}.{:0width$}", digits % scale))
    }
}

impl FromStr for Decimal {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole(1, text, decimal)
    }
}

/// A decimal number and nothing more of its word.
pub(crate) fn decimal(input: &str) -> Parsed<'_, Decimal> {
    let number = terminated(number, boundary);
    preceded(blanks, context("a number such as 0.0", number)).parse(input)
}

/// A decimal number without blanks before it; what wanted it says so.
#[inline]
pub(crate) fn number(input: &str) -> Parsed<'_, Decimal> {
    let (rest, whole) = digits(input)?;
    let (rest, fraction) = match rest.strip_prefix('.').map(digits) {
        Some(Ok(found)) => found,
        _ => (rest, ""),
    };
    let number = Decimal::new(whole, fraction).ok_or_else(|| nowhere(input))?;
    Ok((rest, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_printed_digit_for_digit() {
        for text in [
            "0",
            "007",
            "0.0",
            "1.50",
            "00.10",
            "18446744073709551615",
            "0.0000000000000000001",
        ] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        assert_eq!(
            format!("{:>6}", "1.5".parse::<Decimal>().unwrap()),
            "   1.5"
        );
    }

    #[test]
    fn a_number_of_too_many_digits_is_refused() {
        for text in [
            "18446744073709551616",
            "000000000000000000001",
            ".5",
            "5.",
            "1e3",
            "1.5x",
            "-1",
            "1 2",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }
}
