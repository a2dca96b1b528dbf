//! What was read, printed again and held against what was printed.
//!
//! A parser that misreads a line prints another one. Blanks are left out: the tool pads its columns.

use std::collections::HashSet;

use crate::vstorage::{lines::Line, report::StatReport};

/// The lines that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedBack {
    /// How many of them print the same, to the letter.
    pub same: usize,
    /// Those that do not.
    pub differ: Vec<Line<'static>>,
}

/// Prints the report and looks for every line that it was read from.
pub fn hold(report: &StatReport) -> PrintedBack {
    let printed: HashSet<String> = report.to_string().lines().map(letters).collect();
    let found = |line: &Line| printed.contains(&letters(&line.text));
    let (same, differ): (Vec<Line>, Vec<Line>) = report.read.iter().partition(found);
    PrintedBack {
        same: same.len(),
        differ: differ.into_iter().map(Line::into_owned).collect(),
    }
}

fn letters(line: &str) -> String {
    line.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::report;

    const TEXT: &str = "Cluster 'c': healthy\nSpace: [OK] allocatable 1.10TB of 2TB,  free 1TB of 2TB\nReplication:  1 norm,  1 limit\n";

    #[test]
    fn every_line_that_was_read_prints_the_same() {
        let report = report::parse(TEXT).expect("a report");
        let expected = PrintedBack {
            same: 3,
            differ: Vec::new(),
        };
        assert_eq!(hold(&report), expected);
    }

    #[test]
    fn a_figure_that_is_not_what_was_printed_is_found() {
        let mut report = report::parse(TEXT).expect("a report");
        report.space.free.total = "3TB".parse().expect("a size");
        let PrintedBack { same, differ } = hold(&report);
        assert_eq!(
            (
                same,
                differ.iter().map(|line| line.line).collect::<Vec<_>>()
            ),
            (2, vec![2])
        );
    }
}
