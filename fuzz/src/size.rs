//! The size token, held against a calculation without a limit of size, in both bases.

use crate::{
    drawn::Input,
    exact::{Exact, divided_up},
    lines,
};
use num_bigint::BigInt;
use vhi_usage::{
    amount::{Amount, SizeBase},
    vstorage::{decimal::Decimal, rate::Ops, token::Size},
};

const BASES: [SizeBase; 2] = [SizeBase::Binary, SizeBase::Decimal];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text),
        Input::Drawn(_, mut it) => {
            let bytes = it.number();
            for base in BASES {
                prints(bytes, base);
            }
            holds(&lines::size(&mut it));
        }
    }
}

/// A count of bytes lies in the interval of what it is printed as.
fn prints(bytes: u64, base: SizeBase) {
    let size = Size::three_digits(bytes, base);
    assert_eq!(size.to_string().parse(), Ok(size));
    // from 15.995 E on the next printed number is beyond 64 bits
    let Some(amount) = size.amount(base) else {
        assert!(bytes > u64::MAX / 16 * 15, "{bytes} printed as {size}");
        return;
    };
    assert!(
        amount.min <= bytes && bytes <= amount.max,
        "{bytes} printed as {size}"
    );
}

fn holds(text: &str) {
    let parts = parts(text);
    let size: Option<Size> = text.parse().ok();
    assert_eq!(size.is_some(), parts.is_some(), "{text:?}");
    for read in [
        text.parse::<Decimal>().map(|it| it.to_string()),
        text.parse::<Ops>().map(|it| it.to_string()),
    ] {
        assert!(
            read.is_err() || read.as_deref() == Ok(bare(text)),
            "{text:?}"
        );
    }
    let (Some(size), Some(parts)) = (size, parts) else {
        return;
    };
    assert_eq!(size.to_string(), bare(text));
    for base in BASES {
        let amount = size.amount(base);
        assert_eq!(amount, parts.amount(base), "{text:?}");
        if let (Some(amount), Some(next)) = (
            amount,
            parts.next().and_then(|next| next.parse::<Size>().ok()),
        ) {
            grows(amount, next.amount(base));
        }
    }
}

/// The next number in the last place is greater, and no count of bytes lies between the two.
fn grows(one: Amount, next: Option<Amount>) {
    let Some(next) = next else { return };
    assert!(one.min <= next.min && one.bytes <= next.bytes && one.max <= next.max);
    assert!(u128::from(one.max) + 1 >= u128::from(next.min));
}

/// Blanks may stand around a size.
fn bare(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The parts of a size, taken apart by hand.
struct Parts<'a> {
    whole: &'a str,
    fraction: &'a str,
    /// The power of the base; 0 without a letter.
    power: u32,
    letter: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let number = bare(text).strip_suffix('B')?;
    let digits = number.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let letter = number.strip_prefix(digits)?;
    let power = ["", "K", "M", "G", "T", "P", "E"]
        .iter()
        .position(|known| *known == letter)?;
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let short = whole.len() + fraction.len() <= 20;
    let legal = !whole.is_empty() && all(whole) && all(fraction) && short;
    if !legal || power == 0 && !fraction.is_empty() {
        return None;
    }
    let parts = Parts {
        whole,
        fraction,
        power: u32::try_from(power).ok()?,
        letter,
    };
    (parts.digits() <= BigInt::from(u64::MAX)).then_some(parts)
}

impl Parts<'_> {
    fn digits(&self) -> BigInt {
        let number = Exact::of(&format!("{}{}", self.whole, self.fraction));
        number.expect("digits make a number").digits
    }

    /// The next number of as many decimals.
    fn next(&self) -> Option<String> {
        let width = self.whole.len() + self.fraction.len();
        let next: BigInt = self.digits() + 1;
        let digits = format!("{:0>width$}", next.to_string());
        let (whole, fraction) = digits.split_at_checked(digits.len() - self.fraction.len())?;
        let point = if fraction.is_empty() { "" } else { "." };
        Some(format!("{whole}{point}{fraction}{}B", self.letter))
    }

    /// The amount by its definition: with X the digits, S the scale of the decimals and U the unit, the
    /// integers n with (X − 1/2)·U ≤ n·S < (X + 1)·U, and of them the one that is nearest to X·U/S.
    fn amount(&self, base: SizeBase) -> Option<Amount> {
        let x = self.digits();
        if self.power == 0 {
            return u64::try_from(&x).ok().map(Amount::exact);
        }
        let unit = BigInt::from(base.factor()).pow(self.power);
        let scale = BigInt::from(10).pow(u32::try_from(self.fraction.len()).ok()?);
        let twice = 2 * &scale;
        let least = divided_up(&((2 * &x - 1) * &unit), &twice).max(BigInt::ZERO);
        let beyond = divided_up(&((&x + 1) * &unit), &scale);
        // the nearest, and of two the greater
        let nearest = (2 * &x * &unit + &scale) / &twice;
        let amount = Amount {
            bytes: u64::try_from(&nearest).ok()?,
            min: u64::try_from(&least).ok()?,
            max: u64::try_from(&(beyond - 1)).ok()?,
        };
        (amount.min <= amount.bytes && amount.bytes <= amount.max).then_some(amount)
    }
}
