//! The service itself, for `serve` and for `demo`: one collector a cluster, and the HTTP side.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::{
    api::{
        self, archive::Archive, auth::Tokens, guard::Api, limit::Limit, listener::Door,
        log::AccessLog, published::Published, requests::Requests,
    },
    breaker::Breakers,
    cli::{exit::Failure, stop, upkeep::Upkeep},
    collector::{Collector, rounds::Place},
    config::{Config, error::ConfigError},
    keeper::{
        handle::Keeper,
        opening::{Ours, Places},
        task::Task,
    },
    lease::{post::Post, sharing::Sharing},
    pulse::Pulse,
    store,
    usage::ClusterUsage,
};

/// Whatever hangs, the end takes no longer than this: the rest of 5 s is for what lies before and behind it.
/// The listener gives its clients less.
const ENDING: Duration = Duration::from_millis(4_500);

/// A running service.
#[derive(Debug)]
pub struct Service {
    /// The newest usage of each cluster.
    pub newest: Vec<watch::Receiver<Arc<ClusterUsage>>>,
    /// Asks whether every collector and the listener still turn.
    pub pulse: Pulse,
    stop: watch::Sender<bool>,
    collectors: JoinSet<()>,
    upkeep: JoinHandle<()>,
    http: JoinHandle<()>,
    share_no_more: watch::Sender<bool>,
    sharing: JoinHandle<()>,
    keep_no_more: watch::Sender<bool>,
    keeping: JoinHandle<()>,
    tokens: Tokens,
    breakers: Vec<Breakers>,
}

impl Service {
    /// Starts to collect and to answer.
    ///
    /// # Errors
    /// When there is no token, the panel's CA file cannot be used, or another service has the store.
    pub fn start(config: &Config, listener: TcpListener) -> Result<Service, Failure> {
        let tokens = Tokens::new(config.tokens()?.iter().cloned());
        let ours = Ours::take(&config.store.place)?;
        let (keeper, counter) = Keeper::new();
        let sharing = sharing(config, &keeper);
        let alone = vec![Post::default(); config.clusters.len()];
        let posts = sharing.as_ref().map_or(alone, Sharing::posts);
        let (mut ready, mut pulse) = (Vec::new(), Pulse::default());
        for (number, (cluster, post)) in config.clusters.iter().zip(posts).enumerate() {
            let (name, sources) = (cluster.name.clone(), cluster.sources()?);
            let place = Place::new(number, config.clusters.len());
            let beat = pulse.beat(format!("the collector of {name}"));
            let collector = Collector::new(name, sources, config.timing)
                .with_keeper(keeper.clone())
                .with_post(post, keeper.store());
            ready.push(collector.at(place).with_beat(beat));
        }
        let breakers = ready.iter().map(|collector| collector.breakers().clone());
        let breakers = breakers.collect();
        let newest: Vec<_> = ready.iter().map(Collector::newest).collect();
        let published = ready.iter().map(|collector| {
            Published::new(collector.newest())
                .with_stages(collector.stages().clone())
                .with_breakers(collector.breakers().clone())
                .with_post(collector.post().clone())
        });
        let clusters = published.collect();
        let places = Places {
            store: config.store.place.clone(),
            queue: config.store.queue.clone(),
            queue_size: config.store.queue_size,
        };
        let task = Task::new(counter, places, ours).with_beat(pulse.beat("the keeper"));
        let (keep_no_more, kept) = watch::channel(false);
        let keeping = tokio::spawn(task.run(stop::requested(kept)));
        let (share_no_more, shared) = watch::channel(false);
        let sharing = tokio::spawn(async move {
            match sharing {
                Some(sharing) => sharing.run(stop::requested(shared)).await,
                None => stop::requested(shared).await,
            }
        });
        let (stop, asked) = watch::channel(false);
        let mut collectors = JoinSet::new();
        for collector in ready {
            collectors.spawn(collector.run(stop::requested(asked.clone())));
        }
        let upkeep = Upkeep {
            store: keeper.store(),
            standing: keeper.standing(),
            calendar: config.store.calendar(),
            retention: config.store.retention,
        };
        let upkeep = tokio::spawn(upkeep.run(stop::requested(asked.clone())));
        let api = Api {
            tokens: tokens.clone(),
            limit: config
                .rate_limit
                .map(|(rate, burst)| Limit::new(rate, burst)),
            token_limit: config
                .token_rate_limit
                .map(|(rate, burst)| Limit::new(rate, burst)),
            proxies: config.caps.proxies.clone(),
            clusters,
            archive: Archive::new(keeper.store(), keeper.standing())
                .with_calendar(config.store.calendar()),
            requests: Requests::default(),
            log: AccessLog::new(config.access_log),
        };
        let door = Door {
            listener,
            tls: config.tls.clone(),
            caps: config.caps.clone(),
            beat: pulse.beat("the listener"),
        };
        let http = tokio::spawn(api::serve(api, door, stop::requested(asked)));
        Ok(Service {
            newest,
            pulse,
            stop,
            collectors,
            upkeep,
            http,
            share_no_more,
            sharing,
            keep_no_more,
            keeping,
            tokens,
            breakers,
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

    /// A person has acted: peers that wait for that are asked again.
    pub fn look_again(&self) {
        self.breakers.iter().for_each(Breakers::look_again);
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
            ended = &mut self.upkeep => {
                if let Err(error) = ended {
                    tracing::error!(%error, "the upkeep of the store ended badly");
                }
                Failure::Broken("the upkeep of the store")
            }
            ended = &mut self.keeping => {
                if let Err(error) = ended {
                    tracing::error!(%error, "the keeper ended badly");
                }
                Failure::Broken("the keeper")
            }
            ended = &mut self.sharing => {
                if let Err(error) = ended {
                    tracing::error!(%error, "the sharing of clusters ended badly");
                }
                Failure::Broken("the sharing of clusters")
            }
        }
    }

    /// Takes nothing new, lets what is in flight come to its end, and returns when everything has ended, or when
    /// that has taken too long: what hangs then is left behind, and ends with the process.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // Side by side: a client that takes its time costs the nodes none.
        let http = async {
            if !self.http.is_finished()
                && let Err(error) = (&mut self.http).await
            {
                tracing::error!(%error, "the HTTP side ended badly");
            }
        };
        let collectors = async {
            while let Some(ended) = self.collectors.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a collector ended badly");
                }
            }
            if !self.upkeep.is_finished()
                && let Err(error) = (&mut self.upkeep).await
            {
                tracing::error!(%error, "the upkeep of the store ended badly");
            }
            // Nobody reads here any more: others take over at once.
            self.share_no_more.send_replace(true);
            if !self.sharing.is_finished()
                && let Err(error) = (&mut self.sharing).await
            {
                tracing::error!(%error, "the sharing of clusters ended badly");
            }
            // What they have read last is kept before the store is closed.
            self.keep_no_more.send_replace(true);
            if !self.keeping.is_finished()
                && let Err(error) = (&mut self.keeping).await
            {
                tracing::error!(%error, "the keeper ended badly");
            }
        };
        let ended = timeout(ENDING, async { tokio::join!(http, collectors) }).await;
        if ended.is_err() {
            let collectors = self.collectors.len();
            tracing::warn!(collectors, "not all has ended in time, and is left behind");
            self.http.abort();
        }
    }
}

/// How the clusters are shared out with other instances, where a server is their common store. A file has one service.
fn sharing(config: &Config, keeper: &Keeper) -> Option<Sharing> {
    match config.store.place {
        store::place::Place::File(_) => None,
        store::place::Place::Server(_) => {
            let names = config.clusters.iter().map(|cluster| cluster.name.clone());
            let (names, lasts) = (names.collect(), config.store.lease);
            Some(Sharing::new(names, lasts, keeper.store()))
        }
    }
}
