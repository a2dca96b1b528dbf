//! `export`: what is kept as a file, every reading of a time or the charges of a month.
//!
//! Readings are written as they come from the store, in little memory however many there are. A file grows beside its
//! name and gets it when it is whole; one that was interrupted is gone on with where it ended.

pub mod charges;
pub mod format;
pub mod next;
pub mod piece;
pub mod readings;
pub mod sheet;

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{
    cli::{
        archive::Archive,
        exit::Failure,
        export::{format::Format, readings::Readings, sheet::Sheet},
        span::{Asked, SpanOrMonth},
    },
    cluster_name::ClusterName,
    config::origins::Origins,
};

/// What to export, and where to.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Of this cluster alone
    #[arg(long, value_name = "NAME")]
    cluster: Option<ClusterName>,
    #[command(flatten)]
    span: SpanOrMonth,
    /// How to write it
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write it; `-` is standard output
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Put the new file in the place of one that is there
    #[arg(long)]
    force: bool,
}

/// Exports it.
///
/// # Errors
/// Where the settings are wrong, the store cannot be read, or the file cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let asked = options.span.asked(&archive.settings.zone)?;
    let clusters = archive.clusters(options.cluster.as_ref()).await?;
    let sheet = Sheet::at(&options.output, options.force);
    let done = match (options.format, asked) {
        (Format::Focus, Asked::Month(month)) => {
            charges::write(&archive, &clusters, month, sheet).await
        }
        (Format::Focus, Asked::Window(_)) => Err(Failure::Usage(
            "FOCUS has charges of whole months: say which one, with --period".to_owned(),
        )),
        (format, asked) => {
            let parts = charges::parts(&archive, &clusters, asked).await?;
            Readings::new(&archive.store, parts, format)
                .write(sheet)
                .await
        }
    };
    archive.store.close().await;
    done
}
