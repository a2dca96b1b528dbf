//! What a cluster used, point by point: readings as they were read, or what each stretch of time adds up to.
//!
//! A point says what is known of its time and nothing of what is not: a quantity that was not read is `null`, and a
//! time in which nothing was read has no point.

pub mod asked;
pub mod cursor;
pub mod fold;
pub mod moment;
pub mod page;
pub mod point;
pub mod standing;
pub mod step;
