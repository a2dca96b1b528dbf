//! How far apart the points of a history are.

use crate::{
    meter::window::Window,
    store::length::{Length, even},
    words::words,
};

/// Seconds of five minutes.
const FIVE_MINUTES: i64 = 300;

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
        /// A point for a calendar month in UTC.
        Month = "1mo",
    }
}

impl Step {
    /// The one of this word; `None` where none has it.
    pub fn named(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == word)
    }

    /// How many seconds a point stands for at most; `None` for a reading.
    pub fn longest(self) -> Option<i64> {
        match self {
            Step::Raw => None,
            Step::FiveMinutes => Some(FIVE_MINUTES),
            Step::Hour => Some(Length::Hour.longest()),
            Step::Day => Some(Length::Day.longest()),
            Step::Month => Some(Length::Month.longest()),
        }
    }

    /// The stretch of time, by the clock in UTC, that a second lies in; `None` for readings, and where the calendar has
    /// none.
    pub fn around(self, second: i64) -> Option<Window> {
        match self {
            Step::Raw => None,
            Step::FiveMinutes => even(second, FIVE_MINUTES),
            Step::Hour => Length::Hour.around(second),
            Step::Day => Length::Day.around(second),
            Step::Month => Length::Month.around(second),
        }
    }
}
