//! Keeps readings: each is written before it is published, and nothing here stops those who collect.
//!
//! All rounds that wait are written in one transaction. Where the store is slow, full or lost, they go to a queue on disk
//! instead, and from there into the store when it is back, in their order; writing twice is writing once. Where not even
//! the queue takes them, they are counted as lost, and served all the same.
//!
//! ```text
//! collector ── keep ──┬── store                      stored
//!                     └── queue on disk ── store     queued
//! ```

pub mod desk;
pub mod entries;
pub mod handle;
pub mod opening;
pub mod queue;
pub mod queue_file;
pub mod record;
pub mod standing;
pub mod task;
pub mod trouble;
pub mod writing;
