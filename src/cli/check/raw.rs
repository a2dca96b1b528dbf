//! The text of a node with a mark under every number that was read.
//!
//! ```text
//!    2 | Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
//!                                ^^^^^^    ^^^^^^       ^^^^^^    ^^^^^^
//!    3 ? Tiers: 3
//! ```

use std::{
    collections::HashSet,
    io::{self, Write},
};

use crate::{
    cli::{
        caret,
        check::fold::{self, WIDTH},
    },
    vstorage::{error::ParseError, lines::Line, marks::Mark},
};

/// Every line behind its number, those that no rule reads behind a `?`.
///
/// # Errors
/// The writer's own.
pub fn write(
    out: &mut impl Write,
    text: &str,
    marks: &[Mark],
    unread: &HashSet<usize>,
) -> io::Result<()> {
    let mut marks = marks.iter().peekable();
    for (line, number) in text.split_terminator('\n').zip(1..) {
        let line = caret::shown(line);
        let mut under = vec![' '; line.chars().count()];
        while let Some(mark) = marks.next_if(|mark| mark.line <= number) {
            let start = mark.column.saturating_sub(1);
            if let Some(place) = under.get_mut(start..start + mark.length()) {
                place.fill('^');
            }
        }
        let sign = if unread.contains(&number) { '?' } else { '|' };
        numbered(out, number, sign, &line, &under)?;
    }
    Ok(())
}

/// A line that no rule reads, behind its number.
///
/// # Errors
/// The writer's own.
pub fn unread(out: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    numbered(out, line.line, '?', &caret::shown(&line.text), &[])
}

/// The line that cannot be read, with a mark under the place, and what should stand there.
///
/// # Errors
/// The writer's own.
pub fn error(out: &mut impl Write, text: &str, error: &ParseError) -> io::Result<()> {
    let mut lines = text.split_terminator('\n').zip(1..);
    if let Some((line, number)) = lines.find(|(_, number)| *number == error.line) {
        let line = caret::shown(line);
        let mut under = vec![' '; error.column.saturating_sub(1)];
        under.push('^');
        // The place may be behind the last character.
        let room = under.len().max(line.chars().count());
        numbered(out, number, '|', &format!("{line:<room$}"), &under)?;
    }
    fold::write(out, "", &error.to_string())
}

/// A line that is too long for the page goes on behind a `:`, so that its marks stay under it.
fn numbered(
    out: &mut impl Write,
    number: usize,
    sign: char,
    line: &str,
    under: &[char],
) -> io::Result<()> {
    let line: Vec<char> = line.chars().collect();
    let (mut head, mut sign) = (format!("{number:>4}"), sign);
    let margin = head.chars().count() + 3;
    let room = WIDTH.saturating_sub(margin).max(1);
    for start in (0..line.len().max(1)).step_by(room) {
        let piece = |of: &[char]| of.iter().skip(start).take(room).collect::<String>();
        let (above, below) = (piece(&line), piece(under));
        let shown = format!("{head} {sign} {above}");
        writeln!(out, "{}", shown.trim_end())?;
        if below.contains('^') {
            writeln!(out, "{:margin$}{}", "", below.trim_end())?;
        }
        head = " ".repeat(head.len());
        sign = ':';
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::report;

    #[test]
    fn marks_stand_under_what_was_read_also_where_a_line_is_folded() {
        let text = "\u{1b}[32mCluster 'c':\u{1b}[0m healthy\r\n\
            Space:\tallocatable 1.10TB of 2TB, free 1TB of 2TB\n\
            \n\
            Tiers: 3\n\
            FS:  20.3GB in 757 files, 757 inodes,  244 file maps,  323 chunks,     889 chunk replicas\n";
        let report = report::parse(text).expect("a report");
        let mut out = Vec::new();
        write(&mut out, text, &report.marks(), &HashSet::from([4])).expect("written");
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "   1 | Cluster 'c': healthy\n\
             \u{20}  2 | Space: allocatable 1.10TB of 2TB, free 1TB of 2TB\n\
             \u{20}                         ^^^^^^    ^^^       ^^^    ^^^\n\
             \u{20}  3 |\n\
             \u{20}  4 ? Tiers: 3\n\
             \u{20}  5 | FS:  20.3GB in 757 files, 757 inodes,  244 file maps,  323 chunks,     88\n\
             \u{20}           ^^^^^^    ^^^        ^^^          ^^^             ^^^             ^^\n\
             \u{20}    : 9 chunk replicas\n\
             \u{20}      ^\n"
        );
    }

    #[test]
    fn the_place_of_an_error_is_marked_also_behind_the_end_of_its_line() {
        let shows = |text: &str, expected: &str| {
            let broken = report::parse(text).expect_err("no report");
            let mut out = Vec::new();
            error(&mut out, text, &broken).expect("written");
            assert_eq!(String::from_utf8(out).expect("text"), expected);
        };
        shows(
            "Cluster 'c': healthy\nSpace: allocatable 1TB of 2XB, free 1TB of 2TB\n",
            "   2 | Space: allocatable 1TB of 2XB, free 1TB of 2TB\n\
             \u{20}                                ^\n\
             line 2, column 27: expected `a size such as 1.44TB`, found `2XB, free`\n",
        );
        shows(
            "Cluster 'c': healthy\nSpace: allocatable 1TB of",
            "   2 | Space: allocatable 1TB of\n\
             \u{20}                               ^\n\
             line 2, column 26: expected `a size such as 1.44TB`, found `the end of the line`\n",
        );
        shows(
            "",
            "line 1, column 1: expected `exactly one Cluster line`, found `the end of the\ntext`\n",
        );
    }
}
