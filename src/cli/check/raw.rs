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
    cli::{caret, check::fold::WIDTH},
    vstorage::{lines::Line, marks::Mark},
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
}
