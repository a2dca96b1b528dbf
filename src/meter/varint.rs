//! Numbers of variable length in bytes: seven bits a byte, the lowest first, the highest bit where more follow.

/// Bytes that grow.
#[derive(Debug)]
pub struct Out(pub Vec<u8>);

impl Out {
    /// A number of at most 128 bits.
    pub fn number(&mut self, number: impl Into<u128>) {
        let mut rest: u128 = number.into();
        loop {
            let [low, ..] = rest.to_le_bytes();
            rest >>= 7;
            if rest == 0 {
                return self.0.push(low & 0x7f);
            }
            self.0.push(low | 0x80);
        }
    }

    /// How many follow.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }
}

/// Bytes that are still to be read.
#[derive(Debug)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// So many bytes; `None` where there are fewer.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A number of at most 64 bits.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for (place, byte) in (0_u32..10).zip(self.0) {
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                // Of the tenth byte one bit has room.
                let fits = place < 9 || *byte < 2;
                self.0 = self.0.get(place as usize + 1..)?;
                return fits.then_some(number);
            }
        }
        None
    }

    /// A number of at most 128 bits.
    pub fn long(&mut self) -> Option<u128> {
        let mut number = 0;
        for shift in (0..128).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let bits = u128::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_written() {
        let numbers = [0, 1, 127, 128, 300, u64::MAX - 1, u64::MAX];
        let mut out = Out(Vec::new());
        for number in numbers {
            out.number(number);
        }
        out.number(u128::MAX);
        let mut input = Input(&out.0);
        assert_eq!(numbers.map(|_| input.number()), numbers.map(Some));
        assert_eq!(input.long(), Some(u128::MAX));
        assert_eq!(input.number(), None);
    }

    #[test]
    fn a_number_that_has_no_room_or_no_end_is_none() {
        let mut out = Out(Vec::new());
        out.number(u128::from(u64::MAX) + 1);
        assert_eq!(Input(&out.0).number(), None);
        let tenth = |last: u8| [[0xff; 9].as_slice(), &[last]].concat();
        assert_eq!(Input(&tenth(1)).number(), Some(u64::MAX));
        assert_eq!(Input(&tenth(2)).number(), None);
        assert_eq!(Input(&[0xff; 9]).number(), None);
        assert_eq!(Input(&[0x80; 40]).number(), None);
        assert_eq!(Input(&[0xff; 40]).long(), None);
    }
}
