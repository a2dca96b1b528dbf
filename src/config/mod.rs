//! The settings in force: flag, environment, `.env`, TOML file, default, the first that is there.

pub mod address;
pub mod api;
pub mod cluster;
pub mod dotenv;
pub mod duration;
pub mod error;
pub mod file;
pub mod grafana;
pub mod ground;
pub mod keys;
pub mod listen;
pub mod marks;
pub mod metric_tables;
pub mod notices;
pub mod origins;
pub mod panel;
pub mod prometheus;
pub mod sources;
pub mod ssh;
pub mod store;
pub mod store_table;
pub mod tables;
pub mod tls;
pub mod tokens;
pub mod trust;
pub mod twice;
pub mod variables;
pub mod walk;
pub mod words;
pub mod written;

use std::time::Duration;

use crate::{
    api::{crowd::Caps, tls::Tls, token::Token},
    collector::held::Timing,
    config::{
        api::{Edge, Rate},
        cluster::ClusterConfig,
        error::{ConfigError, Problem},
        file::{ClusterFile, File},
        ground::Ground,
        listen::Listen,
        marks::Marks,
        origins::{Asks, Origins},
        store::StoreSettings,
        variables::{OF_A_CLUSTER, Variables},
        words::{Cluster, Credentials},
    },
};

const POLL: Duration = Duration::from_secs(60);
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// Shorter than this a node would have no rest between two commands.
const SHORTEST_POLL: Duration = Duration::from_secs(1);

/// Everything that the commands need to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the HTTP side listens.
    pub listen: Listen,
    /// How often clusters are read and how long figures live.
    pub timing: Timing,
    /// The API tokens; never empty where the settings are to serve.
    pub tokens: Vec<Token>,
    /// Requests a second and burst, for each address.
    pub rate_limit: Option<Rate>,
    /// The same for each token.
    pub token_rate_limit: Option<Rate>,
    /// How many connections there may be, and who stands in front.
    pub caps: Caps,
    /// Whether each request has a line in the log.
    pub access_log: bool,
    /// TLS of the HTTP side; `None` where it speaks plain HTTP.
    pub tls: Option<Tls>,
    /// The clusters; empty only where settings that speak of none are looked at.
    pub clusters: Vec<ClusterConfig>,
    /// What is kept, where, and for how long.
    pub store: StoreSettings,
    /// What the operator should know at every start.
    pub notices: Vec<String>,
    /// By which a change of what takes a restart is found.
    pub marks: Marks,
}

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn load(origins: &Origins) -> Result<Config, ConfigError> {
        let (ground, problems) = Ground::load(origins)?;
        Config::build(ground, problems, origins.listen, origins.asks)
    }

    /// The settings on this ground, of which these problems are known already.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn build(
        ground: Ground,
        mut problems: Vec<Problem>,
        flag: Option<Listen>,
        asks: Asks,
    ) -> Result<Config, ConfigError> {
        let marks = Marks::of(&ground);
        let store = store::store(&ground, &mut problems);
        let Ground {
            file,
            variables,
            credentials,
            ..
        } = ground;
        let whole = asks != Asks::WhatIsThere || names_a_cluster(&file, &variables);

        let clusters = match whole {
            true => clusters(&file, &variables, &credentials, &mut problems),
            false => Vec::new(),
        };
        let listen = listen(flag, &variables, &file, &mut problems);
        let timing = timing(&file, &variables, &mut problems);
        let before = problems.len();
        let tokens = tokens::tokens(&file, &variables, &credentials, &mut problems);
        // A token that is wrong is told once, and not as missing, too.
        let told = problems.len() > before || file.written.spoils("api");
        if asks != Asks::Clusters && whole && tokens.is_empty() && !told {
            problems.push(tokens::no_token());
        }
        let access_log = file.api.access_log.unwrap_or(true);
        let before = problems.len();
        let tls = tls::tls(&file, &variables, &credentials, &mut problems);
        let plain = tls.is_none() && problems.len() == before;
        let mut edge = Edge {
            file: &file,
            variables: &variables,
            problems: &mut problems,
        };
        let (rate_limit, token_rate_limit) = (edge.rate_of_an_address(), edge.rate_of_a_token());
        let caps = edge.caps();
        let mut outside = None;
        if plain
            && asks != Asks::Clusters
            && whole
            && let Some(listen) = listen
        {
            outside = edge
                .speaks_plainly(listen, flag.is_some())
                .then_some(listen);
        }
        match (listen, timing, store) {
            (Some(listen), Some(timing), Some(store)) if problems.is_empty() => Ok(Config {
                listen,
                timing,
                rate_limit,
                token_rate_limit,
                access_log,
                caps,
                notices: notices::notices(&clusters, &tokens, tls.as_ref(), outside, &variables),
                tokens,
                tls,
                clusters,
                store,
                marks,
            }),
            _ => Err(ConfigError { problems }),
        }
    }

    /// The API tokens.
    ///
    /// # Errors
    /// Where none is set: there is no service without one.
    pub fn tokens(&self) -> Result<&[Token], ConfigError> {
        match self.tokens.as_slice() {
            [] => Err(tokens::no_token().into()),
            tokens => Ok(tokens),
        }
    }
}

/// Whether anything speaks of a cluster. What speaks of none is a part of the settings, such as the
/// example, and lacks what another part may hold.
fn names_a_cluster(file: &File, variables: &Variables) -> bool {
    !file.cluster.is_empty()
        || file.written.spoils("cluster")
        || variables.set(OF_A_CLUSTER).next().is_some()
}

fn clusters(
    file: &File,
    variables: &Variables,
    credentials: &Credentials,
    problems: &mut Vec<Problem>,
) -> Vec<ClusterConfig> {
    let none_named = [ClusterFile::default()];
    let (named, variables) = match file.cluster.as_slice() {
        [] => (none_named.as_slice(), variables),
        [_] => (file.cluster.as_slice(), variables),
        several => {
            for variable in variables.set(OF_A_CLUSTER) {
                let why = "it speaks of a cluster, and the settings file names several: write it into the table of the one that is meant";
                let origin = variables.origin(variable).unwrap_or_default();
                problems.push(Problem::new(format!("{origin}: {variable}"), why));
            }
            (several, &Variables::default())
        }
    };
    let mut clusters = Vec::new();
    for (index, cluster) in named.iter().enumerate() {
        let at = Cluster {
            file: cluster,
            alone: named.len() == 1,
            path: format!("cluster[{index}]"),
            written: &file.written,
        };
        let earlier = named.iter().take(index).map(|other| &other.name);
        if let Some(name) = &cluster.name
            && earlier.flatten().any(|earlier| earlier == name)
        {
            let (path, why) = (
                format!("{}.name", at.path),
                "another cluster has this name, too: each is given once",
            );
            problems.extend(file.written.problem(variables, "", &path, why));
        }
        let built = cluster::build(&at, variables, credentials, problems);
        clusters.extend(built.map(|built| (at.path, built)));
    }
    problems.extend(twice::billed_twice(&clusters, &file.written));
    clusters.into_iter().map(|(_, cluster)| cluster).collect()
}

fn listen(
    flag: Option<Listen>,
    variables: &Variables,
    file: &File,
    problems: &mut Vec<Problem>,
) -> Option<Listen> {
    if flag.is_some() {
        return flag;
    }
    let written = file.listen.as_deref();
    let (variable, word) = match (variables.get("LISTEN"), variables.get("PORT"), written) {
        (Some(listen), _, _) => ("LISTEN", listen.to_owned()),
        (None, Some(port), _) => ("PORT", format!(":{port}")),
        (None, None, Some(listen)) => ("", listen.to_owned()),
        (None, None, None) => return Some(Listen::default()),
    };
    let listen = word.parse();
    listen
        .map_err(|error| {
            let why = format!("{error}");
            problems.extend(file.written.problem(variables, variable, "listen", why));
        })
        .ok()
}

fn timing(file: &File, variables: &Variables, problems: &mut Vec<Problem>) -> Option<Timing> {
    let seconds = match variables.get("CACHE_TTL_SECONDS").map(str::parse) {
        None => None,
        Some(Ok(seconds)) if Duration::from_secs(seconds) <= duration::LONGEST => Some(seconds),
        Some(_) => {
            let why = "write a number of seconds, within a year, such as 60";
            let (variable, key) = ("CACHE_TTL_SECONDS", "poll_interval");
            problems.extend(file.written.problem(variables, variable, key, why));
            return None;
        }
    };
    let poll = seconds
        .map(Duration::from_secs)
        .or(file.poll_interval)
        .unwrap_or(POLL);
    // A long poll without a word on the age still serves figures between its rounds.
    let max_age = file.max_age.unwrap_or(MAX_AGE.max(poll.saturating_mul(3)));
    if poll < SHORTEST_POLL {
        let (variable, key) = ("CACHE_TTL_SECONDS", "poll_interval");
        let why = "a poll is 1s at least: a node needs rest between two commands";
        problems.extend(file.written.problem(variables, variable, key, why));
    }
    if max_age < poll {
        let why = "it is shorter than poll_interval, so that no figure would live to the next round: write a longer one";
        problems.extend(file.written.problem(variables, "", "max_age", why));
    }
    Some(Timing { poll, max_age })
}
