//! What one asking of a storage source gives.

use crate::{
    reading::{Evidence, StorageReading},
    source::error::SourceError,
};

/// A reading or why there is none, and the raw text behind either, if there is any.
#[derive(Debug)]
pub struct Read {
    /// What it says.
    pub reading: Result<StorageReading, SourceError>,
    /// The text that it was read from.
    pub evidence: Option<Evidence>,
}
