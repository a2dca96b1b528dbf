//! Readings on their way into a file: so many at once that a mark behind them costs little.

use crate::{
    cli::{exit::Failure, export::format::Format},
    sheet::{csv::Csv, lines, reading},
    store::entry::Stored,
};

/// So many readings stand between two marks.
const READINGS: u64 = 4096;

/// Some readings, written in memory.
#[derive(Debug)]
pub struct Piece {
    rows: Rows,
    readings: u64,
}

#[derive(Debug)]
enum Rows {
    Csv(Box<Csv<Vec<u8>>>),
    Lines(Vec<u8>),
}

impl Piece {
    /// Without any yet; of a format whose rows are readings. The first piece of a file has the header.
    ///
    /// # Errors
    /// Never: what is written goes into memory.
    pub fn new(format: Format, first: bool) -> Result<Piece, Failure> {
        let rows = match format {
            Format::Jsonl => Rows::Lines(Vec::new()),
            Format::Csv | Format::Focus => {
                let mut csv = Csv::new(Vec::new());
                if first {
                    csv.head(&reading::columns())?;
                }
                Rows::Csv(Box::new(csv))
            }
        };
        Ok(Piece { rows, readings: 0 })
    }

    /// One more.
    ///
    /// # Errors
    /// Never: what is written goes into memory.
    pub fn push(&mut self, stored: &Stored) -> Result<(), Failure> {
        let Stored { entry, late } = stored;
        self.readings += 1;
        match &mut self.rows {
            Rows::Csv(csv) => csv.row(&reading::row(entry, *late))?,
            Rows::Lines(out) => {
                let reading = reading::Reading::of(entry, *late).map_err(std::io::Error::from)?;
                lines::line(out, &reading)?;
            }
        }
        Ok(())
    }

    /// Whether it should be written now.
    pub fn is_full(&self) -> bool {
        self.readings >= READINGS
    }

    /// Its bytes.
    ///
    /// # Errors
    /// Never: they are in memory.
    pub fn bytes(self) -> Result<Vec<u8>, Failure> {
        match self.rows {
            Rows::Csv(csv) => Ok(csv.finish()?),
            Rows::Lines(out) => Ok(out),
        }
    }
}
