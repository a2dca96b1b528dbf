//! Figures as a row holds them: few bytes, and the counts in front, because most who read want nothing else.
//!
//! ```text
//! version · which quantities · their bytes … · which are not exact · for each of those: bytes − min, max − bytes
//! ```

use crate::{
    amount::Amount,
    meter::{
        quantity::Quantity,
        sample::Values,
        varint::{Input, Out},
    },
    store::error::StoreError,
};

const VERSION: u8 = 1;

/// Packs what was read.
pub fn pack(figures: &[(Quantity, Amount)]) -> Vec<u8> {
    let mut sorted = figures.to_vec();
    sorted.sort_by_key(|(quantity, _)| *quantity);
    sorted.dedup_by_key(|(quantity, _)| *quantity);
    let inexact = |(_, it): &&(Quantity, Amount)| it.min != it.bytes || it.max != it.bytes;
    let mut packed = Out(vec![VERSION]);
    packed.number(mask(sorted.iter()));
    for (_, amount) in &sorted {
        packed.number(amount.bytes);
    }
    packed.number(mask(sorted.iter().filter(inexact)));
    for (_, amount) in sorted.iter().filter(inexact) {
        // Bounds on the wrong side wrap around, and wrap back when they are unpacked.
        packed.number(amount.bytes.wrapping_sub(amount.min));
        packed.number(amount.max.wrapping_sub(amount.bytes));
    }
    packed.0
}

/// What was packed.
///
/// # Errors
/// `Damaged`.
pub fn unpack(packed: &[u8]) -> Result<Vec<(Quantity, Amount)>, StoreError> {
    let mut rest = versioned(packed)?;
    let given = number(&mut rest)?;
    let mut figures = Vec::with_capacity(Quantity::ALL.len());
    for quantity in named(given)? {
        figures.push((quantity, Amount::exact(number(&mut rest)?)));
    }
    let inexact = number(&mut rest)?;
    for quantity in named(inexact)? {
        let (below, above) = (number(&mut rest)?, number(&mut rest)?);
        let found = figures.iter_mut().find(|(known, _)| *known == quantity);
        let (_, amount) = found.ok_or_else(|| damaged("bounds of a figure that is not there"))?;
        amount.min = amount.bytes.wrapping_sub(below);
        amount.max = amount.bytes.wrapping_add(above);
    }
    match rest.0.is_empty() {
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
    let given = number(&mut rest)?;
    if given >> Quantity::ALL.len() != 0 {
        return Err(damaged("a quantity that nobody knows"));
    }
    let mut values = Values::default();
    // Read for every reading of a month: from bit to bit, and not through all that there are.
    let mut left = given;
    while left != 0 {
        let quantity = Quantity::ALL.get(left.trailing_zeros() as usize);
        left &= left - 1;
        let value = number(&mut rest)?;
        if let Some(place) = quantity.and_then(|it| values.get_mut(it.place())) {
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

fn versioned(packed: &[u8]) -> Result<Input<'_>, StoreError> {
    match packed.split_first() {
        Some((&VERSION, rest)) => Ok(Input(rest)),
        Some((version, _)) => Err(damaged(&format!("version {version}"))),
        None => Err(damaged("nothing")),
    }
}

fn number(rest: &mut Input<'_>) -> Result<u64, StoreError> {
    rest.number().ok_or_else(|| damaged("no whole number"))
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
