//! The columns that all figures of a check stand in, so that each digit stands under its like.
//!
//! ```text
//! physical.total     57.3TB       63002016271565        57.3000
//!   from                          62947040690176        57.2500
//! ```

use std::{
    fmt,
    io::{self, Write},
};

use crate::cli::{check::fold, figures::Tib};

/// Of the name and the printed token together.
const NAME: usize = 26;
/// Of the bytes: a blank, a sign, their digits.
const BYTES: usize = 22;
/// Of the TiB.
const TIB: usize = 15;

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What it is of; its blanks stay.
    pub name: &'a str,
    /// As printed; empty where it was not.
    pub printed: &'a str,
    /// Whether the bytes are below zero.
    pub is_negative: bool,
    /// How many they are.
    pub bytes: u128,
    /// What is said of it.
    pub word: &'a str,
}

/// The line of the columns' names.
///
/// # Errors
/// The writer's own.
pub fn head(out: &mut impl Write, word: &str) -> io::Result<()> {
    row(out, "figure", "printed", &"bytes", &"TiB", word)
}

impl<'a> Line<'a> {
    /// An amount.
    pub fn of(name: &'a str, bytes: u64) -> Line<'a> {
        Line {
            name,
            printed: "",
            is_negative: false,
            bytes: u128::from(bytes),
            word: "",
        }
    }

    /// Writes it; a name that leaves no room for the rest has a line of its own.
    ///
    /// # Errors
    /// The writer's own.
    pub fn write(self, out: &mut impl Write) -> io::Result<()> {
        let sign = if self.is_negative { "-" } else { "" };
        let bytes = format!("{sign}{}", self.bytes);
        let tib = Tib(self.bytes).to_string();
        // A zero has no sign.
        let tib = match tib.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            true => format!("{sign}{tib}"),
            false => tib,
        };
        let room = NAME.saturating_sub(self.printed.chars().count() + 1);
        let mut name = self.name;
        if name.chars().count() > room {
            fold::write(out, "", name)?;
            name = "";
        }
        row(out, name, self.printed, &bytes, &tib, self.word)
    }
}

fn row(
    out: &mut impl Write,
    name: &str,
    printed: &str,
    bytes: &dyn fmt::Display,
    tib: &dyn fmt::Display,
    word: &str,
) -> io::Result<()> {
    let rest = NAME.saturating_sub(name.chars().count());
    let (bytes, tib) = (bytes.to_string(), tib.to_string());
    let line = format!("{name}{printed:>rest$}{bytes:>BYTES$}{tib:>TIB$}  {word}");
    writeln!(out, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(line: Line<'_>, expected: &str) {
        let mut out = Vec::new();
        line.write(&mut out).expect("written");
        let out = String::from_utf8(out).expect("text");
        assert_eq!(out, expected);
        assert!(out.lines().all(|line| line.chars().count() <= fold::WIDTH));
    }

    #[test]
    fn digits_stand_under_their_like_and_every_line_fits() {
        let line = Line {
            printed: "57.3TB",
            word: "agrees",
            ..Line::of("physical.total", 63_002_016_271_565)
        };
        shows(
            line,
            "physical.total      57.3TB        63002016271565        57.3000  agrees\n",
        );
        let line = Line {
            is_negative: true,
            word: "not the same",
            ..Line::of("  difference", u64::MAX)
        };
        shows(
            line,
            "  difference               -18446744073709551615 -16777216.0000  not the same\n",
        );
        let line = Line {
            is_negative: true,
            ..Line::of("    difference", 7)
        };
        shows(
            line,
            "    difference                                -7         0.0000\n",
        );
        let line = Line {
            printed: "1.00TB",
            ..Line::of("service.a-name-that-is-long", 1 << 40)
        };
        shows(
            line,
            "service.a-name-that-is-long\n                    1.00TB         1099511627776         1.0000\n",
        );
    }
}
