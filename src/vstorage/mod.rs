//! The text of `vstorage -c <cluster> stat`, and nothing else: how it is asked for is the business of
//! other rooms, and what a `T` is worth is said by whoever reads the sizes.
//!
//! ```text
//! Cluster 'stor1': healthy
//! Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB
//! MDS nodes: 3 of 3, epoch uptime: 19d 23h, cluster version: 128
//! …
//! ```
//!
//! [`report`] is the way in; each of the others holds one group of lines, its parser and its print.

pub mod bytes;
pub mod chunks;
pub mod decimal;
pub mod error;
pub mod fs;
pub(crate) mod grammar;
pub mod io;
pub mod kept;
pub mod license;
pub mod lines;
pub mod marks;
pub(crate) mod numbers;
pub(crate) mod placed;
pub mod rate;
pub mod report;
pub mod rows;
pub mod servers;
pub mod space;
pub mod table;
pub(crate) mod tables;
pub mod token;
pub mod unread;
