//! `trust`: shows what a peer presents, and the lines that would pin it. Nothing is believed for it: a
//! person compares, and nothing is written unless `--write` says where.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Subcommand;

use crate::{
    cli::{exit::Failure, trust_panel, trust_ssh},
    ssh::place::Place,
};

/// For each connection.
const WITHIN: Duration = Duration::from_secs(10);

/// Whom to look at.
#[derive(Clone, Debug, Subcommand)]
pub enum Options {
    /// Show the host keys of a storage node and their lines for a known_hosts file
    Ssh {
        /// The node, an IPv6 address in brackets
        #[arg(value_name = "HOST[:PORT]")]
        place: Place,
        /// Append the lines that are not there yet to this known_hosts file
        #[arg(long, value_name = "FILE")]
        write: Option<PathBuf>,
    },
    /// Show the fingerprint of a panel's certificate and the line that pins it
    Panel {
        /// The panel's address
        #[arg(help = "The panel's address, such as https://panel.example:8888")]
        url: String,
        /// Set PANEL_SHA256 in this file of variables
        #[arg(long, value_name = "FILE")]
        write: Option<PathBuf>,
    },
}

/// Asks the peer and shows what it presents.
///
/// # Errors
/// When it cannot be reached, or the file cannot be written.
pub async fn run(options: Options) -> Result<ExitCode, Failure> {
    match options {
        Options::Ssh { place, write } => trust_ssh::run(&place, write.as_deref(), WITHIN).await,
        Options::Panel { url, write } => trust_panel::run(&url, write.as_deref(), WITHIN).await,
    }
}
