//! What is billed over time: samples of quantities, the windows that they are measured in, and what they add up to.
//!
//! Pure: no clock, no store, no float. Times are whole seconds since 1970 in UTC, as POSIX counts them, so that
//! `byte·seconds` are exact integers; a reading counts from the second in which it was observed.
//!
//! ```text
//! samples, misses ── fold::Meter ── tallies::Tallies ── join ── the same over a longer window
//!                                        │ pack, unpack
//!                                   a row of the store
//! ```

pub mod decimal;
pub mod fold;
pub mod gap;
pub mod hours;
pub mod levels;
pub mod pack;
pub mod quantity;
pub mod sample;
pub mod tallies;
pub mod tally;
pub mod varint;
pub mod window;
