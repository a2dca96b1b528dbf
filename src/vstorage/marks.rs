//! Where in the text the numbers stand that were read.
//!
//! ```text
//! Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
//!                         ^^^^^^    ^^^^^^       ^^^^^^    ^^^^^^
//! ```
//!
//! Each line that was read is read again by its own parser, so a mark stands under what was taken and under
//! nothing else. Versions, durations and the cells of tables are words, and are kept as they stand.

use crate::vstorage::{
    lines::{self, Line},
    numbers,
    placed::Token,
    report::StatReport,
};
use std::borrow::Cow;

/// A number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Physical line of the input, from 1.
    pub line: usize,
    /// Its first character in the line, from 1, colour left out.
    pub column: usize,
    /// What it says, such as `logical.free`.
    pub figure: Cow<'static, str>,
    /// As it stands in the text.
    pub text: String,
    /// As the value that was read prints.
    pub printed: String,
}

impl Mark {
    /// How many characters it has.
    pub fn length(&self) -> usize {
        self.text.chars().count()
    }
}

impl StatReport {
    /// Every number of the header that was read, in the order of the text. None where the report was built
    /// rather than read.
    pub fn marks(&self) -> Vec<Mark> {
        let kept: Vec<Line<'_>> = self.read.iter().collect();
        let mut marks = Vec::new();
        for group in lines::groups(&kept, true) {
            let Some(label) = group.label else {
                continue;
            };
            let text = group.text();
            for token in numbers::of(label, &text) {
                marks.extend(mark(group.lines, &text, token));
            }
        }
        marks
    }
}

/// The place of a token, of which the text is that of all these lines, joined by blanks.
fn mark(lines: &[Line<'_>], text: &str, token: Token<'_>) -> Option<Mark> {
    let mut before = text.len().checked_sub(token.tail.len())?;
    for Line { line, text } in lines {
        let Some(head) = text.get(..before) else {
            before = before.checked_sub(text.len() + 1)?;
            continue;
        };
        return Some(Mark {
            line: *line,
            column: head.chars().count() + 1,
            figure: token.figure,
            text: token.text.to_owned(),
            printed: token.printed,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::{
        labels::{LABELS, label},
        report::parse,
    };

    /// A line of each label.
    const TEXT: &str = "\
Cluster 'c1': healthy
Space: [OK] allocatable 1TB of 2TB, free 1TB of 3TB
MDS nodes: 3 of 5, epoch uptime: 13d  3h, cluster version: 128
CS nodes:  32 of 33 (32 avail, 1 inactive, 0 offline)
License: ACTIVE (expiration: 01/10/2021, capacity: 10TB, used: 20.3GB)
Replication:  1 norm,  1 limit
Chunks: [OK] 323 (100%) healthy,  0 (0%) void
FS:  1GB in 7 files, 8 inodes,  9 file maps,  3 chunks,  4 chunk replicas
IO:  read 0B/s (1.9Kop/s), write  26.2MB/s ( 0ops/s)
IO total: read   37.1GB ( 473Kops), write  133.7GB ( 4.7Mops)
Repl IO:  read     0B/s, write:     7B/s
Sync rate: 10ops/s, datasync rate:   0ops/s
IO QDEPTH: 0.0 aver, 0.0 max
";

    /// Every mark stands where the text has `<` and `>`, which are taken out before it is read.
    #[track_caller]
    fn marked(text: &str) -> Vec<Mark> {
        let marks = parse(&text.replace(['<', '>'], "")).unwrap().marks();
        let mut expected = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let mut column = 1;
            for (place, piece) in line.split(['<', '>']).enumerate() {
                if place % 2 == 1 {
                    expected.push((number, column, piece));
                }
                column += piece.chars().count();
            }
        }
        let found = marks
            .iter()
            .map(|it| (it.line, it.column, it.text.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        for mark in &marks {
            assert_eq!(
                (&mark.printed, mark.length()),
                (&mark.text, mark.text.len())
            );
        }
        marks
    }

    #[test]
    fn a_mark_stands_at_every_number_that_was_read_and_at_no_other() {
        marked(
            "noise 1TB\n\
             Cluster 'c1': healthy 7\n\
             Space: [1TB] allocatable <1TB> of  <2TB>, free <1TB> of <3TB>\n\
             MDS nodes: <3> of <5>, epoch uptime: 13d  3h, cluster version: 128\n\
             CS nodes:  <32> of <33> (<32> avail, <1> größer, <0> offline)\n\
             License: 1TB.2 is ACTIVE, <10TB> capacity\n\
             Replication: 2 norm\n\
             Repl IO:  read     <0B/s>, write:     <7B/s>\n\
             Sync rate: <10ops/s>, datasync rate:   <0ops/s>\n\
             IO QDEPTH: <0.0> aver, <0.0> max\n\
             Tiers: 3\n\
             IO total: read   <37.1GB> ( <473Kops>), write  <133.7GB> ( <4.7Mops>)\n\
             IO:  read <0B/s> (<1.9Kop/s>), write  <26.2MB/s> ( <0ops/s>)\n",
        );
    }

    #[test]
    fn a_line_that_goes_on_has_its_marks_in_each_part_and_a_table_has_none() {
        let marks = marked(
            "Cluster 'c1': healthy\n\
             Space: allocatable <1TB> of <2TB>, free <1TB> of <3TB>\n\
             Chunks: [OK] <323> (<100>%) healthy,  <0> (<0>%) void,\n\
             \u{20}            <7> (<0.5>%) lost\n\
             \u{20} CSID HOST\n\
             \u{20} 1025 a\n\
             License: ACTIVE (expiration: <01/10/2021>, capacity: <10TB>, used: <20.3GB>)\n\
             FS:  <1GB> in <7> files, <8> inodes,  <9> file maps,  <3> chunks,  <4> chunk replicas\n",
        );
        let names: Vec<&str> = marks.iter().map(|it| &*it.figure).collect();
        assert_eq!(names[..2], ["logical.free", "logical.total"]);
        assert_eq!(names[8..10], ["chunks.lost", "chunks.lost %"]);
    }

    #[test]
    fn a_line_of_each_label_is_read_and_every_one_but_the_first_has_its_numbers_marked() {
        let labels: Vec<_> = TEXT.lines().map(label).collect();
        assert_eq!(labels, LABELS.map(Some));
        let report = parse(TEXT).unwrap();
        assert_eq!(report.unread, []);
        assert_eq!(report.to_string().lines().count(), LABELS.len());
        let mut marked: Vec<usize> = report.marks().iter().map(|mark| mark.line).collect();
        marked.dedup();
        assert_eq!(marked, Vec::from_iter(2..=LABELS.len()));
    }
}
