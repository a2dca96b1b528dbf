//! Choices out of bytes: the fuzzer's bytes decide, and where they have run out the first choice is taken.

use arbitrary::Unstructured;

/// The first byte of an input that is to be drawn from is below this one. No text of ours begins so.
pub const DRAWN: u8 = 8;

/// What an input is.
#[derive(Debug)]
pub enum Input<'a> {
    /// The text itself. What is no UTF-8 is replaced, as the program does.
    Text(String),
    /// Bytes to draw from, and which of the forms is to be drawn.
    Drawn(u8, Drawn<'a>),
}

impl<'a> Input<'a> {
    /// The input that these bytes are.
    pub fn of(bytes: &'a [u8]) -> Input<'a> {
        match bytes {
            [form, rest @ ..] if *form < DRAWN => Input::Drawn(*form, Drawn::of(rest)),
            bytes => Input::Text(String::from_utf8_lossy(bytes).into_owned()),
        }
    }
}

/// Bytes that choose.
#[derive(Debug)]
pub struct Drawn<'a>(Unstructured<'a>);

impl<'a> Drawn<'a> {
    /// Choices out of these bytes.
    pub fn of(bytes: &'a [u8]) -> Drawn<'a> {
        Drawn(Unstructured::new(bytes))
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.int_in_range(0..=end - 1).unwrap_or(0)
    }

    /// One of these, of which there is at least one.
    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// A number of any length up to 64 bits, short ones as often as long ones.
    pub fn number(&mut self) -> u64 {
        let number: u64 = self.0.arbitrary().unwrap_or(0);
        number >> self.below(64)
    }

    /// So many digits.
    pub fn digits(&mut self, many: usize) -> String {
        (0..many)
            .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0)))
            .collect()
    }

    /// Whether there are no more bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
