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

use crate::vstorage::{grammar::is_duration_part, labels, tables::Kind};
use std::borrow::Cow;

/// A line of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// Physical line of the input, from 1.
    pub line: usize,
    /// What it says, without line end and colour.
    pub text: Cow<'a, str>,
}

impl Line<'_> {
    /// The line with a text of its own.
    pub(crate) fn into_owned(self) -> Line<'static> {
        Line {
            line: self.line,
            text: Cow::Owned(self.text.into_owned()),
        }
    }
}

/// All lines but those of noise, and whether the last of them has its line end.
pub(crate) fn clean(text: &str) -> (Vec<Line<'_>>, bool) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut lines, mut is_ended) = (Vec::new(), true);
    for (text, line) in text.split_terminator('\n').zip(1..) {
        let text = without_return(without_colour(text));
        is_ended = is_noise(&text);
        if !is_ended {
            lines.push(Line { line, text });
        }
    }
    (lines, is_ended || text.ends_with('\n'))
}

/// The text without the carriage return of its line end, which may stand before a colour.
fn without_return(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix('\r').unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(text.strip_suffix('\r').unwrap_or(&text).len());
            Cow::Owned(text)
        }
    }
}

/// Lines that say one thing: one line, or `Chunks:` with its continuations.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// Which of the labels it begins with.
    pub(crate) label: Option<&'static str>,
    pub(crate) lines: &'a [Line<'a>],
    /// Nothing of it was cut off, as far as its end shows.
    pub(crate) whole: bool,
}

impl<'a> Group<'a> {
    /// Its lines, joined by blanks.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        match self.lines {
            [line] => Cow::Borrowed(&line.text),
            lines => {
                let texts: Vec<&str> = lines.iter().map(|it| &*it.text).collect();
                Cow::Owned(texts.join(" "))
            }
        }
    }
}

/// The lines in groups; `ended` says whether the last one has its line end.
pub(crate) fn groups<'a>(lines: &'a [Line<'a>], ended: bool) -> impl Iterator<Item = Group<'a>> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let (first, behind) = rest.split_first()?;
        let label = labels::label(&first.text);
        let behind = behind.iter();
        let more = match label {
            Some("Chunks:") => behind.take_while(|it| continues(&it.text)).count(),
            _ => 0,
        };
        let (lines, behind) = rest.split_at_checked(1 + more)?;
        rest = behind;
        // a row of a table never does, whatever it ends in
        let shows_its_end =
            label.is_some() && lines.last().is_none_or(|it| shows_its_end(&it.text));
        let whole = ended || !behind.is_empty() || shows_its_end;
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
pub(crate) fn without_colour(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut untitled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, title)) = rest.split_once("\u{1b}]") {
        untitled.push_str(before);
        let Some(behind) = behind_title(title) else {
            // no title after all, and what begins in it has no end either
            untitled.push_str("\u{1b}]");
            rest = title;
            break;
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
    Cow::Owned(clean)
}

/// What follows the end of a title: `BEL` or `ESC \\`, whichever comes first.
fn behind_title(title: &str) -> Option<&str> {
    let mut ends = title.match_indices(['\u{7}', '\u{1b}']);
    ends.find_map(|(at, end)| {
        let behind = title.get(at + end.len()..)?;
        match end {
            "\u{7}" => Some(behind),
            _ => behind.strip_prefix('\\'),
        }
    })
}

fn is_noise(text: &str) -> bool {
    let text = text.trim_start();
    ["connected to MDS#", "<...>", "..."]
        .iter()
        .any(|it| text.starts_with(it))
        || is_log_line(text)
}

/// `YYYY-MM-DD HH:MM:SS.mmm`, and then anything.
fn is_log_line(text: &str) -> bool {
    const SHAPE: &str = "0000-00-00 00:00:00.000";
    let Some((head, rest)) = text.split_at_checked(SHAPE.len()) else {
        return false;
    };
    let shape = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    head.bytes().map(shape).eq(SHAPE.bytes())
        && (rest.is_empty() || rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leaves(text: &str, expected: &[(usize, &str)]) {
        let (lines, _) = clean(text);
        let lines: Vec<_> = lines.iter().map(|it| (it.line, &*it.text)).collect();
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
        leaves("a\u{1b}]0\u{1b}[mb\u{1b}\\c\u{7}d", &[(1, "ac\u{7}d")]);
        leaves(
            "a\u{1b}]0;t\u{1b}]\u{1b}",
            &[(1, "a\u{1b}]0;t\u{1b}]\u{1b}")],
        );
        leaves(
            "a\r\u{1b}[0m\nb\u{1b}[0m\r\nc\r\r\n",
            &[(1, "a"), (2, "b"), (3, "c\r")],
        );
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
