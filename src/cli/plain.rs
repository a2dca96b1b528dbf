//! Text for a terminal: what peers and files say passes through here, and no control character of
//! theirs does. A title, a colour or a paste into the clipboard is theirs to ask for, and not to get.

use std::io::{self, Write};

/// A line on stderr beside the result, for the person who reads it.
///
/// # Errors
/// When it cannot be written.
pub fn remark(words: &str) -> io::Result<()> {
    writeln!(Plain::new(io::stderr()), "{words}")
}

/// A writer that shows every control character but line feed and tab as a `?`.
#[derive(Debug)]
pub struct Plain<W> {
    inner: W,
    /// The last byte was 0xC2, which begins the control characters U+0080 to U+009F.
    after_c2: bool,
}

impl<W: Write> Plain<W> {
    /// Around another writer.
    pub fn new(inner: W) -> Plain<W> {
        Plain {
            inner,
            after_c2: false,
        }
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut plain = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            let held = std::mem::take(&mut self.after_c2);
            match byte {
                0x80..=0x9f if held => plain.push(b'?'),
                _ if held => plain.extend([0xc2, byte]),
                0xc2 => self.after_c2 = true,
                b'\n' | b'\t' => plain.push(byte),
                0..=0x1f | 0x7f => plain.push(b'?'),
                _ => plain.push(byte),
            }
        }
        self.inner.write_all(&plain)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(parts: &[&str], expected: &str) {
        let mut out = Vec::new();
        let mut plain = Plain::new(&mut out);
        for part in parts {
            plain.write_all(part.as_bytes()).expect("written");
        }
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn no_control_character_passes_and_everything_else_does() {
        shows(&["a\tb\n"], "a\tb\n");
        shows(&["\u{1b}]0;title\u{7}\r\u{7f}"], "?]0;title???");
        shows(&["\u{9b}31m", "\u{85}"], "?31m?");
        shows(&["ä…\u{a0}£"], "ä…\u{a0}£");
    }
}
