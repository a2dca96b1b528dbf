//! A printer of sizes that is not the house's own, with each way to get rid of digits that a tool may have.

use proptest::{prelude::*, sample::select};
use vhi_usage::amount::SizeBase;

/// What becomes of the digits that are not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    HalfUp,
    HalfEven,
    CutOff,
}

pub(crate) const WAYS: [Digits; 3] = [Digits::HalfUp, Digits::HalfEven, Digits::CutOff];

/// A count of bytes of any magnitude. Close to 2^64 a printed size may have no amount, see [`is_beyond`].
pub(crate) fn bytes() -> impl Strategy<Value = u64> {
    let even = (1..1000_u64, 0..10_u32, 0..50_u32);
    let even = even.prop_map(|(n, tens, twos)| {
        let bytes = (u128::from(n) * 10_u128.pow(tens)) << twos;
        u64::try_from(bytes % (1 << 64)).unwrap()
    });
    let any = || (any::<u64>(), 0..64).prop_map(|(bytes, shift)| bytes >> shift);
    let large = any().prop_map(|it| u64::MAX - it);
    prop_oneof![3 => any(), 1 => large, 1 => even]
}

pub(crate) fn way() -> impl Strategy<Value = Digits> {
    select(&WAYS[..])
}

/// The worth of a unit: its base to this power.
pub(crate) fn unit(base: SizeBase, power: u32) -> u128 {
    u128::from(base.factor()).pow(power)
}

/// The digits of the number, without its point.
fn digits(bytes: u64, unit: u128, decimals: u32, way: Digits) -> u128 {
    let scaled = u128::from(bytes) * 10_u128.pow(decimals);
    let (cut, rest) = (scaled / unit, scaled % unit);
    let up = match way {
        Digits::HalfUp => 2 * rest >= unit,
        Digits::HalfEven => 2 * rest > unit || 2 * rest == unit && cut % 2 == 1,
        Digits::CutOff => false,
    };
    cut + u128::from(up)
}

/// The text of a number by its digits: `1.32TB`.
pub(crate) fn text(digits: u128, power: u32, decimals: u32) -> String {
    let letter = ["", "K", "M", "G", "T", "P", "E"][usize::try_from(power).unwrap()];
    let width = usize::try_from(decimals).unwrap();
    let padded = format!("{digits:0width$}", width = width + 1);
    let (whole, fraction) = padded.split_at(padded.len() - width);
    match width {
        0 => format!("{whole}{letter}B"),
        _ => format!("{whole}.{fraction}{letter}B"),
    }
}

/// The upper end of what a text stands for is above 2^64 − 1: with X the digits, S the scale of the decimals and U
/// the unit, (X + 1)·U > 2^64·S. A bare `B` is exact.
pub(crate) fn is_beyond(text: &str, base: SizeBase) -> bool {
    let number = text.trim_end_matches(char::is_alphabetic);
    let power = "BKMGTPE".find(&text[number.len()..][..1]).unwrap();
    let decimals = number.split_once('.').map_or(0, |(_, it)| it.len());
    let digits: u128 = number.replace('.', "").parse().unwrap();
    let end = digits + u128::from(power > 0);
    let scale = 10_u128.pow(u32::try_from(decimals).unwrap());
    end * unit(base, u32::try_from(power).unwrap()) > scale << 64
}

/// In this unit, with as many decimals. A bare `B` has none.
pub(crate) fn printed(
    bytes: u64,
    base: SizeBase,
    (power, decimals): (u32, u32),
    way: Digits,
) -> String {
    let decimals = if power == 0 { 0 } else { decimals };
    text(
        digits(bytes, unit(base, power), decimals, way),
        power,
        decimals,
    )
}

/// Three digits, in the smallest unit in which they are enough: `523B`, `0.977KB`, `1.00KB`, `286TB`.
pub(crate) fn three_digits(bytes: u64, base: SizeBase, way: Digits) -> String {
    let all = (0..7).flat_map(|power| {
        let most = if power == 0 { 0 } else { 3 };
        (0..=most).rev().map(move |decimals| (power, decimals))
    });
    let mut all = all.map(|(power, decimals)| {
        let digits = digits(bytes, unit(base, power), decimals, way);
        (digits, power, decimals)
    });
    let (digits, power, decimals) = all.find(|(digits, ..)| *digits < 1000).unwrap();
    text(digits, power, decimals)
}
