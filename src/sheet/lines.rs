//! Rows as JSON lines: one object a row, ended by `\n`, its keys in the order of the columns.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::sheet::cell::Cell;

/// Writes anything as one line.
///
/// # Errors
/// The writer's own.
pub fn line(out: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, what)?;
    out.write_all(b"\n")
}

/// A row under its columns.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a, T> {
    /// The names.
    pub columns: &'a [T],
    /// As many cells.
    pub cells: &'a [Cell],
}

impl<T: AsRef<str>> Serialize for Object<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(column.as_ref(), cell)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line_whatever_stands_in_it() {
        let mut out = Vec::new();
        let cells = [Cell::text("a\nb"), Cell::Nothing];
        let row = Object {
            columns: &["x", "y"],
            cells: &cells,
        };
        line(&mut out, &row).unwrap();
        assert_eq!(out, b"{\"x\":\"a\\nb\",\"y\":null}\n");
    }
}
