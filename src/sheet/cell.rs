//! What stands in one field of a row.

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::Error};
use serde_json::Number;

use crate::{clock, hex, meter::decimal::Decimal};

/// One field. Numbers are kept as their digits, so that no float ever stands between a figure and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// What is not known, or does not apply.
    Nothing,
    /// A text, possibly of a peer.
    Text(String),
    /// A whole number.
    Number(Number),
    /// A number with decimals.
    Decimal(Decimal),
    /// The same below 0.
    Minus(Decimal),
    /// A moment, to the millisecond.
    Time(Timestamp),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// A text; nothing where it is empty.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        match text.is_empty() {
            true => Cell::Nothing,
            false => Cell::Text(text),
        }
    }

    /// Bytes as hex digits.
    pub fn hex(bytes: &[u8]) -> Cell {
        Cell::Text(hex::lower(bytes))
    }

    /// What is there, or nothing.
    pub fn maybe(cell: Option<impl Into<Cell>>) -> Cell {
        cell.map_or(Cell::Nothing, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Number(number.into())
    }
}

impl From<u128> for Cell {
    fn from(number: u128) -> Cell {
        Cell::Number(number.into())
    }
}

impl From<i128> for Cell {
    fn from(number: i128) -> Cell {
        Cell::Number(number.into())
    }
}

impl From<Decimal> for Cell {
    fn from(decimal: Decimal) -> Cell {
        Cell::Decimal(decimal)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Cell {
        Cell::Time(at)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Nothing => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => number.serialize(serializer),
            Cell::Decimal(decimal) => decimal.serialize(serializer),
            Cell::Minus(decimal) => {
                let number: Number = format!("-{decimal}").parse().map_err(S::Error::custom)?;
                number.serialize(serializer)
            }
            Cell::Time(at) => serializer.serialize_str(&clock::rfc3339(*at)),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::hours;

    #[test]
    fn a_number_keeps_its_digits_and_nothing_is_null() {
        let tenth = hours::each(360).unwrap();
        let cells = [
            Cell::from(tenth),
            Cell::Minus(tenth),
            Cell::from(u128::MAX),
            Cell::from(-7_i128),
            Cell::maybe(None::<u64>),
            Cell::text(""),
            Cell::from(true),
        ];
        assert_eq!(
            serde_json::to_string(&cells).unwrap(),
            "[0.100000000,-0.100000000,340282366920938463463374607431768211455,-7,null,null,true]"
        );
    }
}
