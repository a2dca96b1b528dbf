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
pub mod api;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod cluster_name;
pub mod collector;
pub mod config;

pub mod figure;
pub mod panel;
pub mod pause;
pub mod reading;
pub mod secret;
pub mod sim;
pub mod source;
pub mod ssh;
pub mod usage;
pub mod vstorage;
