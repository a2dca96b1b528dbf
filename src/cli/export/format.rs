//! How an export is written.

use clap::ValueEnum;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Every reading as a row of CSV
    Csv,
    /// Every reading as a JSON object on a line of its own
    Jsonl,
    /// The charges of a month as CSV, with the column names of FOCUS
    Focus,
}

impl Format {
    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Focus => "focus",
        }
    }
}
