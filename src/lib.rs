//! Usage figures of a Virtuozzo Hybrid Infrastructure cluster, for billing.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

pub mod amount;
pub mod cli;
pub mod figure;
pub mod vstorage;
