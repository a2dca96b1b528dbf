//! What is counted by the second: bytes and operations.
//!
//! ```text
//! 26.2MB/s   1.9Kop/s   473Kops
//! ```

use crate::vstorage::{
    error::ParseError,
    grammar::{Parsed, blanks, boundary, digits, whole},
    token::{Size, bare_size},
};
use nom::{
    Parser,
    branch::alt,
    bytes::complete::tag,
    character::complete::{char, one_of},
    combinator::{map, opt, recognize},
    error::context,
    sequence::{preceded, terminated},
};
use std::{fmt, str::FromStr};

/// Bytes a second, printed as a size and `/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate(pub Size);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/s", self.0))
    }
}

/// A rate, such as `26.2MB/s`.
pub(crate) fn rate(input: &str) -> Parsed<'_, Rate> {
    let rate = terminated(map(bare_size, Rate), (tag("/s"), boundary));
    preceded(blanks, context("a rate such as 26.2MB/s", rate)).parse(input)
}

/// Operations as printed, such as `1.9Kop/s` or `473Kops`. The tool drops letters where room is short, and
/// what its `K` stands for is not known: so it stays text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ops(String);

impl fmt::Display for Ops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Ops {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole(1, text, ops)
    }
}

/// Operations, or operations a second.
pub(crate) fn ops(input: &str) -> Parsed<'_, Ops> {
    let number = (digits, opt((char('.'), digits)), opt(one_of("KMGT")));
    let unit = alt((tag("ops/s"), tag("op/s"), tag("ops"), tag("op")));
    let ops = terminated(recognize((number, unit)), boundary);
    let ops = map(ops, |it: &str| Ops(it.into()));
    preceded(blanks, context("operations such as 1.9Kop/s", ops)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_kept_as_printed() {
        for text in ["0ops/s", "1.9Kop/s", "473Kops", "4.7Mops", "7op"] {
            assert_eq!(text.parse::<Ops>().unwrap().to_string(), text);
        }
        for text in ["", "ops/s", "1 ops", "1ops/", "1opsx", ".5ops"] {
            assert!(text.parse::<Ops>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_a_size_a_second() {
        for text in ["0B/s", "26.2MB/s"] {
            assert_eq!(whole(1, text, rate).unwrap().to_string(), text);
        }
        for text in ["0B", "0B/", "0B/sec", "0.5B/s"] {
            assert!(whole(1, text, rate).is_err(), "{text}");
        }
    }
}
