//! `verify`: recomputes closed months from the evidence, and says what does not match.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use serde_json::json;

use crate::{
    cli::{archive::Archive, exit::Failure, plain::Plain},
    cluster_name::ClusterName,
    config::origins::Origins,
    period::{
        finding::{Finding, Weight},
        month::Month,
        verify::{Totals, Verify},
    },
};

/// What to look at.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Of which cluster; otherwise of all
    #[arg(long, value_name = "NAME")]
    cluster: Option<ClusterName>,
    /// Which month, such as 2026-10; otherwise all that are closed
    #[arg(long, value_name = "MONTH")]
    period: Option<Month>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Looks at them, and ends with 1 where anything does not match.
///
/// # Errors
/// Where the settings are wrong, the store cannot be read, or the result cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let (mut found, mut all): (Vec<Finding>, Totals) = (Vec::new(), Totals::default());
    for cluster in archive.clusters(options.cluster.as_ref()).await? {
        let tell = |finding| found.push(finding);
        let totals = Verify::run(&archive.store, &cluster, options.period, tell).await?;
        all.months += totals.months;
        all.readings += totals.readings;
        all.corrections += totals.corrections;
        all.mismatches += totals.mismatches;
    }
    archive.store.close().await;
    show(&found, all, options.json)?;
    Ok(ExitCode::from(u8::from(all.mismatches > 0)))
}

fn show(found: &[Finding], all: Totals, as_json: bool) -> io::Result<()> {
    let mut out = Plain::new(io::stdout().lock());
    if as_json {
        let told = json!({
            "months": all.months,
            "readings": all.readings,
            "corrections": all.corrections,
            "mismatches": all.mismatches,
            "findings": found,
        });
        writeln!(out, "{told:#}")?;
        return out.flush();
    }
    for finding in found {
        let mark = match finding.weight {
            Weight::Mismatch => "WRONG",
            Weight::Unknown => "-",
        };
        writeln!(out, "{mark} {finding}")?;
    }
    let Totals {
        months,
        readings,
        corrections,
        mismatches,
    } = all;
    writeln!(
        out,
        "{months} closed months, {readings} readings and {corrections} corrections: {mismatches} do not match"
    )?;
    out.flush()
}
