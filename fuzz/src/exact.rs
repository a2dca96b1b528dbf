//! Numbers in text without a limit of size, so that what the program computes in 64 bits can be held
//! against something that does not compute in 64 bits.

use num_bigint::BigInt;

/// A decimal number, digits over a power of ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact {
    /// All digits, those behind the point included.
    pub digits: BigInt,
    /// How many digits stand behind the point; below 0 where noughts are left out before it.
    pub decimals: i64,
}

impl Exact {
    /// The number of a text as JSON writes them: `-12.50e+3`. `None` where it is no number, or where its
    /// exponent is beyond what anybody writes.
    pub fn of(text: &str) -> Option<Exact> {
        if !is_number(text) {
            return None;
        }
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        if digits == BigInt::ZERO {
            // whatever its exponent is
            return Some(Exact {
                digits,
                decimals: 0,
            });
        }
        let exponent: i64 = exponent.parse().ok()?;
        if exponent.abs() > 5000 {
            return None;
        }
        let decimals = i64::try_from(fraction.len()).ok()? - exponent;
        Some(Exact { digits, decimals })
    }

    /// The number, if it is a whole one.
    pub fn whole(&self) -> Option<BigInt> {
        let power = BigInt::from(10).pow(u32::try_from(self.decimals.abs()).ok()?);
        if self.decimals <= 0 {
            return Some(&self.digits * power);
        }
        let zero = BigInt::ZERO;
        (&self.digits % &power == zero).then(|| &self.digits / &power)
    }
}

/// Whether a text is a number as JSON writes them, noughts before it included.
pub fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let number = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    [whole, fraction, exponent].into_iter().all(is_digits)
}

/// The least integer that is not below `above` over `below`; `below` is greater than 0.
pub fn divided_up(above: &BigInt, below: &BigInt) -> BigInt {
    let quotient = above / below;
    // division cuts towards 0, so only a positive rest is lost
    if above % below > BigInt::ZERO {
        quotient + 1
    } else {
        quotient
    }
}
