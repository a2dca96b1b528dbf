//! `sim`: the simulator alone, until stopped. Prints a settings file that connects to it.

use std::{io::Write, net::SocketAddr, process::ExitCode};

use clap::Args;

use crate::{
    cli::{
        exit::{self, Failure},
        stop::Signals,
    },
    sim::{SimSettings, Simulator, fault::Fault},
};

/// What to simulate.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// How many clusters
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    clusters: u16,
    /// How many storage nodes in each of them
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    nodes: u16,
    /// Where the first node listens; each further one takes the next port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    ssh_listen: SocketAddr,
    /// Where the first panel listens; each further one takes the next port, and so does the Prometheus of each
    /// cluster behind them
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    http_listen: SocketAddr,
    /// What goes wrong, separated by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', help = faults())]
    fault: Vec<Fault>,
}

fn faults() -> String {
    let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    format!("What goes wrong, separated by commas: {}", names.join(", "))
}

/// Runs it to its end.
///
/// # Errors
/// When it cannot start.
pub async fn run(options: Options) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let simulator = Simulator::start(SimSettings {
        clusters: usize::from(options.clusters),
        nodes: usize::from(options.nodes),
        ssh_listen: options.ssh_listen,
        http_listen: options.http_listen,
        faults: options.fault,
    })
    .await?;
    let folder = tempfile::tempdir().map_err(exit::system("make a temporary folder"))?;
    let settings = simulator.settings_toml(folder.path(), "127.0.0.1:8080")?;
    let mut out = std::io::stdout().lock();
    write!(out, "{settings}")?;
    out.flush()?;
    drop(out);
    tracing::info!(
        "simulating; keys and passwords live in {} until the end",
        folder.path().display()
    );
    signals.wait().await;
    Ok(signals.or_at_once(simulator.stop()).await)
}
