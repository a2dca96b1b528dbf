//! A SHA-256 in hex, as settings hold it and fingerprints are written.

use std::fmt;

/// The bytes of 64 hex digits of either case; `None` for any other text.
pub fn sha256(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    let digits = digits?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

/// Two digits a byte, in lower case.
pub fn lower(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes two digits a byte, in lower case.
///
/// # Errors
/// The formatter's own.
pub fn write(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_keeps_its_leading_zero() {
        assert_eq!(lower(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn only_64_digits_are_a_sha256() {
        let digits = "0fF0".repeat(16);
        let bytes = sha256(&digits).expect("64 digits");
        assert_eq!(bytes.get(..2), Some([0x0f, 0xf0].as_slice()));
        for text in [
            "",
            "0f",
            "zz",
            &"0".repeat(63),
            &"0".repeat(66),
            &"é".repeat(64),
        ] {
            assert_eq!(sha256(text), None, "{text}");
        }
    }
}
