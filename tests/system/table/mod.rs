//! The fault table: what can go wrong with a peer, one test a row.
//!
//! Each row starts a site and a service of its own, breaks one thing, and holds four promises: the reason
//! is told by its code, in the answer and in `/metrics`; no figure is served that was not read, stale ones
//! on time and then none; figures are back within one poll after the fault has ended, or the pause until
//! then is told and kept; and no descriptor, thread, connection, slot or remote process is left behind.
//! [`row`] holds them, and what a row must say itself is how the fault begins, its code, and how it ends.

pub(crate) mod body;
pub(crate) mod left;
pub(crate) mod metrics;
pub(crate) mod panel;
pub(crate) mod printed;
pub(crate) mod refused;
pub(crate) mod relay;
pub(crate) mod row;
