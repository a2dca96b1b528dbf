//! How far a month has come.

use crate::words::words;

words! {
    /// How far a month has come.
    State as "PeriodState" {
        /// It is not over, or has just begun: its figures grow.
        Open = "open",
        /// It is over, and waits for readings that are still under way; then it closes by itself.
        Grace = "grace",
        /// It never changes any more; what comes later is booked as a correction in the month that is open then.
        Closed = "closed",
    }
}

words! {
    /// What closed a month.
    ClosedBy as "PeriodClosedBy" {
        /// Its grace had passed.
        Grace = "grace",
        /// An operator, or a caller with the scope for it.
        Command = "command",
    }
}

words! {
    /// Why a closed month is corrected.
    Cause as "CorrectionCause" {
        /// A reading of that month came after it had closed.
        LateReading = "late_reading",
        /// The kept raw text was read again, and gave another figure.
        Replayed = "replayed",
    }
}
