//! `check`: connects as the service would, once, holds the raw text against the figures, and the figures
//! against every witness.

pub mod base;
pub mod columns;
pub mod fold;
pub mod found;
pub mod json;
pub mod licence;
pub mod printed_back;
pub mod raw;
pub mod rows;
pub mod table;
pub mod text;
pub mod verdict;

use std::{io::Write, process::ExitCode};

use clap::Args;

use crate::{
    cli::{
        check::verdict::Verdict,
        exit::Failure,
        plain::{Plain, remark},
    },
    config::{Config, cluster::ClusterConfig},
};

/// What to check.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// One JSON object per cluster, one line each
    #[arg(long)]
    json: bool,
    /// This cluster only
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
}

/// Checks every cluster, or the one that is named.
///
/// # Errors
/// When no cluster has this name, or the panel's CA file cannot be used.
pub async fn run(config: Config, options: Options) -> Result<ExitCode, Failure> {
    let wanted = |cluster: &&ClusterConfig| {
        let name = options.cluster.as_deref();
        name.is_none_or(|name| cluster.name.as_str() == name)
    };
    let clusters: Vec<&ClusterConfig> = config.clusters.iter().filter(wanted).collect();
    if clusters.is_empty() {
        let names: Vec<&str> = config
            .clusters
            .iter()
            .map(|cluster| cluster.name.as_str())
            .collect();
        let wanted = options.cluster.unwrap_or_default();
        return Err(Failure::Usage(format!(
            "the settings have no cluster {wanted}; there are: {}",
            names.join(", ")
        )));
    }
    let mut worst = Verdict::Well;
    for cluster in clusters {
        let found = found::look(cluster).await?;
        worst = worst.max(found.verdict());
        let mut out = std::io::stdout().lock();
        match options.json {
            true => writeln!(out, "{}", json::line(&found))?,
            false => text::write(&mut Plain::new(&mut out), &found)?,
        }
        out.flush()?;
        drop(out);
        // Also where the result goes into a file: why the command does not end with 0.
        for complaint in found.complaints() {
            remark(&format!("vhi-usage: {}: {complaint}", cluster.name))?;
        }
        for warning in found.licence_warnings() {
            remark(&format!("vhi-usage: {}: warning: {warning}", cluster.name))?;
        }
    }
    Ok(worst.code())
}
