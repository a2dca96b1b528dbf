//! Which instance collects which cluster, where several share one store.
//!
//! ```text
//!            holds the lease          ┌── Collect: reads, keeps, publishes
//! instance ──another one holds it ────┼── Follow:  publishes what the other has kept
//!            the store is not there ──┴── Collect what it held; Answer for the rest, keeping nothing
//! ```
//!
//! A lease lasts for some seconds by the clock of the server, and is renewed three times as often. Every instance
//! holds its fair share of the clusters that it knows and gives up what is above it, so that a further instance gets its
//! own. A clean end gives all of it up at once; after any other end the leases run out, and others take them.
//!
//! Where the store is not there nobody can take over, so everybody goes on with what it held, and what is read waits
//! in the queue under that lease. When the store is back, each instance has the time of one lease to renew before
//! others take what has run out. An instance that alone was cut off comes back to find its leases taken: what it had
//! read before that is written, what it read after it is dropped, because the other one has read, too.
//!
//! One that has never reached the store collects everything after the time of one lease, under the lease that it takes
//! next: what it reads waits until somebody has that lease, and is dropped where that is another one.

pub mod post;
pub mod share;
pub mod sharing;
