//! The rows of a table, their cells kept as one text.
//!
//! A table may have thousands of rows. A string for each of their cells cost more than to read them.

use std::{fmt, num::NonZeroUsize, ops::Range};

/// Rows in their order.
#[derive(Clone)]
pub(crate) struct Rows {
    width: NonZeroUsize,
    /// Holds all cells.
    pub(crate) text: String,
    /// Where the cells stand in the text, row by row.
    pub(crate) cells: Vec<Range<usize>>,
    /// Of each row, whether it is marked `M`.
    masters: Vec<bool>,
}

/// A row of a table.
#[derive(Clone)]
pub struct Row<'a> {
    /// Marked `M`: the master among the metadata servers. Never in the table of chunk servers.
    pub master: bool,
    text: &'a str,
    cells: &'a [Range<usize>],
}

impl Rows {
    /// No rows, with that many cells each.
    pub(crate) fn new(width: NonZeroUsize) -> Self {
        Rows {
            width,
            text: String::new(),
            cells: Vec::new(),
            masters: Vec::new(),
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let cells = self.cells.chunks_exact(self.width.get());
        self.masters.iter().zip(cells).map(|(&master, cells)| Row {
            master,
            text: &self.text,
            cells,
        })
    }

    /// Adds the row whose cells `fill` adds; it gives whether the row is the master's. `false`: it gives nothing, or
    /// the cells are too many or too few; then nothing is added.
    pub(crate) fn add(&mut self, fill: impl FnOnce(&mut Self) -> Option<bool>) -> bool {
        let (text, cells) = (self.text.len(), self.cells.len());
        match fill(self) {
            Some(master) if self.cells.len() == cells + self.width.get() => {
                self.masters.push(master);
                true
            }
            _ => {
                self.text.truncate(text);
                self.cells.truncate(cells);
                false
            }
        }
    }

    /// Where in the text this stands, now that it is written there.
    pub(crate) fn write(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }
}

impl<'a> Row<'a> {
    /// What stands in each column; `None` where it is empty, as the last one, `FLAGS`, may be. The two words of an
    /// `UPTIME` are joined by one blank.
    pub fn cells(&self) -> impl Iterator<Item = Option<&'a str>> {
        let text = self.text;
        let cells = self.cells.iter().map(move |it| text.get(it.clone()));
        cells.map(|it| it.filter(|it| !it.is_empty()))
    }
}

/// Rows are the same by what stands in them, wherever it is kept.
impl PartialEq for Row<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.master == other.master && self.cells().eq(other.cells())
    }
}

impl Eq for Row<'_> {}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Rows {}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<Option<&str>> = self.cells().collect();
        let mut row = f.debug_struct("Row");
        row.field("master", &self.master)
            .field("cells", &cells)
            .finish()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
