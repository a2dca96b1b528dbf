//! Figures as sheets: rows of CSV and of JSON lines, the same from the HTTP side and from the commands.
//!
//! A row is made once, of cells, and written in either form. What is not known is nothing: an empty field in CSV, `null`
//! in JSON, and never a 0. The same figures are the same bytes, whenever and by whomever they are written.

pub mod cell;
pub mod charges;
pub mod column;
pub mod csv;
pub mod focus;
pub mod history;
pub mod lines;
pub mod reading;
pub mod summary;
