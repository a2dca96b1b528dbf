//! A whole number of a JSON text, taken from its digits as they stand there.
//!
//! ```text
//! 1099511627776   1099511627776.0   1.5e3
//! ```

use serde_json::Value;

use crate::digits;

/// An integer, also where it is written as `7.0` or `7e0`. `None`: the value is no whole number, or none that
/// `T` holds; so one below 0 is no `u64`.
pub fn whole<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    let number = digits::whole(value.as_number()?.as_str()).ok()?;
    T::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: TryFrom<i128>>(number: &str) -> Option<T> {
        whole(&serde_json::from_str(number).expect("JSON"))
    }

    #[test]
    fn a_size_is_read_to_its_last_digit() {
        for bytes in [0, 1, 9_007_199_254_740_993, u64::MAX] {
            for text in [
                format!("{bytes}"),
                format!("{bytes}.0"),
                format!("{bytes}.0e0"),
            ] {
                assert_eq!(read(&text), Some(bytes), "{text}");
            }
        }
        assert_eq!(read::<u64>("-0.0"), Some(0));
    }

    #[test]
    fn a_size_is_never_below_zero_and_never_too_large() {
        for number in [
            "-1",
            "-1.0",
            "-1e3",
            "18446744073709551616",
            "1.5",
            "\"7\"",
            "null",
            "[7]",
        ] {
            assert_eq!(read::<u64>(number), None, "{number}");
        }
    }
}
