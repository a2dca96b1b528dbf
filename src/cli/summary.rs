//! `summary`: what a cluster used in a time, as a bill wants it.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;

use crate::{
    cli::{
        archive::Archive,
        exit::Failure,
        history::Form,
        plain::Plain,
        span::{Asked, SpanOrMonth},
        summary_text,
    },
    clock,
    cluster_name::ClusterName,
    config::origins::Origins,
    period::{ledger::Period, metering},
    sheet::{csv, lines, summary},
    statement::summary::Summary,
};

/// What to sum up.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Of which cluster
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    #[command(flatten)]
    span: SpanOrMonth,
    #[command(flatten)]
    form: Form,
}

/// Shows it.
///
/// # Errors
/// Where the settings are wrong, the store cannot be read, or the result cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let asked = options.span.asked(&archive.settings.zone)?;
    archive.clusters(Some(&options.cluster)).await?;
    let (summary, period) = match asked {
        Asked::Window(window) => {
            let (store, now) = (&archive.store, clock::now());
            let summary = metering::rolled(store, &options.cluster, window, now);
            (summary.await?, None)
        }
        Asked::Month(month) => {
            let ledger = archive.ledger();
            let period = ledger.one(&options.cluster, month, clock::now()).await?;
            let period = period.ok_or_else(|| {
                Failure::Usage(format!(
                    "{month} is no month of {}: nothing was kept so early, or it has not begun",
                    options.cluster
                ))
            })?;
            (period.summary.clone(), Some(period))
        }
    };
    archive.store.close().await;
    show(options.form, &summary, period.as_ref())?;
    Ok(ExitCode::SUCCESS)
}

fn show(form: Form, summary: &Summary, period: Option<&Period>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if form.json {
        lines::line(&mut out, summary)?;
    } else if form.csv {
        let rows = summary::rows(summary);
        out.write_all(&csv::table(&summary::COLUMNS, &rows)?)?;
    } else {
        summary_text::write(&mut Plain::new(&mut out), summary, period)?;
    }
    Ok(out.flush()?)
}
