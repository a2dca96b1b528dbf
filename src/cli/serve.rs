//! `serve`: collects every poll interval and serves HTTP until SIGTERM or SIGINT.

use std::process::ExitCode;

use crate::{
    cli::{
        exit::{self, Failure},
        files,
        reload::{self, Hangups},
        service::Service,
        stop::Signals,
    },
    config::Config,
};

/// Runs the service to its end.
///
/// # Errors
/// When it cannot start.
pub async fn run(mut config: Config) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    files::make_room(&mut config);
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
    let end = tokio::select! {
        () = signals.wait() => Ok(ExitCode::SUCCESS),
        failure = service.broken() => Err(failure),
        never = reload::at_each(&mut hangups) => match never {},
    };
    tokio::select! {
        () = service.stop() => {}
        () = signals.wait() => tracing::warn!("asked twice, ending at once"),
    }
    end
}
