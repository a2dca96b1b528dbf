//! What all lines are made of: words, marks, whole numbers and tags, with blanks before them.
//!
//! ```text
//! Space: [OK] allocatable … of …, free … of …
//! ```
//!
//! A parser that fails says in words what it wanted, and where: the tail of the line gives the column.

use crate::vstorage::error::ParseError;
use nom::{
    IResult, Parser,
    bytes::complete::{take_till, take_while1},
    character::complete::char,
    combinator::{all_consuming, eof, map, map_opt, opt, verify},
    error::{ContextError, ErrorKind, context},
    sequence::{delimited, preceded, terminated},
};
use std::fmt;

/// What a parser of this room wanted, and the tail of the line where it wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected<'a> {
    pub(crate) at: &'a str,
    pub(crate) what: &'static str,
}

impl<'a> nom::error::ParseError<&'a str> for Expected<'a> {
    fn from_error_kind(at: &'a str, _: ErrorKind) -> Self {
        Expected { at, what: "" }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

impl<'a> ContextError<&'a str> for Expected<'a> {
    /// The innermost words win, with the place where their token begins.
    fn add_context(at: &'a str, what: &'static str, other: Self) -> Self {
        if other.what.is_empty() {
            Expected { at, what }
        } else {
            other
        }
    }
}

/// What a parser of this room gives.
pub(crate) type Parsed<'a, T> = IResult<&'a str, T, Expected<'a>>;

/// The whole of `text`, but for blanks at its end, read by `parser`; `line` is for the error.
pub(crate) fn whole<'a, T>(
    line: usize,
    text: &'a str,
    parser: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
) -> Result<T, ParseError> {
    let ended = preceded(blanks, context("the end of the line", eof));
    match all_consuming(terminated(parser, ended)).parse(text) {
        Ok((_, value)) => Ok(value),
        Err(nom::Err::Error(it) | nom::Err::Failure(it)) => {
            Err(ParseError::within(line, text, it.at, it.what))
        }
        // no parser of this room streams
        Err(nom::Err::Incomplete(_)) => Err(ParseError::within(line, text, "", "more of the line")),
    }
}

/// A word as it stands, with blanks before it and no letter or digit after it.
pub(crate) fn word<'a>(
    word: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Expected<'a>> {
    // by hand, as the next: a line is made of little else
    move |input| {
        let (at, _) = blanks(input)?;
        match at.strip_prefix(word) {
            Some(rest) if boundary(rest).is_ok() => Ok((rest, word)),
            _ => Err(nom::Err::Error(Expected { at, what: word })),
        }
    }
}

/// A label or a sign of punctuation, with blanks before it and anything after it.
pub(crate) fn mark<'a>(
    mark: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Expected<'a>> {
    move |input| {
        let (at, _) = blanks(input)?;
        match at.strip_prefix(mark) {
            Some(rest) => Ok((rest, mark)),
            None => Err(nom::Err::Error(Expected { at, what: mark })),
        }
    }
}

/// A token ends here: nothing follows that stands in the midst of a word.
#[inline]
pub(crate) fn boundary(input: &str) -> Parsed<'_, ()> {
    match input.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')) {
        true => Err(nowhere(input)),
        false => Ok((input, ())),
    }
}

/// Blanks and tabs, or none of them.
#[inline]
pub(crate) fn blanks(input: &str) -> Parsed<'_, &str> {
    Ok(run(input, |byte| matches!(byte, b' ' | b'\t')))
}

/// Digits, one at least.
#[inline]
pub(crate) fn digits(input: &str) -> Parsed<'_, &str> {
    match run(input, |byte| byte.is_ascii_digit()) {
        (_, "") => Err(nowhere(input)),
        found => Ok(found),
    }
}

/// The ASCII characters at the start that `belong`, behind the rest as nom has it. By bytes: to decode characters took
/// a good part of the time.
#[inline]
fn run(input: &str, belong: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = input.bytes().position(|byte| !belong(byte));
    match end.and_then(|end| input.split_at_checked(end)) {
        Some((found, rest)) => (rest, found),
        None => ("", input),
    }
}

/// What is wanted here is said by the context around.
pub(crate) fn nowhere(at: &str) -> nom::Err<Expected<'_>> {
    nom::Err::Error(Expected { at, what: "" })
}

/// The number whose digits are those of `before` and then these; `None` where a `u64` does not hold it.
#[inline]
pub(crate) fn value(digits: &str, before: u64) -> Option<u64> {
    digits.bytes().try_fold(before, |value, digit| {
        let digit = char::from(digit).to_digit(10)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// A whole number that a `u64` holds.
pub(crate) fn count(input: &str) -> Parsed<'_, u64> {
    let digits = map_opt(digits, |digits| value(digits, 0));
    preceded(
        blanks,
        context("a whole number", terminated(digits, boundary)),
    )
    .parse(input)
}

/// `[OK]` gives `OK`; anything may stand in the brackets, blanks and nothing at all included.
pub(crate) fn bracketed(input: &str) -> Parsed<'_, Option<String>> {
    let inside = delimited(char('['), take_till(|c| c == ']'), char(']'));
    preceded(blanks, opt(map(inside, String::from))).parse(input)
}

/// Prints what [`bracketed`] reads, with a blank after it.
pub(crate) fn print_tag(tag: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match tag {
        Some(tag) => write!(f, "[{tag}] "),
        None => Ok(()),
    }
}

/// All characters that `belong`, without the blanks at their end; one at least.
pub(crate) fn rest<'a>(
    what: &'static str,
    belong: impl Fn(char) -> bool,
) -> impl Parser<&'a str, Output = String, Error = Expected<'a>> {
    let text = map(take_while1(belong), |text: &str| {
        text.trim_end().to_string()
    });
    context(what, verify(text, |text: &String| !text.is_empty()))
}

/// No name comes twice.
pub(crate) fn all_differ<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair.first() != pair.last())
}

/// `6d`, `23h`: a number and a letter, half of a duration.
pub(crate) fn is_duration_part(word: &str) -> bool {
    let number = word.strip_suffix(['d', 'h', 'm', 's']).unwrap_or("");
    !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stops<T: fmt::Debug>(
        text: &'static str,
        parser: impl Parser<&'static str, Output = T, Error = Expected<'static>>,
        column: usize,
        expected: &str,
    ) {
        let error = whole(1, text, parser).unwrap_err();
        assert_eq!((error.column, &*error.expected), (column, expected));
    }

    #[test]
    fn what_is_wanted_is_named_where_it_should_begin() {
        stops("3  off", (count, word("of")), 4, "of");
        for text in ["3 of4", "3 of.", "3 of_4", "3 of-4"] {
            stops(text, (count, word("of")), 3, "of");
        }
        stops("18446744073709551616", count, 1, "a whole number");
        stops("3.5", count, 1, "a whole number");
        stops("3 )", (count, mark(",")), 3, ",");
        stops("3  x", count, 4, "the end of the line");
    }

    #[test]
    fn a_tag_is_anything_in_brackets() {
        assert_eq!(
            whole(1, " [a b] ", bracketed).unwrap().as_deref(),
            Some("a b")
        );
        assert_eq!(whole(1, "[]", bracketed).unwrap().as_deref(), Some(""));
        assert_eq!(whole(1, "", bracketed).unwrap(), None);
    }
}
