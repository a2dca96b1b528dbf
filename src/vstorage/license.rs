//! The licence, in two dialects.
//!
//! ```text
//! License: ACTIVE (expiration: 01/10/2021, capacity: 10TB, used: 20.3GB)
//! License: ABCD.12345678.1234 is ACTIVE, 10TB capacity
//! ```
//!
//! The month comes first. A licence without an end is printed with a date in 2100. (vstorage.md 2.5.)

use crate::{
    amount::SizeBase,
    vstorage::{
        grammar::{Parsed, blanks, mark, word},
        placed::{Placed, placed},
        token::{Size, size},
    },
};
use jiff::civil::Date;
use nom::{
    Parser,
    branch::alt,
    bytes::complete::{take_till1, take_while_m_n, take_while1},
    character::complete::char,
    combinator::{map, map_opt, verify},
    error::context,
    sequence::{delimited, preceded, terminated},
};
use std::fmt;

/// What the cluster is licensed for. The enum keeps which dialect the line was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum License {
    /// VHI: with an end and with what is used.
    Dated {
        /// Such as `ACTIVE`; no other word has been seen.
        state: String,
        /// The last day.
        expires_on: Date,
        /// How much may be used.
        capacity: Size,
        /// What users have stored, each byte counted once.
        used: Size,
    },
    /// Acronis Storage and before: with the key.
    Keyed {
        /// The licence's number.
        key: String,
        /// Such as `ACTIVE`.
        state: String,
        /// How much may be used.
        capacity: Size,
    },
}

impl License {
    /// The word for its state.
    pub fn state(&self) -> &str {
        match self {
            License::Dated { state, .. } | License::Keyed { state, .. } => state,
        }
    }

    /// How much may be used.
    pub fn capacity(&self) -> Size {
        match self {
            License::Dated { capacity, .. } | License::Keyed { capacity, .. } => *capacity,
        }
    }

    /// What users have stored; `None` in the old dialect.
    pub fn used(&self) -> Option<Size> {
        match self {
            License::Dated { used, .. } => Some(*used),
            License::Keyed { .. } => None,
        }
    }

    /// Whether all its sizes have an amount in this base.
    pub(crate) fn fits(&self, base: SizeBase) -> bool {
        let mut sizes = self.used().into_iter().chain([self.capacity()]);
        sizes.all(|size| size.amount(base).is_some())
    }
}

impl fmt::Display for License {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            License::Dated {
                state,
                expires_on,
                capacity,
                used,
            } => {
                let day = Day(*expires_on);
                write!(f, "License: {state} (expiration: {day}, ")?;
                write!(f, "capacity: {capacity}, used: {used})")
            }
            License::Keyed {
                key,
                state,
                capacity,
            } => write!(f, "License: {key} is {state}, {capacity} capacity"),
        }
    }
}

/// A day as the tool prints it, the month first.
#[derive(Clone, Copy)]
pub(crate) struct Day(Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Day(date) = self;
        let (month, day, year) = (date.month(), date.day(), date.year());
        write!(f, "{month:02}/{day:02}/{year:04}")
    }
}

/// The `License:` line.
pub(crate) fn license(input: &str) -> Parsed<'_, License> {
    map(line, |it| match it {
        Placements::Dated(state, day, capacity, used) => License::Dated {
            state,
            expires_on: day.value.0,
            capacity: capacity.value,
            used: used.value,
        },
        Placements::Keyed(key, state, capacity) => License::Keyed {
            key: key.into(),
            state,
            capacity: capacity.value,
        },
    })
    .parse(input)
}

type Sized<'a> = Placed<'a, Size>;

/// The line in either dialect, its numbers with their places.
pub(crate) enum Placements<'a> {
    /// State, last day, capacity, used.
    Dated(String, Placed<'a, Day>, Sized<'a>, Sized<'a>),
    /// Key, state, capacity.
    Keyed(&'a str, String, Sized<'a>),
}

/// Its numbers; the key is none.
pub(crate) fn line(input: &str) -> Parsed<'_, Placements<'_>> {
    preceded(mark("License:"), alt((dated, keyed))).parse(input)
}

fn dated(input: &str) -> Parsed<'_, Placements<'_>> {
    let line = (
        state,
        preceded((mark("("), mark("expiration:")), placed(day)),
        preceded((mark(","), mark("capacity:")), placed(size)),
        delimited((mark(","), mark("used:")), placed(size), mark(")")),
    );
    map(line, |(state, day, capacity, used)| {
        Placements::Dated(state, day, capacity, used)
    })
    .parse(input)
}

fn keyed(input: &str) -> Parsed<'_, Placements<'_>> {
    let key = context("a licence key", take_till1(char::is_whitespace));
    let line = (
        delimited(blanks, key, word("is")),
        terminated(state, mark(",")),
        terminated(placed(size), word("capacity")),
    );
    map(line, |(key, state, capacity)| {
        Placements::Keyed(key, state, capacity)
    })
    .parse(input)
}

/// `ACTIVE`, or several words.
fn state(input: &str) -> Parsed<'_, String> {
    let words = take_while1(|c: char| c.is_ascii_alphabetic() || " _-".contains(c));
    let words = map(words, |it: &str| it.trim_end().to_string());
    let words = verify(words, |it: &String| !it.is_empty());
    preceded(blanks, context("a licence's state", words)).parse(input)
}

/// `MM/DD/YYYY`; a day that no calendar has is refused.
fn day(input: &str) -> Parsed<'_, Day> {
    let digits = |n| take_while_m_n(n, n, |c: char| c.is_ascii_digit());
    let parts = (digits(2), char('/'), digits(2), char('/'), digits(4));
    let date = map_opt(
        parts,
        |(month, _, day, _, year): (&str, _, &str, _, &str)| {
            let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
            date.ok().map(Day)
        },
    );
    preceded(blanks, context("a date such as 01/10/2021", date)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::grammar::whole;

    #[test]
    fn both_dialects_are_printed_as_they_were_read() {
        for text in [
            "License: ACTIVE (expiration: 01/10/2021, capacity: 10TB, used: 20.3GB)",
            "License: GRACE PERIOD (expiration: 02/29/2024, capacity: 10TB, used: 0B)",
            "License: ABCD.12345678.1234 is ACTIVE, 10TB capacity",
        ] {
            assert_eq!(whole(1, text, license).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_month_comes_first() {
        let text = "License: ACTIVE (expiration: 01/10/2021, capacity: 10TB, used: 20.3GB)";
        let License::Dated { expires_on, .. } = whole(1, text, license).unwrap() else {
            panic!("{text}");
        };
        assert_eq!(expires_on.to_string(), "2021-01-10");
    }

    #[test]
    fn a_line_of_neither_dialect_is_refused() {
        for text in [
            "License: ACTIVE",
            "License: ACTIVE (expiration: 13/10/2021, capacity: 10TB, used: 20.3GB)",
            "License: ACTIVE (expiration: 02/29/2023, capacity: 10TB, used: 20.3GB)",
            "License: ACTIVE (expiration: 1/10/2021, capacity: 10TB, used: 20.3GB)",
            "License: ACTIVE (expiration: 01/10/2021, capacity: 10, used: 20.3GB)",
            "License: is ACTIVE, 10TB capacity",
        ] {
            assert!(whole(1, text, license).is_err(), "{text}");
        }
    }
}
