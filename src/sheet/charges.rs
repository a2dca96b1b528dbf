//! The charges of a billing period: what its summary says of every quantity, and the corrections that are booked in it.

use crate::{
    meter::{quantity::Quantity, window::Window},
    period::ledger::{Correction, Period},
    reading::{Basis, Source},
    sheet::{
        focus::{Charge, is_charged},
        summary::sources,
    },
    store::{error::StoreError, origin::Asked},
};

/// What is charged in this period, in the order of its quantities, and then what its corrections add or take.
///
/// # Errors
/// `Damaged` where a correction cannot be read.
pub fn of(period: &Period) -> Result<Vec<Charge>, StoreError> {
    let mut charges = used(period);
    for correction in &period.corrections {
        charges.extend(corrected(period, correction)?);
    }
    Ok(charges)
}

/// A quantity that was never measured in the period is not charged.
fn used(period: &Period) -> Vec<Charge> {
    let mut charges = Vec::new();
    for (&quantity, measured) in &period.summary.quantities {
        let exact = measured.unit_seconds.and_then(|it| i128::try_from(it).ok());
        let (Some(unit_seconds), true) = (exact, is_charged(quantity)) else {
            continue;
        };
        let series = period.summary.series.get(&quantity.series());
        let asked = series.map_or(&[][..], |it| &it.sources);
        charges.push(Charge {
            coverage: Some(measured.coverage),
            covered: Some(measured.covered_seconds),
            basis: bases(asked),
            sources: sources(asked),
            digest: period.seal.map(|seal| seal.digest),
            ..charge(period, quantity, period.window, unit_seconds)
        });
    }
    charges
}

/// What a correction adds to, or takes from, the month that it corrects.
fn corrected(period: &Period, correction: &Correction) -> Result<Vec<Charge>, StoreError> {
    let mut charges = Vec::new();
    for change in &correction.changes {
        if !is_charged(change.quantity) {
            continue;
        }
        let difference = change.difference.parse();
        let difference = difference.map_err(|_| {
            StoreError::damaged("the difference of a correction is no whole number")
        })?;
        charges.push(Charge {
            digest: Some(correction.digest),
            cause: Some(correction.cause),
            reading: Some(correction.reading),
            ..charge(period, change.quantity, correction.window, difference)
        });
    }
    Ok(charges)
}

fn charge(period: &Period, quantity: Quantity, charged: Window, unit_seconds: i128) -> Charge {
    Charge {
        cluster: period.cluster.clone(),
        quantity,
        billing: period.window,
        charge: charged,
        unit_seconds,
        coverage: None,
        covered: None,
        basis: String::new(),
        sources: String::new(),
        state: period.state,
        digest: None,
        cause: None,
        reading: None,
    }
}

/// What *logical* means for these sources, each once, with blanks between them.
fn bases(asked: &[Asked]) -> String {
    let bases = asked
        .iter()
        .filter_map(|it| it.storage())
        .map(Source::basis);
    let mut names: Vec<&str> = bases.map(Basis::name).collect();
    names.dedup();
    names.join(" ")
}
