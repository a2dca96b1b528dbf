//! The store, on a file of our own and on a real PostgreSQL: one suite for both.

#[path = "store/checked.rs"]
mod checked;
mod common;
#[path = "store/leases.rs"]
mod leases;
#[path = "store/months.rs"]
mod months;
#[path = "store/plans.rs"]
mod plans;
#[path = "common/postgres.rs"]
mod postgres;
#[path = "store/pruned.rs"]
mod pruned;
#[path = "store/rollups.rs"]
mod rollups;
#[path = "store/site.rs"]
mod site;
#[path = "store/told.rs"]
mod told;
#[path = "store/written.rs"]
mod written;
