//! The tables below the header.
//!
//! ```text
//! MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST
//!     3 avail      0.0%       0/s   0.2%   142m   6d  1h node3
//! M   1 avail      0.1%       1/s   0.2%   149m   6d  1h node1
//! ```
//!
//! Columns and their widths differ between releases, so a row is split at its blanks and its cells are named
//! by the header.

use crate::vstorage::{
    grammar::is_duration_part,
    rows::{Row, Rows},
};
use std::{fmt, num::NonZeroUsize, ops::Range};

/// The table of the metadata servers or that of the chunk servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<String>,
    rows: Rows,
}

impl Table {
    /// An empty table. `None`: there is no column, or two have the same name.
    pub fn new(columns: Vec<String>) -> Option<Self> {
        let rows = Rows::new(NonZeroUsize::new(columns.len())?);
        let mut names: Vec<&String> = columns.iter().collect();
        names.sort_unstable();
        let differ = names.windows(2).all(|pair| pair.first() != pair.last());
        differ.then_some(Table { columns, rows })
    }

    /// The empty table of a header row, see [`Table::new`].
    pub(crate) fn headed(line: &str) -> Option<Self> {
        Table::new(line.split_whitespace().map(String::from).collect())
    }

    /// The words of the header row, as printed; none comes twice.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows in their order, each with as many cells as there are columns.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter()
    }

    /// Adds a row of these cells, each `None` or `""` where it is empty. `false`: they are not as many as the columns.
    pub fn push<'a>(
        &mut self,
        master: bool,
        cells: impl IntoIterator<Item = Option<&'a str>>,
    ) -> bool {
        self.rows.add(|rows| {
            for cell in cells {
                let cell = rows.write(cell.unwrap_or(""));
                rows.cells.push(cell);
            }
            Some(master)
        })
    }

    /// Adds the line as a row. `false`: it does not fit the columns.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let columns = self.columns.as_slice();
        self.rows.add(|rows| split(line, columns, rows))
    }
}

/// Adds the cells of a line; whether it is the master's. `None`: it begins with no id, or has a word too many that
/// is no part of an uptime.
fn split(line: &str, columns: &[String], rows: &mut Rows) -> Option<bool> {
    let (before, start) = (rows.cells.len(), rows.write(line).start);
    let mut words = words(line);
    let mut first = words.next()?;
    let has_master = columns.first().is_some_and(|it| it == "MDSID");
    let master = has_master && line.get(first.clone()) == Some("M");
    if master {
        first = words.next()?;
    }
    if !line
        .get(first.clone())?
        .bytes()
        .all(|it| it.is_ascii_digit())
    {
        return None;
    }
    for word in std::iter::once(first).chain(words) {
        rows.cells.push(start + word.start..start + word.end);
    }

    if rows.cells.len() == before + columns.len() + 1 {
        let place = before + columns.iter().position(|it| it == "UPTIME")?;
        let parts = rows.cells.get(place..place + 2)?.iter();
        let parts: Vec<&str> = parts.filter_map(|it| rows.text.get(it.clone())).collect();
        if !parts.iter().all(|it| is_duration_part(it)) {
            return None;
        }
        let uptime = rows.write(&parts.join(" "));
        rows.cells.splice(place..place + 2, [uptime]);
    }
    if rows.cells.len() + 1 == before + columns.len()
        && columns.last().is_some_and(|it| it == "FLAGS")
    {
        rows.cells.push(start..start);
    }
    let text = |place: usize| {
        let cell = rows.cells.get(before + place)?;
        rows.text.get(cell.clone())
    };
    // a word too many and one too few make the number right and the cells wrong
    if let Some(place) = columns.iter().position(|it| has_master && it == "UPTIME")
        && [place, place + 1]
            .map(text)
            .iter()
            .all(|it| it.is_some_and(is_duration_part))
    {
        return None;
    }
    if columns.last().is_some_and(|it| it == "FLAGS")
        && text(columns.len() - 1).is_some_and(|it| it.contains(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    Some(master)
}

/// Where the words of a line stand.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let (true, length) = character(line, at)? {
            at += length;
        }
        let start = at;
        while let Some((false, length)) = character(line, at) {
            at += length;
        }
        Some(start..at)
    })
}

/// Whether the character that begins there is a blank, and its length in bytes. Most take one, and are not decoded.
#[inline]
fn character(line: &str, at: usize) -> Option<(bool, usize)> {
    match line.as_bytes().get(at)? {
        b'\t'..=b'\r' | b' ' => Some((true, 1)),
        ..0x80 => Some((false, 1)),
        _ => {
            let character = line.get(at..)?.chars().next()?;
            Some((character.is_whitespace(), character.len_utf8()))
        }
    }
}

impl fmt::Display for Table {
    /// Header and rows, each with its line end; aligned to the right, the master in a column of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = self.columns.iter().map(|it| it.chars().count()).collect();
        for row in self.rows() {
            for (width, cell) in widths.iter_mut().zip(row.cells()) {
                let cell = cell.unwrap_or("");
                *width = cell.chars().count().max(*width);
            }
        }
        write!(f, " ")?;
        for (column, width) in self.columns.iter().zip(&widths) {
            write!(f, " {column:>width$}")?;
        }
        writeln!(f)?;
        for row in self.rows() {
            write!(f, "{}", if row.master { "M" } else { " " })?;
            for (cell, width) in row.cells().zip(&widths) {
                write!(f, " {:>width$}", cell.unwrap_or(""))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MDS: &str = "MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST";
    const CS: &str = "CSID STATUS SPACE FREE FLAGS";

    #[track_caller]
    fn reads(header: &str, line: &str, expected: Option<(bool, &[Option<&str>])>) {
        let empty = Table::headed(header).unwrap();
        let mut table = empty.clone();
        assert_eq!(table.take(line), expected.is_some(), "{line}");
        let mut built = empty;
        if let Some((master, cells)) = expected {
            assert!(built.push(master, cells.iter().copied()));
        }
        assert_eq!(table, built, "{line}");
    }

    #[test]
    fn the_master_is_marked_and_an_uptime_is_one_or_two_words() {
        let cells = [
            "1", "avail", "0.1%", "1/s", "0.2%", "149m", "6d 1h", "node…",
        ]
        .map(Some);
        reads(
            MDS,
            "M   1 avail  0.1%  1/s  0.2%  149m   6d  1h node…",
            Some((true, &cells)),
        );
        let cells = ["2", "avail", "0.1%", "1/s", "0.2%", "149m", "7h", "node2"].map(Some);
        reads(
            MDS,
            "    2 avail  0.1%  1/s  0.2%  149m   7h node2",
            Some((false, &cells)),
        );
    }

    #[test]
    fn flags_may_be_missing() {
        reads(
            CS,
            "1025 active 1TB 2TB",
            Some((
                false,
                &[Some("1025"), Some("active"), Some("1TB"), Some("2TB"), None],
            )),
        );
        reads("CSID STATUS SPACE", "1025 active", None);
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused() {
        reads(MDS, "    2 avail  0.1%  1/s  0.2%  149m   a b node2", None);
        reads(MDS, "    2 avail", None);
        reads(MDS, "    x avail  0.1%  1/s  0.2%  149m   7h node2", None);
        reads(CS, "M 1025 active 1TB 2TB J", None);
        reads(CS, "1025 active 1TB 2TB J C", None);
        // as many words as columns, and yet not theirs
        reads(MDS, "    3 avail  0.0%  0/s  0.2%  142m   6d  1h", None);
        reads(CS, "1025 failed out 1TB 2TB", None);
        assert_eq!(Table::headed("CSID CSID"), None);
        assert_eq!(Table::headed(""), None);
    }

    #[test]
    fn a_row_that_is_refused_leaves_nothing_behind() {
        let mut table = Table::headed(CS).unwrap();
        assert!(table.take("1 a 1TB 2TB J"));
        for line in ["x a 1TB 2TB J", "2 a 1TB 2TB J C", "2"] {
            assert!(!table.take(line), "{line}");
        }
        assert!(!table.push(false, ["2", "a"].map(Some)));
        assert!(table.take("3 b 1TB 2TB"));
        let rows: Vec<Vec<_>> = table.rows().map(|it| it.cells().collect()).collect();
        let first = ["1", "a", "1TB", "2TB", "J"].map(Some);
        let second = [Some("3"), Some("b"), Some("1TB"), Some("2TB"), None];
        assert_eq!(rows, [first, second]);
    }

    #[test]
    fn tables_are_the_same_by_what_stands_in_them() {
        let table = |rows: &[&str]| {
            let mut table = Table::headed(CS).unwrap();
            for row in rows {
                assert!(table.take(row), "{row}");
            }
            table
        };
        let one = table(&["1 a 1TB 2TB", "2 b 1TB 2TB J"]);
        assert_eq!(one, table(&["  1   a   1TB 2TB ", "2 b\u{a0}1TB\t2TB J"]));
        for other in [
            &["1 a 1TB 2TB"][..],
            &["1 a 1TB 2TB", "2 b 1TB 2TB"],
            &["1 a 1TB 2TB", "2 b 1TB 2TB C"],
        ] {
            assert_ne!(one, table(other));
        }
        let mut master = Table::headed("MDSID HOST").unwrap();
        let mut other = master.clone();
        assert!(master.take("M 1 a") && other.take("1 a"));
        assert_ne!(master, other);
        let text = "Table { columns: [\"MDSID\", \"HOST\"], rows: [Row { master: true, cells: [Some(\"1\"), Some(\"a\")] }] }";
        assert_eq!(format!("{master:?}"), text);
    }
}
