//! What is kept: every reading with the raw text behind it, and what follows from them.
//!
//! A file of our own (SQLite) or a server that several instances share (PostgreSQL); every statement is written once
//! for both. Times in tables are milliseconds since 1970 for readings, seconds for windows; all of it UTC. A figure is
//! kept with its interval; a count of 64 bits stands bit for bit in a signed column.

pub mod absences;
pub mod append;
mod batched;
pub mod check;
mod check_months;
pub mod check_rollups;
pub mod checked;
pub mod corrections;
pub mod engine;
pub mod entry;
pub mod error;
pub mod fence;
pub mod kept;
pub mod leases;
pub mod length;
pub mod list;
pub mod marks;
pub mod migrate;
mod months;
pub mod names;
pub mod newest;
pub mod numbers;
pub mod opened;
pub mod origin;
pub mod pack;
pub mod pending;
pub mod periods;
pub mod place;
pub mod postgres;
pub mod prune;
pub mod raw;
pub mod readings;
pub mod retention;
pub mod revisions;
mod rolled;
pub mod rollup;
pub mod row;
pub mod sqlite;
pub mod tallies;
pub mod texts;
pub mod touch;
pub mod value;
pub mod whole;
