//! Billing periods: calendar months that are open, have a grace, and close for ever.
//!
//! ```text
//!   ── month ──┤── grace ──┤  closed: summary, ids of its readings and the digest before it make its digest
//!      open    end         end + grace, or by command at any time after its end
//! ```
//!
//! A closed month never changes. What comes later, or is read otherwise later, is booked as a correction in the month
//! that is open then.

pub mod booking;
pub mod calendar;
pub mod chained;
pub mod closing;
pub mod correction;
pub mod digest;
pub mod error;
pub mod evidence;
pub mod finding;
pub mod ledger;
pub mod metering;
pub mod month;
pub mod replay;
pub mod restated;
pub mod state;
pub mod verify;
