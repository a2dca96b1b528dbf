//! The drift alarm: lines of a printed report that no rule reads, before figures go missing over them.
//!
//! ```text
//! License: SUSPENDED (by nobody we know)   ->   line 5, License
//! Erasure: 3+2                             ->   line 9, no label that we know
//! ```
//!
//! A line may hold a licence key or the name of a host, so of the line itself only a label that we know is told.

use crate::{
    reading::{Source, StorageReading},
    vstorage::{lines, unread::Unread},
};

/// What whoever sees such a line is asked for, and how to mask it.
pub const ASK: &str = "please send us the output of `vhi-usage check`, with licence keys, addresses and the names of hosts and of the cluster replaced by other words of the same length";

/// The lines of one report that no rule reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// How many; 0 where all is well.
    pub count: usize,
    /// The first of them, in the order of the text.
    pub lines: Vec<Line>,
}

/// One line that no rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the text, from 1.
    pub line: usize,
    /// The label that it begins with, such as `License`; `None` where no rule knows it.
    pub label: Option<&'static str>,
}

impl Drift {
    /// Of a reading; `None` where nothing was printed.
    pub fn of(reading: &StorageReading) -> Option<Drift> {
        match reading.source {
            Source::Ssh => Some(Drift::from(&reading.unread)),
            Source::Overview | Source::Prometheus | Source::Grafana => None,
        }
    }

    /// What is asked of whoever sees it; `None` where every line is read.
    pub fn message(&self) -> Option<String> {
        let count = self.count;
        (count > 0).then(|| format!("lines of the report that no rule reads: {count}; {ASK}"))
    }
}

impl From<&Unread> for Drift {
    fn from(unread: &Unread) -> Drift {
        Drift {
            count: unread.count,
            lines: unread.first.iter().map(Line::from).collect(),
        }
    }
}

impl From<&lines::Line<'_>> for Line {
    fn from(lines::Line { line, text }: &lines::Line<'_>) -> Line {
        let label = lines::label(text);
        let word = |label: &'static str| label.trim_end_matches([':', '\'', ' ']);
        Line {
            line: *line,
            label: label.map(word),
        }
    }
}

/// What two lines have in common that differ in their figures: each number is `#`, and columns are no wider than
/// one blank.
pub fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    for c in text.chars() {
        let (is_in_number, is_in_gap) = (shape.ends_with('#'), shape.ends_with(' '));
        match c {
            '0'..='9' | '.' if is_in_number => {}
            '0'..='9' => shape.push('#'),
            ' ' | '\t' if is_in_gap => {}
            ' ' | '\t' => shape.push(' '),
            c => shape.push(c),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_line_its_number_and_a_known_label_are_told() {
        for (text, label) in [
            ("License: key KEY-1 of host.example", Some("License")),
            ("CS nodes:  many", Some("CS nodes")),
            ("Cluster 'x' is back", Some("Cluster")),
            ("Erasure: 3+2", None),
        ] {
            let (line, text) = (7, text.into());
            let told = Line::from(&lines::Line { line, text });
            assert_eq!(told, Line { line, label });
        }
    }

    #[test]
    fn where_every_line_is_read_nothing_is_asked_for() {
        let message = |count| {
            Drift::from(&Unread {
                count,
                first: Vec::new(),
            })
            .message()
        };
        assert_eq!(message(0), None);
        let many = message(2_000_000).expect("a message");
        assert!(
            many.starts_with("lines of the report that no rule reads: 2000000; please send us ")
        );
    }

    #[test]
    fn a_line_whose_figures_change_keeps_its_shape() {
        let same = |one, other| assert_eq!(shape(one), shape(other));
        same(
            "Scrubbing: 9% of chunks, 3d  2h left",
            "Scrubbing: 12% of chunks, 3d 12h left",
        );
        same("Erasure:   1.5GB\tof 20TB", "Erasure: 10GB of 7TB");
        assert_eq!(shape("Tiers: 3+2, 1.25 on v7.x"), "Tiers: #+#, # on v#x");
        assert_ne!(shape("Tiers: 3"), shape("Tier: 3"));
    }
}
