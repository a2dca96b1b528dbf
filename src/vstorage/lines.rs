//! The lines of a text, freed of what is not part of them.
//!
//! ```text
//! connected to MDS#1
//! 2026-11-22 06:00:01.872 log line of a library
//! <...>
//! ... (rows 1-3 of 6)
//! ```
//!
//! These four are noise wherever they stand; so are colour (`ESC [ … letter`), a carriage return at the end
//! of a line and a byte order mark at the start of the text. (vstorage.md 1 and 1.1.)

use crate::vstorage::{grammar::is_duration_part, table::Kind};

/// What the first line of a report begins with.
pub(crate) const CLUSTER: &str = "Cluster '";
/// What the line that is billed begins with.
pub(crate) const SPACE: &str = "Space:";
/// What a labelled line begins with, in its first column.
const LABELS: [&str; 13] = [
    CLUSTER,
    SPACE,
    "MDS nodes:",
    "CS nodes:",
    "License:",
    "Replication:",
    "Chunks:",
    "FS:",
    "IO:",
    "IO total:",
    "Repl IO:",
    "Sync rate:",
    "IO QDEPTH:",
];

/// A line of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Physical line of the input, from 1.
    pub line: usize,
    /// What it says, without line end and colour.
    pub text: String,
}

/// All lines but those of noise, and whether the last of them has its line end.
pub(crate) fn clean(text: &str) -> (Vec<Line>, bool) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split_terminator('\n').zip(1..);
    let lines = lines.map(|(text, line)| Line {
        line,
        text: without_colour(text.strip_suffix('\r').unwrap_or(text)),
    });
    let mut lines: Vec<Line> = lines.collect();
    let ended = text.ends_with('\n') || lines.last().is_none_or(|it| is_noise(&it.text));
    lines.retain(|it| !is_noise(&it.text));
    (lines, ended)
}

/// The label that the line begins with, of those that we know.
pub fn label(text: &str) -> Option<&'static str> {
    LABELS.into_iter().find(|it| text.starts_with(it))
}

/// Lines that say one thing: one line, or `Chunks:` with its continuations.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// Which of the labels it begins with.
    pub(crate) label: Option<&'static str>,
    pub(crate) lines: Vec<&'a Line>,
    /// Nothing of it was cut off, as far as its end shows.
    pub(crate) whole: bool,
}

/// The lines in groups; `ended` says whether the last one has its line end.
pub(crate) fn groups(lines: &[Line], ended: bool) -> impl Iterator<Item = Group<'_>> {
    let mut rest = lines.iter().peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let label = label(&first.text);
        let mut lines = vec![first];
        if label == Some("Chunks:") {
            lines.extend(std::iter::from_fn(|| {
                rest.next_if(|it| continues(&it.text))
            }));
        }
        // a row of a table never does, whatever it ends in
        let last = label.is_some() && lines.last().is_none_or(|it| shows_its_end(&it.text));
        let whole = ended || rest.peek().is_some() || last;
        Some(Group {
            label,
            lines,
            whole,
        })
    })
}

/// A line that begins with a blank, and begins no table, belongs to the one before.
fn continues(text: &str) -> bool {
    text.starts_with([' ', '\t']) && !text.trim().is_empty() && Kind::of(text).is_none()
}

/// Whether a last line without a line end shows by its last word that nothing of it was cut off. Where the
/// line ends in a number or a name, more of it may have followed.
fn shows_its_end(text: &str) -> bool {
    const LAST: [&str; 5] = ["limit", "void", "replicas", "max", "capacity"];
    let mut words = text.split_whitespace().rev();
    let (last, before) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    LAST.contains(&last)
        || last.ends_with(')')
        || last.ends_with("/s")
        || (text.starts_with("MDS nodes:") && is_duration_part(last) && is_duration_part(before))
}

/// The text without `ESC [ … letter`, and without the titles `ESC ] … BEL` that a shell sets.
pub(crate) fn without_colour(text: &str) -> String {
    let mut untitled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, title)) = rest.split_once("\u{1b}]") {
        untitled.push_str(before);
        let ends = ["\u{7}", "\u{1b}\\"].map(|it| title.split_once(it));
        let first = ends.into_iter().flatten().min_by_key(|(it, _)| it.len());
        let Some((_, behind)) = first else {
            // no title after all
            untitled.push_str("\u{1b}]");
            rest = title;
            continue;
        };
        rest = behind;
    }
    untitled.push_str(rest);
    let text = untitled.as_str();
    let mut parts = text.split("\u{1b}[");
    let mut clean = parts.next().unwrap_or("").to_string();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| matches!(c, ' '..='?'));
        match rest.strip_prefix(|c: char| matches!(c, '@'..='~')) {
            Some(rest) => clean.push_str(rest),
            // no colour after all
            None => clean.extend(["\u{1b}[", part]),
        }
    }
    clean
}

fn is_noise(text: &str) -> bool {
    let text = text.trim();
    ["connected to MDS#", "<...>", "..."]
        .iter()
        .any(|it| text.starts_with(it))
        || is_log_line(text)
}

/// `YYYY-MM-DD HH:MM:SS.mmm`, and then anything.
fn is_log_line(text: &str) -> bool {
    const SHAPE: &str = "0000-00-00 00:00:00.000";
    let mut text = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c });
    SHAPE.chars().all(|c| text.next() == Some(c)) && text.next().is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leaves(text: &str, expected: &[(usize, &str)]) {
        let (lines, _) = clean(text);
        let lines: Vec<_> = lines.iter().map(|it| (it.line, it.text.as_str())).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn noise_is_left_out_and_still_counted() {
        leaves(
            "connected to MDS#1\na\n<...>\nb\n... (rows 1-3 of 6)\n",
            &[(2, "a"), (4, "b")],
        );
        leaves(
            "2026-11-22 06:00:01.872 oh\n2026-11-22 06:00:01.872\n2026-11-22 x\n",
            &[(3, "2026-11-22 x")],
        );
        leaves("", &[]);
        leaves("\n\na", &[(1, ""), (2, ""), (3, "a")]);
    }

    #[test]
    fn line_ends_marks_and_colour_are_stripped() {
        leaves(
            "\u{feff}a\r\n\u{1b}[1;32mb\u{1b}[0m c\u{1b}[K\r\n",
            &[(1, "a"), (2, "b c")],
        );
        leaves("a\u{1b}[1", &[(1, "a\u{1b}[1")]);
        leaves("\u{1b}]0;title\u{7}a\u{1b}]2;x\u{1b}\\b\n", &[(1, "ab")]);
        leaves("\u{1b}]0;x\u{1b}\\a\u{1b}]0;x\u{7}b\n", &[(1, "ab")]);
        leaves("a\u{1b}]0;title", &[(1, "a\u{1b}]0;title")]);
    }

    #[test]
    fn a_last_line_shows_its_end_only_by_a_word_that_cannot_be_cut() {
        for text in [
            "Replication:  1 norm,  1 limit",
            "IO: x)",
            "MDS nodes: 3 of 3, epoch uptime: 13d  3h",
            "Chunks: 1 (1%) void",
        ] {
            assert!(shows_its_end(text), "{text}");
        }
        for text in [
            "MDS nodes: 3 of 3",
            "x, cluster version: 12",
            "MDS nodes: 3 of 3, epoch uptime: 13d",
            "Chunks: 1 (1%) vo",
            "Sync rate: 0ops/s, datasync rate: 0ops",
            "",
        ] {
            assert!(!shows_its_end(text), "{text}");
        }
    }

    #[test]
    fn a_row_without_its_line_end_may_have_been_cut_whatever_it_ends_in() {
        for (text, expected) in [("CSID OPTIME(ms)", false), ("IO: (0ops/s)", true)] {
            let (lines, ended) = clean(text);
            let whole: Vec<bool> = groups(&lines, ended).map(|it| it.whole).collect();
            assert_eq!(whole, [expected], "{text}");
        }
    }

    #[test]
    fn a_table_that_follows_at_once_does_not_continue_the_chunks() {
        let (lines, ended) = clean("Chunks: a,\n   b\n  CSID HOST\n  7 x\n");
        let groups: Vec<usize> = groups(&lines, ended).map(|it| it.lines.len()).collect();
        assert_eq!(groups, [2, 1, 1]);
    }
}
