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
        if let Some(number) = self.short() {
            return Some(number);
        }
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

    /// A number of at most eight bytes, as nearly all are, in one piece; `None` where it is longer, or no eight bytes are
    /// left to look at.
    fn short(&mut self) -> Option<u64> {
        let eight = u64::from_le_bytes(*self.0.first_chunk()?);
        let ends = !eight & 0x8080_8080_8080_8080;
        if ends == 0 {
            return None;
        }
        let length = ends.trailing_zeros() / 8 + 1;
        let bits = eight & (0x7f7f_7f7f_7f7f_7f7f >> (64 - 8 * length));
        // The seven bits of each byte move together: by twos, by fours, all eight.
        let bits = (bits & 0x007f_007f_007f_007f) | (bits & 0x7f00_7f00_7f00_7f00) >> 1;
        let bits = (bits & 0x0000_3fff_0000_3fff) | (bits & 0x3fff_0000_3fff_0000) >> 2;
        let bits = (bits & 0x0000_0000_0fff_ffff) | (bits & 0x0fff_ffff_0000_0000) >> 4;
        self.0 = self.0.get(length as usize..)?;
        Some(bits)
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_follows_a_number_changes_nothing(
            number in any::<u64>(),
            bits in 0..64_u32,
            follows in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let number = number >> bits;
            let mut out = Out(Vec::new());
            out.number(number);
            out.0.extend(&follows);
            let mut input = Input(&out.0);
            prop_assert_eq!(input.number(), Some(number));
            prop_assert_eq!(input.0, &follows);
        }
    }

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
