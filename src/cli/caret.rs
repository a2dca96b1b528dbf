//! The place of a parse error, shown under its line.
//!
//! ```text
//! x.txt: line 2, column 25: expected `a size such as 1.44TB`, found `1.32XB of`
//! 2 | Space: [OK] allocatable 1.32XB of 1.44TB, free 1TB of 2TB
//!   |                         ^ expected a size such as 1.44TB
//! ```

use std::io::{self, Write};

use crate::vstorage::{error::ParseError, lines};

/// The line that cannot be read, with a caret under the place.
///
/// # Errors
/// The writer's own.
pub fn point(out: &mut impl Write, name: &str, text: &str, error: &ParseError) -> io::Result<()> {
    writeln!(out, "{name}: {error}")?;
    let line = error
        .line
        .checked_sub(1)
        .and_then(|index| text.split('\n').nth(index));
    let Some(line) = line else {
        return Ok(());
    };
    let line = shown(line);
    let number = error.line.to_string();
    writeln!(out, "{number} | {line}")?;
    let blanks = " ".repeat(error.column.saturating_sub(1));
    writeln!(
        out,
        "{:>width$} | {blanks}^ expected {}",
        "",
        error.expected,
        width = number.len()
    )
}

/// The line as its columns are counted: without line end and colour, each control character a blank.
pub fn shown(line: &str) -> String {
    let line = lines::without_colour(line.strip_suffix('\r').unwrap_or(line));
    line.replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{amount::SizeBase, vstorage::bytes};

    #[test]
    fn the_caret_stands_under_the_column() {
        let text = "Cluster 'stor1': healthy\r\n\u{1b}[32mSpace:\u{1b}[0m [OK] allocatable 1.32XB of 1.44TB, free 1TB of 2TB\r\n";
        let error = bytes::read(text, SizeBase::Binary).expect_err("no size");
        let mut out = Vec::new();
        point(&mut out, "x.txt", text, &error).expect("written");
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "x.txt: line 2, column 25: expected `a size such as 1.44TB`, found `1.32XB of`\n\
             2 | Space: [OK] allocatable 1.32XB of 1.44TB, free 1TB of 2TB\n\
             \u{20} |                         ^ expected a size such as 1.44TB\n"
        );
    }

    #[test]
    fn an_error_behind_the_last_line_needs_no_caret() {
        let error = bytes::read("", SizeBase::Binary).expect_err("nothing");
        let mut out = Vec::new();
        point(&mut out, "-", "", &error).expect("written");
        assert!(
            String::from_utf8(out)
                .expect("text")
                .starts_with("-: line 1, column 1: ")
        );
    }
}
