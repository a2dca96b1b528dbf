//! SIGHUP: the settings are read anew, and with them the tokens; so are certificate and key of the HTTP side, and peers
//! that wait for a person are asked again. No connection is lost. What cannot be used is told, and all of its kind stays
//! as it was.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    cli::{
        exit::{self, Failure},
        service::Service,
    },
    clock,
    config::{Config, marks::Marks, origins::Origins},
};

/// Listens from now on.
#[derive(Debug)]
pub struct Hangups {
    signal: Signal,
    origins: Origins,
    begun: Marks,
}

impl Hangups {
    /// Begins to listen, for a service with the settings from there.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen(origins: Origins, config: &Config) -> Result<Hangups, Failure> {
        let signal = signal(SignalKind::hangup()).map_err(exit::system("listen for signals"))?;
        let begun = config.marks.clone();
        Ok(Hangups {
            signal,
            origins,
            begun,
        })
    }

    /// Waits for the next one.
    pub async fn wait(&mut self) {
        if self.signal.recv().await.is_none() {
            // Nobody sends one any more.
            pending().await
        }
    }

    /// Reads everything anew, and has the service take over what it can while it runs.
    pub fn read_anew(&self, service: &Service) {
        let newer = Config::load(&self.origins);
        let taken = newer.and_then(|newer| service.take_over(&newer).map(|()| newer));
        match taken {
            Ok(newer) => self.tell(&newer),
            Err(error) => {
                for problem in error.problems {
                    tracing::error!(%problem, "the settings cannot be used: the tokens stay as they were");
                }
            }
        }
        // A certificate that was renewed in time must not wait for whoever mends the settings.
        service.reload();
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
