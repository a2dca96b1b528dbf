//! How a storage node is asked over SSH. Nothing here knows what an answer means.
//!
//! [`pool`] asks the nodes of a cluster in their order. A [`member`] is one node of it: its [`link`], which is
//! one [`session`] with a few slots for commands, and its [`standing`], which says whether it is asked at all. An
//! [`errand`] is one command there. A session has its host key checked against [`host_keys`] and its user
//! authenticated with a key.

pub mod certificate;
pub mod closer;
pub mod code;
pub mod command;
pub mod errand;
pub mod error;
pub mod host_key;
pub mod host_key_problem;
pub mod host_keys;
pub mod judged;
pub mod known_hosts;
pub mod link;
pub mod login;
pub mod means;
pub mod member;
pub mod node;
pub mod offer;
pub mod output;
pub mod pattern;
pub mod peer;
pub mod place;
pub mod pool;
pub mod round;
pub mod session;
pub mod shown;
pub mod standing;
pub mod tasks;
pub mod tries;
pub mod verdict;
