//! What the byte scanner is made of: a line, a place in it, and a step forward for each thing that may stand there.
//!
//! A step that finds something else gives `None`; nobody asks then where the cursor stands.

use crate::figures::{Flows, Number, Size};

/// A line, and how far it is read.
pub(crate) struct Cursor<'a> {
    line: &'a str,
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(line: &'a str) -> Self {
        Cursor { line, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    pub(crate) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Blanks and then these bytes.
    pub(crate) fn mark(&mut self, mark: &str) -> Option<()> {
        self.blanks();
        let rest = &self.line.as_bytes()[self.at..];
        rest.starts_with(mark.as_bytes())
            .then(|| self.at += mark.len())
    }

    /// No letter, digit or point follows.
    pub(crate) fn boundary(&self) -> Option<()> {
        let goes_on = |it: u8| it.is_ascii_alphanumeric() || it == b'.' || !it.is_ascii();
        (!self.peek().is_some_and(goes_on)).then_some(())
    }

    pub(crate) fn word(&mut self, word: &str) -> Option<()> {
        self.mark(word)?;
        self.boundary()
    }

    /// Only blanks follow.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.blanks();
        self.peek().is_none().then_some(())
    }

    /// Digits behind those of `before`, one at least.
    pub(crate) fn digits(&mut self, before: u64) -> Option<u64> {
        let (start, mut value) = (self.at, before);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    pub(crate) fn count(&mut self) -> Option<u64> {
        self.blanks();
        let count = self.digits(0)?;
        self.boundary()?;
        Some(count)
    }

    pub(crate) fn number(&mut self) -> Option<Number> {
        self.blanks();
        let mut digits = self.digits(0)?;
        let mut decimals = 0;
        if self.peek() == Some(b'.') {
            self.at += 1;
            let start = self.at;
            digits = self.digits(digits)?;
            decimals = self.at - start;
        }
        Some(Number { digits, decimals })
    }

    pub(crate) fn bare_size(&mut self) -> Option<Size> {
        let number = self.number()?;
        let unit = match self.peek()? {
            it @ (b'K' | b'M' | b'G' | b'T' | b'P' | b'E') => {
                self.at += 1;
                Some(it)
            }
            _ if number.decimals > 0 => return None,
            _ => None,
        };
        (self.peek()? == b'B').then(|| self.at += 1)?;
        Some(Size { number, unit })
    }

    pub(crate) fn size(&mut self) -> Option<Size> {
        let size = self.bare_size()?;
        self.boundary()?;
        Some(size)
    }

    pub(crate) fn rate(&mut self) -> Option<Size> {
        let size = self.bare_size()?;
        let rest = &self.line.as_bytes()[self.at..];
        rest.starts_with(b"/s").then(|| self.at += 2)?;
        self.boundary()?;
        Some(size)
    }

    pub(crate) fn ops(&mut self) -> Option<String> {
        self.blanks();
        let start = self.at;
        self.number()?;
        if matches!(self.peek(), Some(b'K' | b'M' | b'G' | b'T')) {
            self.at += 1;
        }
        let rest = &self.line.as_bytes()[self.at..];
        let units: [&[u8]; 4] = [b"ops/s", b"op/s", b"ops", b"op"];
        self.at += units.into_iter().find(|it| rest.starts_with(it))?.len();
        self.boundary()?;
        Some(self.line[start..self.at].to_owned())
    }

    /// The text before one of these bytes, or before the end, without the blanks around it; not empty.
    pub(crate) fn until(&mut self, ends: &[u8]) -> Option<String> {
        self.blanks();
        let rest = &self.line.as_bytes()[self.at..];
        let length = rest
            .iter()
            .position(|it| ends.contains(it))
            .unwrap_or(rest.len());
        let text = self.line[self.at..self.at + length].trim_end();
        self.at += length;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// `[OK]`, or nothing.
    pub(crate) fn tag(&mut self) -> Option<Option<String>> {
        self.blanks();
        if self.peek() != Some(b'[') {
            return Some(None);
        }
        let inside = &self.line[self.at + 1..];
        let length = inside.bytes().position(|it| it == b']')?;
        self.at += length + 2;
        Some(Some(inside[..length].to_owned()))
    }

    pub(crate) fn of(&mut self) -> Option<[u64; 2]> {
        let first = self.count()?;
        self.word("of")?;
        Some([first, self.count()?])
    }

    /// `, epoch uptime: …` and its like, where it is there.
    pub(crate) fn tail(&mut self, label: &str, ends: &[u8]) -> Option<Option<String>> {
        let before = self.at;
        let found = self.mark(",").and_then(|()| self.mark(label));
        if found.is_none() {
            self.at = before;
            return Some(None);
        }
        self.until(ends).map(Some)
    }

    pub(crate) fn flows(&mut self, bytes: fn(&mut Self) -> Option<Size>) -> Option<Flows> {
        self.word("read")?;
        let read = self.flow(bytes)?;
        self.mark(",")?;
        self.word("write")?;
        Some([read, self.flow(bytes)?])
    }

    pub(crate) fn flow(&mut self, bytes: fn(&mut Self) -> Option<Size>) -> Option<(Size, String)> {
        let size = bytes(self)?;
        self.mark("(")?;
        let ops = self.ops()?;
        self.mark(")")?;
        Some((size, ops))
    }
}
