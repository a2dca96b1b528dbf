//! How a storage node is asked over SSH. Nothing here knows what an answer means.
//!
//! [`pool`] keeps one session per node and asks the nodes in their order; [`session`] is one
//! connection, its host key checked against [`host_keys`] and its user authenticated with a key.

pub mod certificate;
pub mod code;
pub mod command;
pub mod error;
pub mod host_key;
pub mod host_key_problem;
pub mod host_keys;
pub mod known_hosts;
pub mod login;
pub mod node;
pub mod offer;
pub mod pattern;
pub mod place;
pub mod pool;
pub mod session;
pub mod shown;
pub mod verdict;
