//! The tables below the header.
//!
//! ```text
//! MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST
//!     3 avail      0.0%       0/s   0.2%   142m   6d  1h node3
//! M   1 avail      0.1%       1/s   0.2%   149m   6d  1h node1
//! ```
//!
//! Columns and their widths differ between releases, so a row is split at its blanks and its cells are named
//! by the header. Tables of clients (`CLID`) and of events (`TIME SYS`) are known and passed over.

use crate::vstorage::grammar::is_duration_part;
use std::fmt;

/// Which table a header row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Mds,
    Cs,
    /// Clients or events: passed over.
    Other,
}

impl Kind {
    /// The table that begins with this line, if one does.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("MDSID"), _) => Some(Kind::Mds),
            (Some("CSID"), _) => Some(Kind::Cs),
            (Some("CLID"), _) | (Some("TIME"), Some("SYS")) => Some(Kind::Other),
            _ => None,
        }
    }
}

/// The tables of a text, while it is read.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) mds: Option<Table>,
    pub(crate) cs: Option<Table>,
    open: Option<Kind>,
}

impl Tables {
    /// What follows is no row of the table before.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// Whether the rows that come are kept.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self.open, Some(Kind::Mds | Kind::Cs))
    }

    /// Whether the line is a table's header, of which each may come once, or a row of the open table.
    pub(crate) fn take(&mut self, text: &str) -> bool {
        if let Some(kind) = Kind::of(text) {
            let headed = Table::headed(text);
            let taken = match self.table(kind) {
                Some(table @ None) => {
                    *table = headed;
                    table.is_some()
                }
                Some(Some(_)) => false,
                None => true,
            };
            self.open = taken.then_some(kind);
            return taken;
        }
        let Some(kind) = self.open else {
            return false;
        };
        let Some(Some(table)) = self.table(kind) else {
            return true; // a row that is passed over
        };
        let row = table.row(text);
        let taken = row.is_some();
        table.rows.extend(row);
        taken
    }

    /// Where a table is kept; `None` where it is passed over.
    fn table(&mut self, kind: Kind) -> Option<&mut Option<Table>> {
        match kind {
            Kind::Mds => Some(&mut self.mds),
            Kind::Cs => Some(&mut self.cs),
            Kind::Other => None,
        }
    }
}

/// The table of the metadata servers or that of the chunk servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The words of the header row, as printed; none comes twice.
    pub columns: Vec<String>,
    /// The rows in their order, each with as many cells as there are columns.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Marked `M`: the master among the metadata servers. Never in the table of chunk servers.
    pub master: bool,
    /// What stands in each column; `None` where the last one, `FLAGS`, is empty. The two words of an
    /// `UPTIME` are joined by one blank.
    pub cells: Vec<Option<String>>,
}

impl Table {
    /// The empty table of a header row. `None`: two columns have the same name.
    pub(crate) fn headed(line: &str) -> Option<Self> {
        let columns: Vec<String> = line.split_whitespace().map(String::from).collect();
        let mut names: Vec<&String> = columns.iter().collect();
        names.sort_unstable();
        let differ = names.windows(2).all(|pair| pair.first() != pair.last());
        let rows = Vec::new();
        differ.then_some(Table { columns, rows })
    }

    /// The line as a row. `None`: it does not fit the columns.
    pub(crate) fn row(&self, line: &str) -> Option<Row> {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let has_master = self.columns.first().is_some_and(|it| it == "MDSID");
        let master = has_master && words.first() == Some(&"M");
        if master {
            words.remove(0);
        }
        let is_id = |it: &&str| it.chars().all(|c| c.is_ascii_digit());
        words.first().filter(|it| is_id(it))?;

        let mut cells: Vec<Option<String>> = words.iter().map(|it| Some(it.to_string())).collect();
        let columns = self.columns.len();
        if cells.len() == columns + 1 {
            let place = self.columns.iter().position(|it| it == "UPTIME")?;
            let second = cells.get(place + 1).cloned().flatten()?;
            let first = cells.get_mut(place)?.as_mut()?;
            if !is_duration_part(first) || !is_duration_part(&second) {
                return None;
            }
            first.push(' ');
            first.push_str(&second);
            cells.remove(place + 1);
        }
        if cells.len() + 1 == columns && self.columns.last().is_some_and(|it| it == "FLAGS") {
            cells.push(None);
        }
        (cells.len() == columns).then_some(Row { master, cells })
    }
}

impl fmt::Display for Table {
    /// Header and rows, each with its line end; aligned to the right, the master in a column of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = self.columns.iter().map(|it| it.chars().count()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                let cell = cell.as_deref().unwrap_or("");
                *width = cell.chars().count().max(*width);
            }
        }
        write!(f, " ")?;
        for (column, width) in self.columns.iter().zip(&widths) {
            write!(f, " {column:>width$}")?;
        }
        writeln!(f)?;
        for row in &self.rows {
            write!(f, "{}", if row.master { "M" } else { " " })?;
            for (cell, width) in row.cells.iter().zip(&widths) {
                write!(f, " {:>width$}", cell.as_deref().unwrap_or(""))?;
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
        let row = Table::headed(header).unwrap().row(line);
        let row = row.map(|it| (it.master, it.cells));
        let expected = expected.map(|(master, cells)| {
            let cells = cells.iter().map(|it| it.map(String::from)).collect();
            (master, cells)
        });
        assert_eq!(row, expected, "{line}");
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
        assert_eq!(Table::headed("CSID CSID"), None);
    }

    #[test]
    fn a_table_is_known_by_its_first_words() {
        assert_eq!(Kind::of(MDS), Some(Kind::Mds));
        assert_eq!(Kind::of("  CSID IOWAIT"), Some(Kind::Cs));
        assert_eq!(Kind::of("CLID LEASES"), Some(Kind::Other));
        assert_eq!(Kind::of("TIME  SYS SEV MESSAGE"), Some(Kind::Other));
        assert_eq!(Kind::of("TIME"), None);
        assert_eq!(Kind::of(""), None);
    }

    #[test]
    fn a_row_needs_an_open_table_and_a_table_comes_once() {
        let mut tables = Tables::default();
        assert!(!tables.take("1 a"));
        for text in ["MDSID HOST", "M 1 a", "CSID", "7", "CLID", "anything"] {
            assert!(tables.take(text), "{text}");
        }
        tables.close();
        for text in ["8", "MDSID HOST", "2 b"] {
            assert!(!tables.take(text), "{text}");
        }
        assert_eq!(tables.mds.map(|it| it.rows.len()), Some(1));
        assert_eq!(tables.cs.map(|it| it.rows.len()), Some(1));
    }
}
