//! The points of a history as rows.

use crate::{
    history::point::Point,
    meter::quantity::{Quantity, Series, Unit},
    sheet::{cell::Cell, column},
    store::origin::Asked,
};

/// The columns of a row.
pub fn columns() -> Vec<String> {
    let of_point = [
        "at",
        "until",
        "series",
        "reading_id",
        "source",
        "late",
        "coverage",
    ];
    let mut columns: Vec<String> = of_point.map(str::to_owned).into();
    for quantity in Quantity::ALL {
        columns.push(column::name(quantity));
        columns.push(greatest(quantity));
        columns.push(format!("{}_coverage", quantity.name().replace('.', "_")));
    }
    columns
}

/// The column of the greatest value. One that ends in `_max` holds the end of an interval.
fn greatest(quantity: Quantity) -> String {
    let unit = match quantity.unit() {
        Unit::Bytes => "bytes",
        Unit::Vcpus => "vcpus",
    };
    format!("{}_max_{unit}", quantity.name().replace('.', "_"))
}

/// A row under [`columns`].
pub fn row(point: &Point) -> Vec<Cell> {
    let mut row = vec![
        point.at.into(),
        Cell::maybe(point.until),
        Cell::maybe(point.series.map(Series::name)),
        Cell::maybe(point.reading_id.map(|id| id.to_string())),
        Cell::maybe(point.source.map(Asked::name)),
        point.late.into(),
        Cell::decimal(point.coverage),
    ];
    for quantity in Quantity::ALL {
        let level = point.quantities.of(quantity);
        row.push(Cell::maybe(level.map(|it| it.value)));
        row.push(Cell::maybe(level.map(|it| it.max)));
        row.push(Cell::decimal(level.and_then(|it| it.coverage)));
    }
    row
}
