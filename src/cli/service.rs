//! The service itself, for `serve` and for `demo`: one collector a cluster, and the HTTP side.

use std::sync::Arc;

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::{
    api::{
        self, auth::Tokens, guard::Api, limit::Limit, log::AccessLog, published::Published,
        requests::Requests, tls::Tls,
    },
    cli::{exit::Failure, stop},
    collector::{Collector, rounds::Place},
    config::{Config, error::ConfigError},
    usage::ClusterUsage,
};

/// A running service.
#[derive(Debug)]
pub struct Service {
    /// The newest usage of each cluster.
    pub newest: Vec<watch::Receiver<Arc<ClusterUsage>>>,
    stop: watch::Sender<bool>,
    collectors: JoinSet<()>,
    http: JoinHandle<()>,
    tokens: Tokens,
    tls: Option<Tls>,
}

impl Service {
    /// Starts to collect and to answer.
    ///
    /// # Errors
    /// When there is no token, or the panel's CA file cannot be used.
    pub fn start(config: &Config, listener: TcpListener) -> Result<Service, Failure> {
        let tokens = Tokens::new(config.tokens()?.iter().cloned());
        let mut ready = Vec::new();
        for (number, cluster) in config.clusters.iter().enumerate() {
            let (name, sources) = (cluster.name.clone(), cluster.sources()?);
            let place = Place::new(number, config.clusters.len());
            ready.push(Collector::new(name, sources, config.timing).at(place));
        }
        let newest: Vec<_> = ready.iter().map(Collector::newest).collect();
        let published = ready.iter().map(|collector| {
            Published::new(collector.newest()).with_stages(collector.stages().clone())
        });
        let clusters = published.collect();
        let (stop, asked) = watch::channel(false);
        let mut collectors = JoinSet::new();
        for collector in ready {
            collectors.spawn(collector.run(stop::requested(asked.clone())));
        }
        let api = Api {
            tokens: tokens.clone(),
            limit: config
                .rate_limit
                .map(|(rate, burst)| Limit::new(rate, burst)),
            clusters,
            requests: Requests::default(),
            log: AccessLog::new(config.access_log),
        };
        let http = tokio::spawn(api::serve(
            api,
            listener,
            config.tls.clone(),
            stop::requested(asked),
        ));
        Ok(Service {
            newest,
            stop,
            collectors,
            http,
            tokens,
            tls: config.tls.clone(),
        })
    }

    /// Takes over what newer settings can change while it runs: the tokens. Answers that have begun come to their end.
    ///
    /// # Errors
    /// When there is no token among them; then nothing is changed.
    pub fn take_over(&self, newer: &Config) -> Result<(), ConfigError> {
        self.tokens.exchange(newer.tokens()?.iter().cloned());
        Ok(())
    }

    /// Reads the files anew that the settings at the start name: certificate and key of the HTTP side.
    pub fn reload(&self) {
        if let Some(tls) = &self.tls {
            tls.reload();
        }
    }

    /// Waits until a part ends that should go on. Its figures would stay as they are for ever, and look
    /// fresh: a service without it must end.
    pub async fn broken(&mut self) -> Failure {
        tokio::select! {
            Some(ended) = self.collectors.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a collector ended badly");
                }
                Failure::Broken("a collector")
            }
            ended = &mut self.http => {
                if let Err(error) = ended {
                    tracing::error!(%error, "the HTTP side ended badly");
                }
                Failure::Broken("the HTTP side")
            }
        }
    }

    /// Lets what is in flight come to its end, and returns when everything has ended.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if !self.http.is_finished()
            && let Err(error) = self.http.await
        {
            tracing::error!(%error, "the HTTP side ended badly");
        }
        while let Some(ended) = self.collectors.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a collector ended badly");
            }
        }
    }
}
