//! Rows as CSV after RFC 4180: a header row, commas, every row ended by `\r\n`, quotes only where they must be.
//!
//! What is not known is an empty field. A text that a spreadsheet would take for a formula, as it begins with `=`, `+`,
//! `-`, `@`, a tab or a line end, has a `'` set before it; a number is a number, and has none.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};

use crate::{clock, sheet::cell::Cell};

/// What a spreadsheet begins a formula with, or skips before one.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A writer of rows.
#[derive(Debug)]
pub struct Csv<W: Write>(Writer<W>);

impl<W: Write> Csv<W> {
    /// Over a writer that takes the bytes.
    pub fn new(out: W) -> Csv<W> {
        let mut builder = WriterBuilder::new();
        Csv(builder.terminator(Terminator::CRLF).from_writer(out))
    }

    /// Writes the header.
    ///
    /// # Errors
    /// The writer's own.
    pub fn head<T: AsRef<[u8]>>(&mut self, columns: &[T]) -> io::Result<()> {
        self.0.write_record(columns).map_err(unwritten)
    }

    /// Writes a row, which has as many cells as the one before it.
    ///
    /// # Errors
    /// The writer's own, and where the number of cells is another one.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(field(cell)).map_err(unwritten)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(unwritten)
    }

    /// The writer below, after everything went there.
    ///
    /// # Errors
    /// The writer's own.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(|error| error.into_error())
    }
}

/// A header and its rows as one text.
///
/// # Errors
/// When a row has another number of cells than the header.
pub fn table<T: AsRef<[u8]>>(columns: &[T], rows: &[Vec<Cell>]) -> io::Result<Vec<u8>> {
    let mut csv = Csv::new(Vec::new());
    csv.head(columns)?;
    rows.iter().try_for_each(|row| csv.row(row))?;
    csv.finish()
}

/// What the writer below said, as it said it: whose reader has left is known by the kind of its error.
fn unwritten(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) if text.starts_with(FORMULA) || text.starts_with('\n') => {
            format!("'{text}")
        }
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Decimal(decimal) => decimal.to_string(),
        Cell::Minus(decimal) => format!("-{decimal}"),
        Cell::Time(at) => clock::rfc3339(*at),
        Cell::Flag(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::hours;

    fn written(cells: &[Cell]) -> String {
        let text = table(&["a", "b"], &[cells.to_vec()]).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn rows_end_as_the_rfc_says_and_what_is_not_known_is_empty() {
        let cells = [Cell::Nothing, Cell::text("a \"b\", c\nd")];
        assert_eq!(written(&cells), "a,b\r\n,\"a \"\"b\"\", c\nd\"\r\n");
    }

    #[test]
    fn a_text_is_never_a_formula_and_a_negative_number_stays_one() {
        for head in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            let text = written(&[Cell::text(head), Cell::Nothing]);
            let mut read = csv::Reader::from_reader(text.as_bytes());
            let row = read.records().next().unwrap().unwrap();
            assert_eq!(row.get(0), Some(format!("'{head}").as_str()), "{head:?}");
        }
        let cells = [
            Cell::Minus(hours::each(5_400).unwrap()),
            Cell::from(-7_i128),
        ];
        assert_eq!(written(&cells), "a,b\r\n-1.500000000,-7\r\n");
    }

    #[test]
    fn a_reader_who_leaves_is_known_as_such() {
        let (reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
        drop(reader);
        let mut csv = Csv::new(writer);
        let row = [Cell::text("x".repeat(5_000))];
        let left = (0..9).find_map(|_| csv.row(&row).err()).unwrap();
        assert_eq!(left.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_row_that_does_not_fit_its_header_is_refused() {
        table(&["a", "b"], &[vec![Cell::Nothing]]).unwrap_err();
    }
}
