//! `serve`: collects every poll interval and serves HTTP until SIGTERM or SIGINT.

use std::process::ExitCode;

use crate::{
    cli::{
        exit::{self, Failure},
        service::Service,
        stop::Signals,
    },
    config::Config,
};

/// Runs the service to its end.
///
/// # Errors
/// When it cannot start.
pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let listener = config.listen.bind().await?;
    let address = listener
        .local_addr()
        .map_err(exit::system("learn our address"))?;
    let mut service = Service::start(&config, listener)?;
    let names: Vec<&str> = config
        .clusters
        .iter()
        .map(|cluster| cluster.name.as_str())
        .collect();
    tracing::info!(%address, clusters = names.join(","), poll = ?config.timing.poll, "serving");
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "tokens and figures cross the network without TLS: put a proxy with TLS in front");
    }
    let end = tokio::select! {
        () = signals.wait() => Ok(ExitCode::SUCCESS),
        failure = service.broken() => Err(failure),
    };
    tokio::select! {
        () = service.stop() => {}
        () = signals.wait() => tracing::warn!("asked twice, ending at once"),
    }
    end
}
