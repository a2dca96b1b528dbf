//! Whole numbers, taken from their digits as they stand in a text: no fraction is dropped, however small,
//! and nothing is rounded on the way.
//!
//! ```text
//! 7   7.0   7e0   700E-2   ->   7
//! ```

/// The whole number that a text writes in the way of JSON, with a fraction of zeros and with an exponent
/// where it likes.
///
/// # Errors
/// A text that writes no number, or one that is not whole or has more digits than any figure.
pub fn whole(number: &str) -> Result<i128, NotWhole> {
    scaled(number, 0)
}

/// The whole number that is so many powers of ten times the one that a text writes: 1.5 s are 1500 ms.
///
/// # Errors
/// As in [`whole`].
pub fn scaled(number: &str, tens: i64) -> Result<i128, NotWhole> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let magnitude = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match magnitude.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return Err(NotWhole::NoNumber),
        None => (magnitude, ""),
    };
    let size = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if !is_digits(whole) || !is_digits(size) {
        return Err(NotWhole::NoNumber);
    }
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    let beyond = match exponent.starts_with('-') {
        true => NotWhole::Fraction,
        false => NotWhole::TooLarge,
    };
    let places = exponent.parse::<i64>().ok();
    let places = places.and_then(|it| it.checked_add(tens));
    let places = places.and_then(|it| it.checked_sub(i64::try_from(fraction.len()).ok()?));
    let places = places.ok_or(beyond)?;
    let zeros = usize::try_from(places.unsigned_abs()).map_err(|_| beyond)?;
    let digits = match places < 0 {
        // Longer than any number that is looked for, and not written out to see it.
        false if zeros > LONGEST => return Err(NotWhole::TooLarge),
        false => format!("{digits}{:0<zeros$}", ""),
        true => {
            let whole = digits.len().checked_sub(zeros);
            let parts = whole.and_then(|whole| digits.split_at_checked(whole));
            let (whole, fraction) = parts.ok_or(NotWhole::Fraction)?;
            if fraction.bytes().any(|byte| byte != b'0') {
                return Err(NotWhole::Fraction);
            }
            whole.to_owned()
        }
    };
    let number: i128 = digits.parse().map_err(|_| NotWhole::TooLarge)?;
    Ok(match mantissa.starts_with('-') {
        true => -number,
        false => number,
    })
}

/// The digits of the longest number that is looked for.
const LONGEST: usize = 39;

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a text is no whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWhole {
    /// It writes no number.
    NoNumber,
    /// It is not whole, by however little.
    Fraction,
    /// It has more digits than any figure.
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, number: i128) {
        assert_eq!(whole(text), Ok(number), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, why: NotWhole) {
        assert_eq!(whole(text), Err(why), "{text}");
    }

    #[test]
    fn a_whole_number_is_read_to_its_last_digit_however_it_is_written() {
        reads("0", 0);
        reads("-0.0e9", 0);
        reads("0e99999999999999999999", 0);
        reads("9007199254740993.0", 9_007_199_254_740_993);
        reads("-9223372036854775808.00", i128::from(i64::MIN));
        reads("18446744073709551616", i128::from(u64::MAX) + 1);
        reads("1.6E+3", 1600);
        reads("2500e-2", 25);
        reads("3.56021865068868e+14", 356_021_865_068_868);
        reads("000012.50e1", 125);
    }

    #[test]
    fn a_number_is_scaled_before_it_must_be_whole() {
        assert_eq!(scaled("1.5", 3), Ok(1500));
        assert_eq!(scaled("1.7684640001e+09", 3), Ok(1_768_464_000_100));
        assert_eq!(scaled("1500e-3", 0), Err(NotWhole::Fraction));
        assert_eq!(scaled("0.0001", 3), Err(NotWhole::Fraction));
    }

    #[test]
    fn what_is_nearly_whole_is_not() {
        for text in [
            "0.5",
            "7.00000000000000000001",
            "25e-1",
            "1e-400",
            "6405e-292768",
            "1e-99999999999999999999",
        ] {
            refused(text, NotWhole::Fraction);
        }
    }

    #[test]
    fn what_no_figure_can_be_is_not_written_out() {
        for text in [
            "1e400",
            "1e9000000000000",
            "1e99999999999999999999",
            &"9".repeat(40),
        ] {
            refused(text, NotWhole::TooLarge);
        }
    }

    #[test]
    fn what_is_no_number_is_no_zero() {
        for text in [
            "", "-", "--0", "+1", ".5", "5.", "NaN", "+Inf", "1e", "1e+", "e1", "1 ", "0x1", "1_0",
            "1.2.3", "1e1e1", "٣",
        ] {
            refused(text, NotWhole::NoNumber);
        }
    }
}
