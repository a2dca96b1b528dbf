//! A number of a line together with its place, for those who show where a figure comes from.
//!
//! ```text
//! Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
//!                         ^ tail
//! ```
//!
//! Each line has one parser, which gives its numbers so: the values of the report and the marks under the
//! text are two views of what it gives.

use crate::vstorage::grammar::{Parsed, blanks};
use std::borrow::Cow;

/// What a number says, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a, T> {
    pub(crate) value: T,
    /// The line from the number's first character on.
    pub(crate) tail: &'a str,
    /// The number as it stands in the line.
    text: &'a str,
}

/// A number by the name of what it says.
pub(crate) struct Token<'a> {
    pub(crate) figure: Cow<'static, str>,
    /// The line from its first character on.
    pub(crate) tail: &'a str,
    /// As it stands in the line.
    pub(crate) text: &'a str,
    /// As the value that was read prints.
    pub(crate) printed: String,
}

impl<'a, T: ToString> Placed<'a, T> {
    /// Says what the number is of.
    pub(crate) fn named(self, figure: impl Into<Cow<'static, str>>) -> Token<'a> {
        Token {
            figure: figure.into(),
            tail: self.tail,
            text: self.text,
            printed: self.value.to_string(),
        }
    }
}

/// What the parser takes, behind blanks, and where it has taken it.
pub(crate) fn placed<'a, T>(
    parser: impl Fn(&'a str) -> Parsed<'a, T> + Clone,
) -> impl Fn(&'a str) -> Parsed<'a, Placed<'a, T>> + Clone {
    move |input| {
        let (tail, _) = blanks(input)?;
        let (rest, value) = parser(tail)?;
        let length = tail.len().saturating_sub(rest.len());
        let text = tail.get(..length).unwrap_or(tail);
        Ok((rest, Placed { value, tail, text }))
    }
}
