//! What does not match in closed months, and what can no longer be looked at.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use crate::words::words;

words! {
    /// What was looked at.
    Weight as "FindingWeight" {
        /// It is not what was sealed.
        Mismatch = "mismatch",
        /// It is past its retention, or has yet to be booked: nothing can be said of it.
        Unknown = "unknown",
    }
}

/// Something that does not match, or cannot be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether it is wrong.
    pub weight: Weight,
    /// Of which cluster.
    pub cluster: String,
    /// Of which month; `None` where it concerns none in particular.
    pub month: Option<String>,
    /// Which reading; `None` where it concerns none in particular.
    pub reading: Option<Uuid>,
    /// What.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cluster)?;
        if let Some(month) = &self.month {
            write!(f, " {month}")?;
        }
        if let Some(reading) = &self.reading {
            write!(f, " reading {reading}")?;
        }
        write!(f, ": {}", self.what)
    }
}
