//! `demo`: the service against the simulator, on loopback, until stopped.

use std::{io::Write, net::SocketAddr, process::ExitCode, time::Duration};

use clap::Args;
use tokio::time::timeout;

use crate::{
    cli::{
        exit::{self, Failure},
        service::Service,
        stop::Signals,
    },
    config::{
        Config,
        listen::Listen,
        origins::{Asks, EnvFile, Origins},
    },
    sim::{SimSettings, Simulator, fault::Fault},
};

/// Often enough that one sees the cluster live.
const POLL: Duration = Duration::from_secs(5);
/// The first figures are there within this time, or a fault keeps them away.
const FIRST_FIGURES: Duration = Duration::from_secs(6);

/// What to show.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Where to listen; a free port on loopback if not given
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: Listen,
    /// How many clusters
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    clusters: u16,
    /// What goes wrong in them, separated by commas; see `sim --help`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    fault: Vec<Fault>,
}

/// Runs it to its end.
///
/// # Errors
/// When it cannot start.
pub async fn run(options: Options) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let settings = SimSettings {
        clusters: usize::from(options.clusters),
        faults: options.fault,
        ..SimSettings::default()
    };
    let simulator = Simulator::start(settings).await?;
    let folder = tempfile::tempdir().map_err(exit::system("make a temporary folder"))?;
    let listener = options.listen.bind().await?;
    let address = listener
        .local_addr()
        .map_err(exit::system("learn our address"))?;
    let path = folder.path().join("vhi-usage.toml");
    let settings = simulator.settings_toml(folder.path(), &address.to_string())?;
    std::fs::write(&path, settings).map_err(exit::system("write the settings"))?;
    // The settings of the simulator alone: what the environment says is of another cluster.
    let mut config = Config::load(&Origins {
        file: Some(path),
        env_file: EnvFile::Nowhere,
        // Nothing that is served means anything.
        environment: [("PLAIN_HTTP".to_owned(), "1".to_owned())]
            .into_iter()
            .collect(),
        asks: Asks::Service,
        ..Origins::default()
    })?;
    config.timing.poll = POLL;
    let mut service = Service::start(&config, listener)?;

    let first = async {
        for newest in &mut service.newest {
            if newest.wait_for(|usage| usage.settled).await.is_err() {
                tracing::error!("a collector ended before its first round");
            }
        }
    };
    let begun = tokio::select! {
        () = signals.wait() => false,
        late = timeout(FIRST_FIGURES, first) => {
            if late.is_err() {
                tracing::warn!("no figures yet");
            }
            true
        }
    };
    let mut end = Ok(());
    if begun {
        invite(address, simulator.api_token())?;
        tokio::select! {
            () = signals.wait() => {}
            failure = service.broken() => end = Err(failure),
        }
    }
    let stop = async {
        service.stop().await;
        simulator.stop().await;
    };
    let code = signals.or_at_once(stop).await;
    end.map(|()| code)
}

/// Says where the service is and how it is asked.
fn invite(address: SocketAddr, token: &str) -> Result<(), Failure> {
    let url = format!("http://{address}/api/v1/cluster/usage");
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "A simulated cluster, served like a real one. Ctrl-C ends it.\n"
    )?;
    writeln!(out, "  address  http://{address}")?;
    writeln!(out, "  token    {token}\n")?;
    writeln!(out, "  curl -i -H 'Authorization: Bearer {token}' {url}\n")?;
    Ok(out.flush()?)
}
