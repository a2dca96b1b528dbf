//! Lines that are kept, as one text.
//!
//! A report may have thousands of rows. A string for each of them cost more than to read them.

use crate::vstorage::lines::Line;
use std::borrow::Cow;

/// Lines in their order, each with its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The texts of all lines, one behind the other.
    text: String,
    /// The number of each line, and how many bytes of the text are its own.
    lines: Vec<(usize, usize)>,
}

impl Kept {
    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines
            .iter()
            .scan(self.text.as_str(), |rest, &(line, length)| {
                let (text, behind) = rest.split_at_checked(length)?;
                *rest = behind;
                let text = Cow::Borrowed(text);
                Some(Line { line, text })
            })
    }

    /// Keeps a line behind the others.
    pub(crate) fn push(&mut self, it: &Line<'_>) {
        self.text.push_str(&it.text);
        self.lines.push((it.line, it.text.len()));
    }

    /// Takes the lines out that are `wanted`.
    pub(crate) fn extract(&mut self, wanted: impl Fn(&Line<'_>) -> bool) -> Vec<Line<'static>> {
        let (mut rest, mut extracted) = (Kept::default(), Vec::new());
        for it in self.iter() {
            match wanted(&it) {
                true => extracted.push(it.into_owned()),
                false => rest.push(&it),
            }
        }
        *self = rest;
        extracted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: usize, text: &str) -> Line<'_> {
        let text = Cow::Borrowed(text);
        Line { line, text }
    }

    #[test]
    fn lines_are_kept_as_they_are() {
        let lines = [line(2, "größe"), line(3, ""), line(7, "b")];
        let mut kept = Kept::default();
        for it in &lines {
            kept.push(it);
        }
        assert_eq!(kept.iter().collect::<Vec<_>>(), lines);
        let extracted = kept.extract(|it| it.text.starts_with('g'));
        assert_eq!(extracted, lines[..1]);
        assert_eq!(kept.iter().collect::<Vec<_>>(), lines[1..]);
    }
}
