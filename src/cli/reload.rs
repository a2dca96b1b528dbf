//! SIGHUP: the settings are read anew, and with them the tokens; so are certificate and key of the HTTP side, and peers
//! that wait for a person are asked again. No connection is lost. What cannot be used is told, and all of its kind stays
//! as it was.

use std::future::pending;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::{JoinHandle, spawn_blocking},
};

use crate::{
    api::tls::Tls,
    cli::{
        exit::{self, Failure},
        service::Service,
    },
    clock,
    config::{Config, error::ConfigError, marks::Marks, origins::Origins},
};

/// What was read.
type Newer = Result<Config, ConfigError>;

/// Listens from now on.
#[derive(Debug)]
pub struct Hangups {
    signal: Signal,
    origins: Origins,
    tls: Option<Tls>,
    begun: Marks,
    /// Goes on while the service hears other signals: a file may lie where nothing answers.
    reading: Option<JoinHandle<Newer>>,
    /// Another one has come while the files were being read.
    again: bool,
}

impl Hangups {
    /// Begins to listen, for a service with the settings from there.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen(origins: Origins, config: &Config) -> Result<Hangups, Failure> {
        let signal = signal(SignalKind::hangup()).map_err(exit::system("listen for signals"))?;
        Ok(Hangups {
            signal,
            origins,
            tls: config.tls.clone(),
            begun: config.marks.clone(),
            reading: None,
            again: false,
        })
    }

    /// Waits for the next one, and for all that is read then.
    pub async fn newer(&mut self) -> Newer {
        loop {
            tokio::select! {
                biased;
                read = read(&mut self.reading) => {
                    if std::mem::take(&mut self.again) {
                        self.begin();
                    }
                    if let Some(newer) = read {
                        return newer;
                    }
                }
                heard = self.signal.recv() => match heard {
                    Some(()) if self.reading.is_some() => self.again = true,
                    Some(()) => self.begin(),
                    // Nobody sends one any more.
                    None => pending().await,
                }
            }
        }
    }

    fn begin(&mut self) {
        let (origins, tls) = (self.origins.clone(), self.tls.clone());
        self.reading = Some(spawn_blocking(move || {
            // A certificate that was renewed in time must not wait for whoever mends the settings.
            if let Some(tls) = tls {
                tls.reload();
            }
            Config::load(&origins)
        }));
    }

    /// Has the service take over what it can while it runs.
    pub fn take_over(&self, newer: Newer, service: &Service) {
        let taken = newer.and_then(|newer| service.take_over(&newer).map(|()| newer));
        match taken {
            Ok(newer) => self.tell(&newer),
            Err(error) => {
                for problem in error.problems {
                    tracing::error!(%problem, "the settings cannot be used: the tokens stay as they were");
                }
            }
        }
        service.look_again();
    }

    /// What is in force now, and what is not before a restart.
    fn tell(&self, newer: &Config) {
        let names: Vec<&str> = newer
            .tokens
            .iter()
            .map(|token| token.name.as_str())
            .collect();
        tracing::info!(tokens = names.join(","), "the settings were read anew");
        for notice in newer
            .tokens
            .iter()
            .filter_map(|token| token.notice(clock::now()))
        {
            tracing::warn!("{notice}");
        }
        let changed = Vec::from_iter(self.begun.changed(&newer.marks)).join(", ");
        if !changed.is_empty() {
            tracing::warn!(
                changed,
                "what else has changed since the start takes a restart"
            );
        }
    }
}

/// The end of what is being read, and `None` where that ended badly; never, while nothing is.
async fn read(reading: &mut Option<JoinHandle<Newer>>) -> Option<Newer> {
    let Some(task) = reading else {
        return pending().await;
    };
    let ended = task.await;
    *reading = None;
    ended
        .inspect_err(|error| tracing::error!(%error, "the settings were not read to their end"))
        .ok()
}
