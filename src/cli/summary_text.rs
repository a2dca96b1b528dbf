//! A summary as a statement for people: what every quantity adds up to, and when it was not measured.

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use crate::{
    cli::history_table::{percent, shown},
    hex,
    meter::quantity::{Quantity, Unit},
    period::ledger::Period,
    sheet::summary::sources,
    statement::{measured::Measured, missed::Missed, summary::Summary},
};

/// So many gaps are shown, the longest ones; JSON has all of them.
const GAPS: usize = 20;

/// The whole statement; of a month, with how far it has come.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, summary: &Summary, period: Option<&Period>) -> io::Result<()> {
    let (from, to) = (summary.from.0, summary.to.0);
    let length = length(summary.window_seconds);
    writeln!(out, "cluster {}, {from} to {to}, {length}", summary.cluster)?;
    if let Some(period) = period {
        write!(out, "month {}, {}", period.month, period.state.name())?;
        match period.seal {
            Some(seal) => writeln!(out, ", digest {}", hex::lower(&seal.digest))?,
            None => writeln!(out)?,
        }
        if !period.corrections.is_empty() {
            let count = period.corrections.len();
            writeln!(
                out,
                "corrections of earlier months that are booked in it: {count}"
            )?;
        }
    }
    writeln!(out)?;
    for (series, it) in &summary.series {
        let (name, share, readings) = (series.name(), percent(it.coverage), it.readings);
        let sources = match it.sources.as_slice() {
            [] => String::new(),
            all => format!(" of {}", sources(all)),
        };
        writeln!(
            out,
            "{name:<8} {share:>9} measured, {readings} readings{sources}"
        )?;
    }
    for (unit, hours, size) in [
        (Unit::Bytes, "TiB-hours", "TiB"),
        (Unit::Vcpus, "vCPU-hours", "vCPUs"),
    ] {
        let rows = summary.quantities.iter();
        let rows = rows.filter(|(_, measured)| measured.unit == unit);
        writeln!(
            out,
            "\n{:<18} {hours:>19} {:>11} {:>11} {:>11}  first at",
            "quantity",
            format!("mean {size}"),
            format!("p95 {size}"),
            format!("peak {size}"),
        )?;
        for (quantity, measured) in rows {
            row(out, *quantity, measured)?;
        }
    }
    gaps(out, summary)
}

fn row(out: &mut impl Write, quantity: Quantity, measured: &Measured) -> io::Result<()> {
    let value =
        |value: Option<u64>| value.map_or("-".to_owned(), |value| shown(measured.unit, value));
    let hours = measured.hours().map_or("-".to_owned(), |it| it.to_string());
    let at = measured
        .max_at
        .map_or("-".to_owned(), |at| at.0.to_string());
    writeln!(
        out,
        "{:<18} {hours:>19} {:>11} {:>11} {:>11}  {at}",
        quantity.name(),
        value(measured.mean),
        value(measured.p95),
        value(measured.max),
    )
}

fn gaps(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let told = |gap: &&Missed| !what(gap, summary).is_empty();
    let mut longest: Vec<&Missed> = summary.gaps.iter().filter(told).collect();
    if longest.is_empty() {
        return writeln!(out, "\nThere is no gap.");
    }
    longest.sort_by_key(|gap| Reverse(gap.seconds));
    let (shown, left) = longest.split_at(longest.len().min(GAPS));
    let mut shown = shown.to_vec();
    shown.sort_by_key(|gap| gap.from);
    writeln!(out, "\nNot measured, and in no sum:")?;
    for gap in shown {
        let (from, to, long) = (gap.from.0, gap.to.0, length(gap.seconds));
        let (what, why) = (what(gap, summary), gap.reason.meaning());
        writeln!(out, "{from}  {to}  {long:>13}  {what}\n    {why}")?;
    }
    if !left.is_empty() {
        let seconds: u64 = left.iter().map(|gap| gap.seconds).sum();
        let (count, long) = (left.len(), length(seconds));
        writeln!(
            out,
            "and {count} shorter ones, {long} together; --json has all of them"
        )?;
    }
    Ok(())
}

/// What is read together, where none of it was measured; else what was not. Empty where that is only what the whole
/// time never gave, which the table says already.
fn what(gap: &Missed, summary: &Summary) -> String {
    if gap.quantities.len() == gap.series.quantities().len() {
        return gap.series.name().to_owned();
    }
    let given = |it: &&Quantity| {
        summary
            .quantities
            .get(it)
            .is_some_and(|it| it.covered_seconds > 0)
    };
    let names: Vec<&str> = gap
        .quantities
        .iter()
        .filter(given)
        .map(|it| it.name())
        .collect();
    match names.as_slice() {
        [one, another, _, more @ ..] => format!("{one}, {another} and {} more", more.len() + 1),
        few => few.join(", "),
    }
}

/// A time in its two largest units.
fn length(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let said = parts.iter().skip_while(|(count, _)| *count == 0).take(2);
    let said = said.filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_its_two_largest_units() {
        assert_eq!(length(31 * 86_400), "31 d");
        assert_eq!(length(7_980), "2 h 13 min");
        assert_eq!(length(86_400 + 59), "1 d");
        assert_eq!(length(45), "45 s");
    }
}
