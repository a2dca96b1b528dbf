//! Which tables a text has, while it is read.
//!
//! ```text
//! MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST
//! CSID STATUS      SPACE   AVAIL REPLICAS   UNIQUE IOWAIT IOLAT(ms) QDEPTH HOST
//! CLID LEASES READ WRITE RD_OPS WR_OPS FSYNCS IOLAT HOST
//! TIME SYS SEV MESSAGE
//! ```
//!
//! The first two are kept. Tables of clients and of events are known and passed over.

use crate::vstorage::table::Table;

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
        match words.next()? {
            "MDSID" => Some(Kind::Mds),
            "CSID" => Some(Kind::Cs),
            "CLID" => Some(Kind::Other),
            "TIME" => (words.next() == Some("SYS")).then_some(Kind::Other),
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
        table.take(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_known_by_its_first_words() {
        assert_eq!(Kind::of("MDSID STATUS"), Some(Kind::Mds));
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
        for (text, keeps) in [
            ("MDSID HOST", true),
            ("M 1 a", true),
            ("CSID", true),
            ("7", true),
            ("CLID", false),
            ("anything", false),
        ] {
            assert!(tables.take(text), "{text}");
            assert_eq!(tables.keeps(), keeps, "{text}");
        }
        tables.close();
        assert!(!tables.keeps());
        for text in ["8", "MDSID HOST", "2 b"] {
            assert!(!tables.take(text), "{text}");
        }
        assert_eq!(tables.mds.map(|it| it.rows().len()), Some(1));
        assert_eq!(tables.cs.map(|it| it.rows().len()), Some(1));
    }
}
