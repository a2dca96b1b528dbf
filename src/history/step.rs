//! How far apart the points of a history are.

use crate::words::words;

words! {
    /// How far apart points are.
    Step as "Step" {
        /// Each reading is a point.
        Raw = "raw",
        /// A point for five minutes.
        FiveMinutes = "5m",
        /// A point for an hour.
        Hour = "1h",
        /// A point for a day in UTC.
        Day = "1d",
    }
}

impl Step {
    /// The one of this word; `None` where none has it.
    pub fn named(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == word)
    }

    /// How many seconds a point stands for; `None` for a reading.
    pub fn seconds(self) -> Option<i64> {
        match self {
            Step::Raw => None,
            Step::FiveMinutes => Some(300),
            Step::Hour => Some(3_600),
            Step::Day => Some(86_400),
        }
    }
}
