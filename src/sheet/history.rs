//! A point of a history as a row.

use crate::{
    history::point::Point,
    meter::{decimal::Decimal, quantity::Quantity},
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
        columns.push(column::named(quantity, "_max"));
        columns.push(column::share(quantity));
    }
    columns
}

/// A row under [`columns`].
pub fn row(point: &Point) -> Vec<Cell> {
    let mut row = vec![
        point.at.into(),
        Cell::maybe(point.until),
        Cell::maybe(point.series.map(|series| series.name())),
        Cell::maybe(point.reading_id.map(|id| id.to_string())),
        Cell::maybe(point.source.map(Asked::name)),
        point.late.into(),
        Cell::maybe(point.coverage),
    ];
    for quantity in Quantity::ALL {
        let level = point.quantities.of(quantity);
        row.push(Cell::maybe(level.map(|it| it.value)));
        row.push(Cell::maybe(level.map(|it| it.max)));
        let share: Option<Decimal> = level.and_then(|it| it.coverage);
        row.push(Cell::maybe(share));
    }
    row
}
