//! The drift alarm: lines of a printed report that no rule reads, before figures go missing over them.
//!
//! ```text
//! License: SUSPENDED (by nobody we know)   ->   line 5, License
//! Erasure: 3+2                             ->   line 9, no label that we know
//! ```
//!
//! A line may hold a licence key or the name of a host, so of the line itself only a label that we know is told.

use crate::{
    reading::{Source, StorageReading, Unread},
    vstorage::lines,
};

/// What whoever sees such a line is asked for, and how to mask it.
pub const ASK: &str = "please send us the output of `vhi-usage check`, with licence keys, addresses and the names of hosts and of the cluster replaced by other words of the same length";

/// The lines of one report that no rule reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Each of them, in the order of the text; none where all is well.
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
            Source::Ssh => Some(Drift {
                lines: reading.unread.iter().map(Line::from).collect(),
            }),
            Source::Overview | Source::Prometheus | Source::Grafana => None,
        }
    }

    /// What is asked of whoever sees it; `None` where every line is read.
    pub fn message(&self) -> Option<String> {
        let count = self.lines.len();
        (count > 0).then(|| format!("lines of the report that no rule reads: {count}; {ASK}"))
    }
}

impl From<&Unread> for Line {
    fn from(Unread { line, text }: &Unread) -> Line {
        let label = lines::label(text);
        let word = |label: &'static str| label.trim_end_matches([':', '\'', ' ']);
        Line {
            line: *line,
            label: label.map(word),
        }
    }
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
            let (line, text) = (7, text.to_owned());
            assert_eq!(Line::from(&Unread { line, text }), Line { line, label });
        }
    }

    #[test]
    fn where_every_line_is_read_nothing_is_asked_for() {
        assert_eq!(Drift { lines: Vec::new() }.message(), None);
        let (line, label) = (1, None);
        let lines = vec![Line { line, label }; 2];
        let message = Drift { lines }.message().expect("a message");
        assert!(message.starts_with("lines of the report that no rule reads: 2; please send us "));
    }
}
