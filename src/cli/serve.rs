//! `serve`: collects every poll interval and serves HTTP until SIGTERM or SIGINT.

use std::{pin::pin, process::ExitCode};

use crate::{
    cli::{
        exit::{self, Failure},
        files,
        reload::Hangups,
        service::Service,
        stop::Signals,
        supervisor::Supervisor,
    },
    config::{Config, origins::Origins},
};

/// Runs the service to its end, with settings from there.
///
/// # Errors
/// When it cannot start.
pub async fn run(mut config: Config, origins: Origins) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    files::make_room(&mut config);
    let listener = config.listen.bind().await?;
    let address = listener
        .local_addr()
        .map_err(exit::system("learn our address"))?;
    let mut hangups = Hangups::listen(origins, &config)?;
    let mut service = Service::start(&config, listener)?;
    let names: Vec<&str> = config
        .clusters
        .iter()
        .map(|cluster| cluster.name.as_str())
        .collect();
    let scheme = config.tls.as_ref().map_or("http", |_| "https");
    let url = format!("{scheme}://{address}");
    tracing::info!(%address, url, clusters = names.join(","), poll = ?config.timing.poll, "serving");
    let mut supervisor = Supervisor::default();
    let end = {
        let (newest, pulse) = (service.newest.clone(), service.pulse.clone());
        let mut told = pin!(supervisor.follow(newest, pulse));
        loop {
            tokio::select! {
                () = signals.wait() => break Ok(()),
                failure = service.broken() => break Err(failure),
                newer = hangups.newer() => hangups.take_over(newer, &service),
                never = &mut told => match never {},
            }
        }
    };
    let ending = async {
        tokio::join!(supervisor.ends(), service.stop());
    };
    let code = signals.or_at_once(ending).await;
    end.map(|()| code)
}
