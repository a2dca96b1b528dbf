//! Figures as a row holds them: few bytes, and the counts in front, because most who read want nothing else.
//!
//! ```text
//! version · which quantities · their bytes … · which are not exact · for each of those: bytes − min, max − bytes
//! ```
//!
//! Numbers are varints: 7 bits a byte, the lowest first, the highest bit set where another byte follows.

use crate::{
    amount::Amount,
    meter::{quantity::Quantity, sample::Values},
    store::error::StoreError,
};

const VERSION: u8 = 1;

/// Packs what was read.
pub fn pack(figures: &[(Quantity, Amount)]) -> Vec<u8> {
    let mut sorted = figures.to_vec();
    sorted.sort_by_key(|(quantity, _)| *quantity);
    sorted.dedup_by_key(|(quantity, _)| *quantity);
    let inexact = |(_, it): &&(Quantity, Amount)| it.min != it.bytes || it.max != it.bytes;
    let mut packed = Vec::with_capacity(64);
    packed.push(VERSION);
    put(&mut packed, mask(sorted.iter()));
    for (_, amount) in &sorted {
        put(&mut packed, amount.bytes);
    }
    put(&mut packed, mask(sorted.iter().filter(inexact)));
    for (_, amount) in sorted.iter().filter(inexact) {
        // Bounds on the wrong side wrap around, and wrap back when they are unpacked.
        put(&mut packed, amount.bytes.wrapping_sub(amount.min));
        put(&mut packed, amount.max.wrapping_sub(amount.bytes));
    }
    packed
}

/// What was packed.
///
/// # Errors
/// `Damaged`.
pub fn unpack(packed: &[u8]) -> Result<Vec<(Quantity, Amount)>, StoreError> {
    let mut rest = versioned(packed)?;
    let given = take(&mut rest)?;
    let mut figures = Vec::with_capacity(Quantity::ALL.len());
    for quantity in named(given)? {
        figures.push((quantity, Amount::exact(take(&mut rest)?)));
    }
    let inexact = take(&mut rest)?;
    for quantity in named(inexact)? {
        let (below, above) = (take(&mut rest)?, take(&mut rest)?);
        let found = figures.iter_mut().find(|(known, _)| *known == quantity);
        let (_, amount) = found.ok_or_else(|| damaged("bounds of a figure that is not there"))?;
        amount.min = amount.bytes.wrapping_sub(below);
        amount.max = amount.bytes.wrapping_add(above);
    }
    match rest.is_empty() {
        true => Ok(figures),
        false => Err(damaged("bytes behind them")),
    }
}

/// The counts alone, each at its place in its series.
///
/// # Errors
/// `Damaged`.
pub fn values(packed: &[u8]) -> Result<Values, StoreError> {
    let mut rest = versioned(packed)?;
    let given = take(&mut rest)?;
    let mut values = Values::default();
    for quantity in named(given)? {
        let value = take(&mut rest)?;
        if let Some(place) = values.get_mut(quantity.place()) {
            *place = Some(value);
        }
    }
    Ok(values)
}

fn mask<'a>(figures: impl Iterator<Item = &'a (Quantity, Amount)>) -> u64 {
    figures.fold(0, |mask, (quantity, _)| mask | 1 << (*quantity as u32))
}

/// The quantities that a mask names, in order.
fn named(mask: u64) -> Result<impl Iterator<Item = Quantity>, StoreError> {
    if mask >> Quantity::ALL.len() != 0 {
        return Err(damaged("a quantity that nobody knows"));
    }
    let all = Quantity::ALL.into_iter();
    Ok(all.filter(move |quantity| mask >> (*quantity as u32) & 1 == 1))
}

fn versioned(packed: &[u8]) -> Result<&[u8], StoreError> {
    match packed.split_first() {
        Some((&VERSION, rest)) => Ok(rest),
        Some((version, _)) => Err(damaged(&format!("version {version}"))),
        None => Err(damaged("nothing")),
    }
}

fn put(packed: &mut Vec<u8>, mut number: u64) {
    while let Some(low) = low_bits(number) {
        packed.push(low | 0x80);
        number >>= 7;
    }
    packed.push(u8::try_from(number).unwrap_or(u8::MAX));
}

/// The lowest seven bits of a number that needs more than those.
fn low_bits(number: u64) -> Option<u8> {
    match number < 0x80 {
        true => None,
        false => u8::try_from(number & 0x7f).ok(),
    }
}

fn take(rest: &mut &[u8]) -> Result<u64, StoreError> {
    let (mut number, mut shift) = (0_u64, 0_u32);
    while let Some((&byte, behind)) = rest.split_first() {
        *rest = behind;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            break;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Ok(number);
        }
        shift += 7;
        if shift > 63 {
            break;
        }
    }
    Err(damaged("no whole number"))
}

fn damaged(what: &str) -> StoreError {
    StoreError::damaged(format!("packed figures hold {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount() -> impl Strategy<Value = Amount> {
        let any = prop_oneof![0..300_u64, any::<u64>(), Just(u64::MAX)];
        let exact = any.clone().prop_map(Amount::exact);
        let inexact = (any.clone(), any.clone(), any).prop_map(|(a, b, c)| {
            let mut sorted = [a, b, c];
            sorted.sort_unstable();
            let [min, bytes, max] = sorted;
            Amount { bytes, min, max }
        });
        prop_oneof![exact, inexact]
    }

    proptest! {
        #[test]
        fn figures_are_unpacked_as_they_were_packed(
            given in prop::collection::vec(prop::option::of(amount()), Quantity::ALL.len()),
        ) {
            let figures = Quantity::ALL.into_iter().zip(given);
            let figures: Vec<_> = figures.filter_map(|(q, it)| Some((q, it?))).collect();
            let packed = pack(&figures);
            prop_assert_eq!(unpack(&packed).unwrap(), figures.clone());
            let storage: Vec<_> = figures.into_iter().filter(|(q, _)| (*q as usize) < 9).collect();
            let values = values(&pack(&storage)).unwrap();
            for quantity in Quantity::ALL.into_iter().take(9) {
                let known = storage.iter().find(|(known, _)| *known == quantity);
                prop_assert_eq!(values[quantity.place()], known.map(|(_, it)| it.bytes));
            }
        }

        #[test]
        fn bytes_that_nobody_packed_are_damage_or_figures_and_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let _read = (unpack(&bytes).is_ok(), values(&bytes).is_ok());
        }
    }

    #[test]
    fn what_another_version_packed_is_not_guessed_at() {
        let mut packed = pack(&[(Quantity::LogicalUsed, Amount::exact(7))]);
        packed[0] = 2;
        for told in [unpack(&packed).unwrap_err(), values(&packed).unwrap_err()] {
            let told = told.to_string();
            assert_eq!(told, "the store is damaged: packed figures hold version 2");
        }
        packed.truncate(1);
        packed[0] = 1;
        assert!(values(&packed).is_err());
        assert_eq!(pack(&[]), [1, 0, 0]);
    }

    #[test]
    fn a_quiet_minute_takes_few_bytes() {
        let tera = |it: u64| Amount::exact(it << 40);
        let storage = Quantity::ALL.into_iter().take(9);
        let figures: Vec<_> = storage.zip(1..).map(|(q, it)| (q, tera(it))).collect();
        assert!(pack(&figures).len() <= 9 * 7 + 5);
    }
}
