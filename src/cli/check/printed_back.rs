//! What was read, printed again and held against what was printed.
//!
//! A parser that misreads a line prints another one, and a figure that is taken from the wrong place prints
//! another token than stands there. Blanks between words are left out: the tool pads its columns.

use std::collections::HashSet;

use crate::{
    cli::figures::Row,
    vstorage::{lines::Line, marks::Mark, report::StatReport},
};

/// The lines that were read, and every number in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedBack {
    /// How many of the lines print the same, to the letter.
    pub same: usize,
    /// Those that do not.
    pub differ: Vec<Line<'static>>,
    /// The numbers, in the order of the text.
    pub tokens: Vec<Token>,
}

/// A number of the text, and what is printed where its figure is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, and what there stands.
    pub mark: Mark,
    /// The figure of its name printed; where none is made of it, the number itself.
    pub printed: String,
}

impl Token {
    /// Whether both are the same to the letter.
    pub fn is_same(&self) -> bool {
        self.mark.text == self.printed
    }
}

impl PrintedBack {
    /// Whether everything prints the same.
    pub fn is_same(&self) -> bool {
        self.differ.is_empty() && self.tokens.iter().all(Token::is_same)
    }
}

/// Prints the report and looks for every line that it was read from, and the figures of these rows, each
/// with the number that it is made of.
pub fn hold(report: &StatReport, rows: &[Row]) -> PrintedBack {
    let printed: HashSet<String> = report.to_string().lines().map(letters).collect();
    let found = |line: &Line| printed.contains(&letters(&line.text));
    let (same, differ): (Vec<Line>, Vec<Line>) = report.read.iter().partition(found);
    let token = |mark: Mark| {
        let row = rows.iter().find(|row| row.name == mark.figure);
        let printed = row.and_then(figure).unwrap_or(mark.printed.clone());
        Token { mark, printed }
    };
    PrintedBack {
        same: same.len(),
        differ: differ.into_iter().map(Line::into_owned).collect(),
        tokens: report.marks().into_iter().map(token).collect(),
    }
}

/// What the figure was printed as: a rate is a size a second.
fn figure(row: &Row) -> Option<String> {
    let size = row.printed?;
    match row.name.ends_with(" /s") {
        true => Some(format!("{size}/s")),
        false => Some(size.to_string()),
    }
}

fn letters(line: &str) -> String {
    line.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{amount::SizeBase, cli::figures, vstorage::bytes};

    const TEXT: &str = "Cluster 'c': healthy\nSpace: [OK] allocatable 1.10TB of 2TB,  free 1TB of 3TB\nReplication:  1 norm,  1 limit\nIO:  read 1MB/s (0ops/s), write 2MB/s (0ops/s)\n";

    fn held(change: impl FnOnce(&mut StatReport)) -> PrintedBack {
        let base = SizeBase::Binary;
        let (mut report, _) = bytes::read(TEXT, base).expect("a report");
        change(&mut report);
        let space = report.space_in(base).expect("figures");
        hold(&report, &figures::rows(&report, space, base))
    }

    #[test]
    fn every_line_and_every_number_that_was_read_prints_the_same() {
        let held = held(|_| {});
        assert_eq!((held.same, held.tokens.len()), (4, 10));
        assert!(held.is_same(), "{held:?}");
    }

    #[test]
    fn a_figure_that_is_not_what_was_printed_is_found() {
        let held = held(|report| report.space.free.total = "4TB".parse().expect("a size"));
        let lines: Vec<usize> = held.differ.iter().map(|line| line.line).collect();
        assert_eq!((held.same, lines), (3, vec![2]));
        let tokens = held.tokens.iter().filter(|token| !token.is_same());
        let tokens: Vec<_> = tokens
            .map(|it| (&*it.mark.figure, it.mark.text.as_str(), it.printed.as_str()))
            .collect();
        assert_eq!(tokens, [("physical.total", "3TB", "4TB")]);
        assert!(!held.is_same());
    }
}
