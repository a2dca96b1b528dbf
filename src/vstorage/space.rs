//! The line that is billed.
//!
//! ```text
//! Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB
//! ```
//!
//! In each pair the first size is what remains of the second. What is used has to be derived: to read
//! `allocatable` as *used* is the easiest way to send a wrong bill.

use crate::{
    amount::{Amount, Capacity, SizeBase},
    vstorage::{
        error::ParseError,
        grammar::{Parsed, bracketed, mark, print_tag, whole, word},
        placed::{Placed, placed},
        token::{Size, size},
    },
};
use nom::{
    Parser,
    combinator::map,
    sequence::{preceded, separated_pair},
};
use std::{fmt, str::FromStr};

/// What the cluster says of its space, as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The word in brackets, without them, such as `OK`; `None` where there are no brackets.
    pub tag: Option<String>,
    /// What clients may still allocate, of all that can be allocated: the *logical* pair.
    pub allocatable: Left,
    /// What is free on the disks, of all that is on them: the *physical* pair.
    pub free: Left,
}

/// How much is left, of how much, as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What is left.
    pub free: Size,
    /// Of how much.
    pub total: Size,
}

/// The line in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceAmounts {
    /// Of `allocatable A of B`: total B, free A, used B − A.
    pub logical: Capacity,
    /// Of `free C of D`: total D, free C, used D − C.
    pub physical: Capacity,
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Space: ")?;
        print_tag(self.tag.as_deref(), f)?;
        write!(f, "allocatable {}, free {}", self.allocatable, self.free)
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.free, self.total)
    }
}

impl FromStr for Space {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole(1, text, space)
    }
}

/// The `Space:` line.
pub(crate) fn space(input: &str) -> Parsed<'_, Space> {
    map(line, |(tag, allocatable, free)| Space {
        tag,
        allocatable: Left::from(allocatable),
        free: Left::from(free),
    })
    .parse(input)
}

/// The line in bytes, read again from its text, so that a size that cannot be is named with its place.
pub(crate) fn in_base(
    number: usize,
    text: &str,
    base: SizeBase,
) -> Result<SpaceAmounts, ParseError> {
    let (_, allocatable, free) = whole(number, text, line)?;
    let amount = |it: Sized| {
        let refused = || ParseError::within(number, text, it.tail, it.value.refusal(base));
        it.value.amount(base).ok_or_else(refused)
    };
    let capacity = |(free, total): (Sized, Sized)| {
        let (left, all): (Amount, Amount) = (amount(free)?, amount(total)?);
        let expected = || format!("no more free than the total of {}", total.value);
        Capacity::with_free(all, left)
            .ok_or_else(|| ParseError::within(number, text, free.tail, expected()))
    };
    Ok(SpaceAmounts {
        logical: capacity(allocatable)?,
        physical: capacity(free)?,
    })
}

type Sized<'a> = Placed<'a, Size>;

impl From<(Sized<'_>, Sized<'_>)> for Left {
    fn from((free, total): (Sized<'_>, Sized<'_>)) -> Self {
        Left {
            free: free.value,
            total: total.value,
        }
    }
}

/// The tag, and of each pair what is left and of how much.
pub(crate) type SpaceLine<'a> = (
    Option<String>,
    (Sized<'a>, Sized<'a>),
    (Sized<'a>, Sized<'a>),
);

/// Its numbers.
pub(crate) fn line(input: &str) -> Parsed<'_, SpaceLine<'_>> {
    (
        preceded(mark("Space:"), bracketed),
        preceded(word("allocatable"), left),
        preceded((mark(","), word("free")), left),
    )
        .parse(input)
}

fn left(input: &str) -> Parsed<'_, (Sized<'_>, Sized<'_>)> {
    separated_pair(placed(size), word("of"), placed(size)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str) -> Space {
        whole(2, text, space).unwrap()
    }

    #[track_caller]
    fn refused(text: &str, column: usize, expected: &str, found: &str) {
        let error = whole(2, text, space)
            .and_then(|_| in_base(2, text, SizeBase::Binary).map(drop))
            .unwrap_err();
        let ParseError { line, .. } = error;
        assert_eq!(line, 2);
        assert_eq!(
            (error.column, &*error.expected, &*error.found),
            (column, expected, found)
        );
    }

    #[test]
    fn what_is_left_is_not_what_is_used() {
        let text = "Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB";
        let line = reads(text);
        assert_eq!(line.tag.as_deref(), Some("OK"));
        assert_eq!(line.allocatable.free.to_string(), "1.32TB");
        assert_eq!(line.free.free.to_string(), "1.39TB");
        assert_eq!(line.to_string(), text);

        let amounts = in_base(2, text, SizeBase::Decimal).unwrap();
        assert_eq!(amounts.logical.free.bytes, 1_320_000_000_000);
        assert_eq!(amounts.logical.used.bytes, 120_000_000_000);
        assert_eq!(amounts.logical.used.max, 134_999_999_999);
        assert_eq!(amounts.physical.used.bytes, 50_000_000_000);
    }

    #[test]
    fn a_tag_is_anything_in_brackets_or_missing() {
        let rest = "allocatable 287TB of 377TB, free 314TB of 386TB";
        for tag in ["OK", "WARN 20%", ""] {
            let line = reads(&format!("Space: [{tag}] {rest}"));
            assert_eq!(line.tag.as_deref(), Some(tag));
        }
        let line = reads(&format!("Space: {rest}"));
        assert_eq!(line.tag, None);
        assert_eq!(line.to_string(), format!("Space: {rest}"));
    }

    #[test]
    fn blanks_are_elastic_where_the_tool_puts_some() {
        let text = "Space:[OK]  allocatable  1TB  of  2TB,  free 1TB of 2TB  ";
        assert_eq!(
            reads(text).to_string(),
            "Space: [OK] allocatable 1TB of 2TB, free 1TB of 2TB"
        );
    }

    #[test]
    fn a_line_that_is_not_whole_is_refused_with_its_place() {
        let size = "a size such as 1.44TB";
        refused(
            "Space: [OK] allocatable 1.32XB of 1.44TB, free 1.39TB of 1.44TB",
            25,
            size,
            "1.32XB of",
        );
        refused("Space: [OK] allocatable 1TB of 2T", 32, size, "2T");
        refused(
            "Space: [OK] allocatable 1TB of ",
            32,
            size,
            "the end of the line",
        );
        refused(
            "Space: [OK] allocatable 1TB of 2TB",
            35,
            ",",
            "the end of the line",
        );
        refused("Space: [OK", 8, "allocatable", "[OK");
        let whole = "Space: allocatable 1TB of 2TB, free 1TB of 2TB";
        refused(&format!("{whole}, x"), 47, "the end of the line", ", x");
    }

    #[test]
    fn figures_that_cannot_be_are_refused_with_their_place() {
        refused(
            "Space: allocatable 1TB of 2TB, free 58.0TB of 57.3TB",
            37,
            "no more free than the total of 57.3TB",
            "58.0TB of",
        );
        refused(
            "Space: allocatable 1TB of 16EB, free 1TB of 2TB",
            27,
            "a size below 2^64 bytes",
            "16EB, free",
        );
        refused(
            "Space: allocatable 1.2345678KB of 2TB, free 1TB of 2TB",
            20,
            "a size of whole bytes",
            "1.2345678KB of",
        );
    }
}
