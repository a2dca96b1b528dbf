//! The words of the report: numbers, sizes, rates, operations, tags.
//!
//! ```text
//! 1.32TB   523B   26.2MB/s   1.9Kop/s   473Kops   0.0   [OK]
//! ```
//!
//! A size is kept as it was printed: digits, and a unit letter whose worth the text does not say. No blank
//! before the unit, no comma, and a `B` at its end: what lacks it was cut.

use crate::{
    amount::{Amount, SizeBase},
    vstorage::error::ParseError,
};
use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_till},
    character::complete::{char, digit1, one_of, satisfy, space0},
    combinator::{all_consuming, eof, map, map_opt, not, opt, recognize},
    error::{ContextError, ErrorKind, context},
    sequence::{delimited, preceded, terminated},
};
use std::{fmt, str::FromStr};

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
    let ended = preceded(space0, context("the end of the line", eof));
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
    preceded(space0, context(word, terminated(tag(word), boundary)))
}

/// A label or a sign of punctuation, with blanks before it and anything after it.
pub(crate) fn mark<'a>(
    mark: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Expected<'a>> {
    preceded(space0, context(mark, tag(mark)))
}

/// A token ends here: no letter, digit or point follows.
fn boundary(input: &str) -> Parsed<'_, ()> {
    not(satisfy(|c| c.is_alphanumeric() || c == '.')).parse(input)
}

/// A whole number that a `u64` holds.
pub(crate) fn count(input: &str) -> Parsed<'_, u64> {
    let digits = map_opt(digit1, |digits: &str| digits.parse().ok());
    preceded(
        space0,
        context("a whole number", terminated(digits, boundary)),
    )
    .parse(input)
}

/// `[OK]` gives `OK`; anything may stand in the brackets, blanks and nothing at all included.
pub(crate) fn bracketed(input: &str) -> Parsed<'_, Option<String>> {
    let inside = delimited(char('['), take_till(|c| c == ']'), char(']'));
    preceded(space0, opt(map(inside, String::from))).parse(input)
}

/// Prints what [`bracketed`] reads, with a blank after it.
pub(crate) fn print_tag(tag: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match tag {
        Some(tag) => write!(f, "[{tag}] "),
        None => Ok(()),
    }
}

/// A decimal number as printed, such as `1.32`, `007` or `0.0`: 20 digits at most, and no more than a
/// `u64` holds without the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: u64,
    whole: u8,
    fraction: u8,
}

impl Decimal {
    fn new(whole: &str, fraction: &str) -> Option<Self> {
        if whole.len() + fraction.len() > 20 {
            return None;
        }
        Some(Decimal {
            digits: format!("{whole}{fraction}").parse().ok()?,
            whole: u8::try_from(whole.len()).ok()?,
            fraction: u8::try_from(fraction.len()).ok()?,
        })
    }

    /// How many digits stand after the point.
    pub fn decimals(self) -> u8 {
        self.fraction
    }

    fn scale(self) -> u128 {
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

/// A decimal number; what follows is the caller's business.
pub(crate) fn decimal(input: &str) -> Parsed<'_, Decimal> {
    let number = (digit1, opt(preceded(char('.'), digit1)));
    let number = map_opt(number, |(whole, fraction): (&str, Option<&str>)| {
        Decimal::new(whole, fraction.unwrap_or(""))
    });
    preceded(space0, context("a number such as 0.0", number)).parse(input)
}

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
    preceded(space0, context("a size such as 1.44TB", size)).parse(input)
}

fn bare_size(input: &str) -> Parsed<'_, Size> {
    let number = (digit1, opt(preceded(char('.'), digit1)));
    let parts = (number, terminated(opt(one_of("KMGTPE")), char('B')));
    map_opt(
        parts,
        |((whole, fraction), letter): ((&str, Option<&str>), _)| {
            let power = match letter {
                None if fraction.is_some() => return None, // there is no half byte
                None => 0,
                Some('K') => 1,
                Some('M') => 2,
                Some('G') => 3,
                Some('T') => 4,
                Some('P') => 5,
                Some(_) => 6,
            };
            let number = Decimal::new(whole, fraction.unwrap_or(""))?;
            Some(Size { number, power })
        },
    )
    .parse(input)
}

impl FromStr for Size {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole(1, text, size)
    }
}

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
    preceded(space0, context("a rate such as 26.2MB/s", rate)).parse(input)
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
    let number = (digit1, opt((char('.'), digit1)), opt(one_of("KMGT")));
    let unit = alt((tag("ops/s"), tag("op/s"), tag("ops"), tag("op")));
    let ops = terminated(recognize((number, unit)), boundary);
    let ops = map(ops, |it: &str| Ops(it.into()));
    preceded(space0, context("operations such as 1.9Kop/s", ops)).parse(input)
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

    #[test]
    fn operations_are_kept_as_printed() {
        for text in ["0ops/s", "1.9Kop/s", "473Kops", "4.7Mops", "7op"] {
            assert_eq!(text.parse::<Ops>().unwrap().to_string(), text);
        }
        for text in ["", "ops/s", "1 ops", "1ops/", "1opsx", ".5ops"] {
            assert!(text.parse::<Ops>().is_err(), "{text}");
        }
    }
}
