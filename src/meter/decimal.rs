//! A decimal number with a fixed count of places: exact digits, and never a binary float.
//!
//! ```text
//! 5.000000000   0.999123
//! ```

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::Number;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// A number of at least 0 with `places` digits behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    whole: u128,
    /// As many units of the last place as stand behind the point.
    behind: u128,
    places: u32,
}

/// How a quotient becomes a number with so many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest one, halves up.
    HalfUp,
    /// To the next one below: it only is 1 where all of it is there.
    Down,
}

impl Decimal {
    /// A quotient to at most 18 places; `None` for one by 0.
    pub fn quotient(number: u128, by: u64, places: u32, rounding: Rounding) -> Option<Decimal> {
        let one = 10_u128.pow(places.min(18));
        let by = u128::from(by);
        let (whole, rest) = (number.checked_div(by)?, number.checked_rem(by)?);
        // Below 2^64 times 10^18: there is room for twice as much.
        let behind = match rounding {
            Rounding::HalfUp => (rest * one * 2 + by) / (by * 2),
            Rounding::Down => rest * one / by,
        };
        Some(Decimal {
            whole: whole + behind / one,
            behind: behind % one,
            places: places.min(18),
        })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decimal {
            whole,
            behind,
            places,
        } = self;
        match *places as usize {
            0 => write!(f, "{whole}"),
            places => write!(f, "{whole}.{behind:0places$}"),
        }
    }
}

/// A text that writes no such number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no decimal number such as `0.999123`")]
pub struct NoDecimal;

impl FromStr for Decimal {
    type Err = NoDecimal;

    fn from_str(text: &str) -> Result<Decimal, NoDecimal> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| match text.bytes().all(|it| it.is_ascii_digit()) {
            true => text.parse().map_err(|_| NoDecimal),
            false => Err(NoDecimal),
        };
        let places = u32::try_from(behind.len()).map_err(|_| NoDecimal)?;
        Ok(Decimal {
            whole: digits(whole)?,
            behind: match places {
                0 if text.ends_with('.') => return Err(NoDecimal),
                0 => 0,
                1..=18 => digits(behind)?,
                _ => return Err(NoDecimal),
            },
            places,
        })
    }
}

/// A number of JSON, digit for digit.
impl TryFrom<Decimal> for Number {
    type Error = serde_json::Error;

    fn try_from(decimal: Decimal) -> Result<Number, serde_json::Error> {
        decimal.to_string().parse()
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = Number::try_from(*self).map_err(ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let number = Number::deserialize(deserializer)?;
        number.as_str().parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        let about = "Exact: every digit counts, so read it as a decimal and not as a double.";
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some(about))
            .into()
    }
}

impl ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn gives(number: u128, by: u64, places: u32, rounding: Rounding, text: &str) {
        let decimal = Decimal::quotient(number, by, places, rounding).unwrap();
        assert_eq!(decimal.to_string(), text);
        assert_eq!(serde_json::to_string(&decimal).unwrap(), text);
        assert_eq!(serde_json::from_str::<Decimal>(text).unwrap(), decimal);
    }

    #[test]
    fn what_writes_no_such_number_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1.0000000000000000000",
            "1.+5",
            "x",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(NoDecimal), "{text}");
        }
    }

    #[test]
    fn a_quotient_is_written_digit_for_digit() {
        gives(5, 1, 9, Rounding::HalfUp, "5.000000000");
        gives(1, 3, 9, Rounding::HalfUp, "0.333333333");
        gives(2, 3, 9, Rounding::HalfUp, "0.666666667");
        gives(2, 3, 6, Rounding::Down, "0.666666");
        gives(7, 2, 0, Rounding::HalfUp, "4");
        gives(1, 2_000_000, 6, Rounding::HalfUp, "0.000001");
        gives(
            999_999_999_999,
            1_000_000_000_000,
            9,
            Rounding::HalfUp,
            "1.000000000",
        );
        gives(
            999_999_999_999,
            1_000_000_000_000,
            9,
            Rounding::Down,
            "0.999999999",
        );
        gives(
            u128::MAX,
            u64::MAX,
            18,
            Rounding::HalfUp,
            "18446744073709551617.000000000000000000",
        );
        assert_eq!(Decimal::quotient(1, 0, 6, Rounding::Down), None);
    }
}
