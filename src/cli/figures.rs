//! The figures of a report as a table for people.
//!
//! ```text
//! figure          printed            bytes        TiB  from .. to (bytes)
//! logical.total    57.3TB   63002016271565    57.3000  62947040690176 .. 63111967434342
//! logical.used               49917827901031    45.4000  …
//! ```

use std::{fmt, io};

use crate::{
    amount::{Amount, SizeBase},
    vstorage::{report::StatReport, space::SpaceAmounts, token::Size},
};

/// One figure: its name, how it was printed if it was, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the JSON.
    pub name: &'static str,
    /// The token as printed; `None` for a derived figure.
    pub printed: Option<Size>,
    /// In bytes.
    pub amount: Amount,
}

/// Every size of the report that is a figure.
pub fn rows(report: &StatReport, space: SpaceAmounts, base: SizeBase) -> Vec<Row> {
    let (logical, physical) = (report.space.allocatable, report.space.free);
    let row = |name, printed, amount| Row {
        name,
        printed,
        amount,
    };
    let mut rows = vec![
        row("logical.total", Some(logical.total), space.logical.total),
        row("logical.used", None, space.logical.used),
        row("logical.free", Some(logical.free), space.logical.free),
        row("physical.total", Some(physical.total), space.physical.total),
        row("physical.used", None, space.physical.used),
        row("physical.free", Some(physical.free), space.physical.free),
    ];
    let license = report.license.as_ref();
    let (total, io) = (report.io.total.as_ref(), report.io.current.as_ref());
    let replication = report.io.replication.as_ref();
    let others = [
        (
            "license.capacity",
            license.map(|license| license.capacity()),
        ),
        ("license.used", license.and_then(|license| license.used())),
        ("fs.size", report.fs.map(|fs| fs.size)),
        ("io.read /s", io.map(|io| io.read.bytes.0)),
        ("io.write /s", io.map(|io| io.write.bytes.0)),
        ("io.total.read", total.map(|io| io.read.bytes)),
        ("io.total.write", total.map(|io| io.write.bytes)),
        ("repl.read /s", replication.map(|io| io.read.0)),
        ("repl.write /s", replication.map(|io| io.write.0)),
    ];
    for (name, size) in others {
        if let Some(size) = size
            && let Some(amount) = size.amount(base)
        {
            rows.push(row(name, Some(size), amount));
        }
    }
    rows
}

/// The rows under their heads.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl io::Write, rows: &[Row]) -> io::Result<()> {
    let head = ("figure", "printed", "bytes", "TiB", "from .. to (bytes)");
    writeln!(
        out,
        "{:<16} {:>7} {:>16} {:>9}  {}",
        head.0, head.1, head.2, head.3, head.4
    )?;
    for row in rows {
        let Amount { bytes, min, max } = row.amount;
        let printed = row.printed.map(|size| size.to_string()).unwrap_or_default();
        let tib = Tib(u128::from(bytes)).to_string();
        writeln!(
            out,
            "{:<16} {printed:>7} {bytes:>16} {tib:>9}  {min} .. {max}",
            row.name
        )?;
    }
    Ok(())
}

/// Bytes as TiB with four decimals, to the nearest.
#[derive(Clone, Copy, Debug)]
pub struct Tib(pub u128);

impl fmt::Display for Tib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = u128::from(bytesize::TIB);
        // In two parts, as the whole times 10,000 may be more than a u128 holds.
        let rest = (self.0 % unit * 10_000 + unit / 2) / unit;
        let (whole, rest) = (self.0 / unit + rest / 10_000, rest % 10_000);
        f.pad(&format!("{whole}.{rest:04}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::bytes;

    #[test]
    fn the_table_shows_token_bytes_tib_and_interval() {
        let text =
            "Cluster 'c': healthy\nSpace: allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB\n";
        let base = SizeBase::Binary;
        let (report, space) = bytes::read(text, base).expect("a report");
        let mut out = Vec::new();
        write(&mut out, &rows(&report, space, base)).expect("written");
        let out = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 7);
        assert_eq!(
            lines[1],
            "logical.total     57.3TB   63002016271565   57.3000  62947040690176 .. 63111967434342"
        );
        assert!(
            lines[2].starts_with("logical.used               49917827901031   45.4000  "),
            "{out}"
        );
    }
}
