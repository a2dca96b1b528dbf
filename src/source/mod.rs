//! Where figures come from: each source joins a way of asking with a meaning, and yields a reading.
//!
//! Storage has one source per cluster that is billed; compute has one, the panel's stat.

pub mod compute_stat;
pub mod error;
pub mod node;
pub mod read;
pub mod tool;

use crate::source::{node::NodeSource, read::Read};

/// The storage sources.
#[derive(Debug)]
pub enum StorageSource {
    /// `vstorage stat` on a storage node, over SSH.
    Ssh(NodeSource),
}

impl StorageSource {
    /// Asks the source once.
    pub async fn read(&self) -> Read {
        match self {
            StorageSource::Ssh(source) => source.read().await,
        }
    }
}
