//! A summary as rows, one for each quantity.

use crate::{
    meter::{
        hours,
        quantity::{Quantity, Unit},
    },
    sheet::cell::Cell,
    statement::{measured::Measured, summary::Summary},
    store::origin::Asked,
};

/// The columns of a row.
pub const COLUMNS: [&str; 17] = [
    "cluster",
    "from",
    "to",
    "quantity",
    "unit",
    "unit_seconds",
    "tib_hours",
    "gib_hours",
    "vcpu_hours",
    "mean",
    "max",
    "max_at",
    "p95",
    "covered_seconds",
    "coverage",
    "readings",
    "sources",
];

/// The rows under [`COLUMNS`], in the order of [`Quantity::ALL`].
pub fn rows(summary: &Summary) -> Vec<Vec<Cell>> {
    let quantities = summary.quantities.iter();
    quantities
        .map(|(quantity, measured)| row(summary, *quantity, measured).into())
        .collect()
}

fn row(summary: &Summary, quantity: Quantity, measured: &Measured) -> [Cell; COLUMNS.len()] {
    let series = summary.series.get(&quantity.series());
    let of = |unit: Unit| match measured.unit == unit {
        true => measured.unit_seconds,
        false => None,
    };
    [
        summary.cluster.clone().into(),
        summary.from.0.into(),
        summary.to.0.into(),
        quantity.name().into(),
        measured.unit.name().into(),
        Cell::maybe(measured.unit_seconds),
        Cell::maybe(of(Unit::Bytes).and_then(hours::tib)),
        Cell::maybe(of(Unit::Bytes).and_then(hours::gib)),
        Cell::maybe(of(Unit::Vcpus).and_then(hours::each)),
        Cell::maybe(measured.mean),
        Cell::maybe(measured.max),
        Cell::maybe(measured.max_at.map(|at| at.0)),
        Cell::maybe(measured.p95),
        measured.covered_seconds.into(),
        measured.coverage.into(),
        Cell::maybe(series.map(|it| it.readings)),
        Cell::maybe(series.map(|it| sources(&it.sources))),
    ]
}

/// Their names, with blanks between them.
pub fn sources(sources: &[Asked]) -> String {
    let names: Vec<&str> = sources.iter().map(|source| source.name()).collect();
    names.join(" ")
}
