//! `serve`: collects every poll interval and serves HTTP until SIGTERM or SIGINT.

use std::process::ExitCode;

use crate::{
    cli::{
        exit::{self, Failure},
        reload::{self, Hangups},
        service::Service,
        stop::Signals,
        supervisor::Supervisor,
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
    let mut hangups = config.tls.clone().map(Hangups::listen).transpose()?;
    let mut service = Service::start(&config, listener)?;
    let names: Vec<&str> = config
        .clusters
        .iter()
        .map(|cluster| cluster.name.as_str())
        .collect();
    let scheme = config.tls.as_ref().map_or("http", |_| "https");
    let url = format!("{scheme}://{address}");
    tracing::info!(%address, url, clusters = names.join(","), poll = ?config.timing.poll, "serving");
    if config.tls.is_none() && !address.ip().is_loopback() {
        tracing::warn!(%address, "tokens and figures cross the network without TLS: name certificate_file and key_file in [api.tls], or put a proxy with TLS in front");
    }
    let mut supervisor = Supervisor::default();
    let (newest, pulse) = (service.newest.clone(), service.pulse.clone());
    let end = tokio::select! {
        () = signals.wait() => Ok(()),
        failure = service.broken() => Err(failure),
        never = reload::at_each(&mut hangups) => match never {},
        never = supervisor.follow(newest, pulse) => match never {},
    };
    let ending = async {
        tokio::join!(supervisor.ends(), service.stop());
    };
    let code = signals.or_at_once(ending).await;
    end.map(|()| code)
}
