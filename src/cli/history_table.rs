//! Points of a history as a table for people, sizes in TiB.
//!
//! ```text
//! at                        measured  logical.used  user_data  physical.used  ram.reserved   vcpus
//! 2026-10-01T00:00:00.000Z  100.00 %       45.4000    22.1000        68.2000        0.5000     120
//! ```

use std::io;

use crate::{
    cli::figures::Tib,
    clock,
    history::point::Point,
    meter::{decimal::Decimal, quantity::Quantity, quantity::Unit},
};

/// What has room in a line; CSV and JSON have all of them.
const SHOWN: [(Quantity, &str, usize); 5] = [
    (Quantity::LogicalUsed, "logical.used", 12),
    (Quantity::UserData, "user_data", 9),
    (Quantity::PhysicalUsed, "physical.used", 13),
    (Quantity::RamReserved, "ram.reserved", 12),
    (Quantity::VcpusReserved, "vcpus", 6),
];

/// The lines of the points, under their heads where they are the first.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl io::Write, points: &[Point], first: bool) -> io::Result<()> {
    if first && !points.is_empty() {
        write!(out, "{:<24}  {:>8}", "at", "measured")?;
        for (_, name, width) in SHOWN {
            write!(out, "  {name:>width$}")?;
        }
        writeln!(out)?;
    }
    for point in points {
        let measured = match (point.late, point.coverage) {
            (true, _) => "late".to_owned(),
            (false, None) => String::new(),
            (false, Some(share)) => percent(share),
        };
        write!(out, "{:<24}  {measured:>8}", clock::rfc3339(point.at))?;
        for (quantity, _, width) in SHOWN {
            let value = point.quantities.of(quantity).map(|level| level.value);
            let text = value.map_or("-".to_owned(), |value| shown(quantity.unit(), value));
            write!(out, "  {text:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// In the unit that people read.
pub fn shown(unit: Unit, value: u64) -> String {
    match unit {
        Unit::Bytes => Tib(value.into()).to_string(),
        Unit::Vcpus => value.to_string(),
    }
}

/// A share of six places, cut to hundredths of a per cent: it only is 100 where all was measured.
pub fn percent(share: Decimal) -> String {
    let text = share.to_string();
    let (whole, behind) = text.split_once('.').unwrap_or((&text, ""));
    let digits: String = behind.chars().chain("0000".chars()).take(4).collect();
    let (tens, hundredths) = digits.split_at(2);
    let ones = format!("{whole}{tens}");
    let ones = ones.trim_start_matches('0');
    let ones = if ones.is_empty() { "0" } else { ones };
    format!("{ones}.{hundredths} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::hours;

    #[test]
    fn a_share_is_100_per_cent_only_where_it_is_all() {
        let percent = |covered, seconds| percent(hours::share(covered, seconds).unwrap());
        assert_eq!(percent(60, 60), "100.00 %");
        assert_eq!(percent(315_359_999, 315_360_000), "99.99 %");
        assert_eq!(percent(1, 16), "6.25 %");
        assert_eq!(percent(1, 2_000), "0.05 %");
        assert_eq!(percent(0, 60), "0.00 %");
    }
}
