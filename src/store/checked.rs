//! What a check of the store looks at, and what it tells.

use serde::Serialize;

use crate::words::words;

words! {
    /// What was looked at.
    Looked as "CheckedKind" {
        /// The file itself, as its database sees it.
        File = "file",
        /// A raw text.
        Text = "text",
        /// A reading.
        Reading = "reading",
        /// A source that gave none.
        Absence = "absence",
        /// The figures of a reading that was read again.
        Revision = "revision",
        /// An hour's roll-up.
        Hour = "hour",
        /// A day's roll-up.
        Day = "day",
        /// A month's roll-up.
        Month = "month",
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// What was looked at.
    pub kind: Looked,
    /// Which one.
    pub which: String,
    /// What does not match.
    pub problem: String,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Raw texts.
    pub texts: u64,
    /// Readings, late ones among them.
    pub readings: u64,
    /// Sources that gave none.
    pub absences: u64,
    /// Figures of readings that were read again.
    pub revisions: u64,
    /// Roll-ups of hours.
    pub hours: u64,
    /// Roll-ups of days.
    pub days: u64,
    /// Roll-ups of months.
    pub months: u64,
    /// What of it is not as it should be.
    pub wrong: u64,
}

/// What is told while it is going on.
#[derive(Debug)]
pub enum Told {
    /// Something is wrong.
    Wrong(Wrong),
    /// So many texts and readings of so many are looked at.
    SoFar {
        /// Looked at.
        done: u64,
        /// Of so many.
        of: u64,
        /// Of these, readings.
        readings: u64,
    },
}
