//! What one asking of a source gives.

use crate::{
    reading::{Evidence, StorageReading},
    source::error::SourceError,
};

/// A reading or why there is none, and the raw text behind either, if there is any.
#[derive(Debug)]
pub struct Read<T = StorageReading> {
    /// What it says.
    pub reading: Result<T, SourceError>,
    /// The text that it was read from.
    pub evidence: Option<Evidence>,
}
