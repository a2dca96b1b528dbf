//! What a bill is made from, as it is said: the summary of a window.
//!
//! Written in one order and with exact digits, so that the same figures always are the same bytes; what was written is
//! read back whole.

pub mod exact;
pub mod measured;
pub mod missed;
pub mod moment;
pub mod summary;
