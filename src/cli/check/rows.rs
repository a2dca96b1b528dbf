//! The figures of a check, and what every witness says of each.

use std::borrow::Cow;

use crate::{
    cli::{check::found::Found, figures},
    reading::{Figure, Space, StorageReading, Tier},
    witness::{Comparison, quantity::Quantity, verdict::Why},
};

/// One figure, and the comparisons of it.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its name, after the place of the figure in the body.
    pub name: Cow<'static, str>,
    /// `None` where the billed source does not give it.
    pub figure: Option<Figure>,
    /// What each witness says of it, in their order.
    pub comparisons: Vec<&'a Comparison>,
}

/// Every figure of the billed source, and those that a witness alone gives.
pub fn rows(found: &Found) -> Vec<Row<'_>> {
    let reading = found.billed.reading();
    let mut rows: Vec<Row<'_>> = Vec::new();
    for quantity in Quantity::ALL {
        let figure = reading.and_then(|reading| quantity.of(reading));
        let all = found.compared.comparisons.iter();
        let comparisons: Vec<_> = all.filter(|it| it.quantity == quantity).collect();
        if figure.is_some() || !comparisons.is_empty() {
            rows.push(Row {
                name: quantity.name().into(),
                figure,
                comparisons,
            });
        }
    }
    let others = reading.map(others).unwrap_or_default();
    rows.extend(others.into_iter().map(|(name, figure)| Row {
        name,
        figure,
        comparisons: Vec::new(),
    }));
    fill_printed(found, &mut rows);
    rows
}

/// What no other source gives in the same meaning.
fn others(reading: &StorageReading) -> Vec<(Cow<'static, str>, Option<Figure>)> {
    let left = reading.license.as_ref().and_then(|license| license.free);
    let left = left.map(|left| ("license.free".into(), Some(left)));
    let tiers = reading.tiers.iter().flatten().flat_map(of_tier);
    let services = reading.services.iter().flatten();
    let services = services.map(|it| (format!("service.{}", it.name).into(), it.used));
    left.into_iter().chain(tiers).chain(services).collect()
}

fn of_tier(tier: &Tier) -> Vec<(Cow<'static, str>, Option<Figure>)> {
    let space = |name: &str, space: Option<Space>| {
        let parts = space.map(|it| [("total", it.total), ("used", it.used), ("free", it.free)]);
        let place = format!("tier.{}.{name}", tier.id);
        let part = move |(part, figure)| (format!("{place}.{part}").into(), Some(figure));
        parts.into_iter().flatten().map(part)
    };
    let logical = space("logical", tier.logical);
    logical.chain(space("physical", tier.physical)).collect()
}

/// Adds what else was printed on the node where that is billed. A text that is no reading, as one of another cluster,
/// has no figures: it is shown as it came, and no more.
fn fill_printed(found: &Found, rows: &mut Vec<Row<'_>>) {
    let printed = found
        .printed
        .as_ref()
        .filter(|_| found.billed.read.evidence.is_some() && found.billed.reading().is_some());
    let report = printed.and_then(|it| it.report.as_ref().ok());
    let Some(((report, space), base)) = report.zip(found.size_base) else {
        return;
    };
    for figures::Row {
        name,
        printed,
        amount,
    } in figures::rows(report, *space, base.base)
    {
        let figure = Some(Figure { printed, amount });
        match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.figure = row.figure.or(figure),
            None => rows.push(Row {
                name: name.into(),
                figure,
                comparisons: Vec::new(),
            }),
        }
    }
}

/// Why nothing was compared, in words.
pub fn why(why: Why, billed: &str, witness: &str) -> String {
    match why {
        Why::OtherBasis => format!("logical is `{billed}` here, `{witness}` there"),
        Why::OtherCounter => "the file system's count against the licence's".to_owned(),
        Why::NotGivenByBilled => "the billed source does not give it".to_owned(),
        Why::NotGivenByWitness => "it does not give it".to_owned(),
        Why::NoBilledReading => "there is no billed reading".to_owned(),
        Why::NoWitnessReading => "it gave no reading".to_owned(),
    }
}
