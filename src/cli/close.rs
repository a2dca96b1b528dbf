//! `close`: closes a month of a cluster before its grace has passed.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;

use crate::{
    cli::{
        archive::{Archive, in_time},
        exit::Failure,
        plain::Plain,
    },
    clock::{self, rfc3339},
    cluster_name::ClusterName,
    config::origins::Origins,
    hex,
    period::month::Month,
};

/// What to close.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Of which cluster
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    /// Which month, such as 2026-10; those before it are closed already
    #[arg(value_name = "MONTH")]
    month: Month,
}

/// Closes it. One that is closed already stays as it is.
///
/// # Errors
/// Where the settings are wrong, the month cannot be closed, or the store cannot be reached.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let Options { cluster, month } = options;
    archive.clusters(Some(&cluster)).await?;
    let ledger = archive.ledger();
    let period = in_time(ledger.close(&cluster, month, clock::now())).await?;
    archive.store.close().await;
    if let Some(seal) = period.seal {
        let mut out = Plain::new(io::stdout().lock());
        let (digest, at) = (hex::lower(&seal.digest), rfc3339(seal.closed_at));
        writeln!(
            out,
            "{cluster} {month} is closed since {at}, by {}",
            seal.closed_by.name()
        )?;
        writeln!(out, "{} readings, digest {digest}", seal.readings)?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
