//! The settings in force: flag, environment, `.env`, TOML file, default, the first that is there.

pub mod api;
pub mod cluster;
pub mod dotenv;
pub mod error;
pub mod file;
pub mod listen;
pub mod origins;
pub mod panel;
pub mod ssh;
pub mod variables;
pub mod words;

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use crate::{
    api::token::TokenHash,
    collector::held::Timing,
    config::{
        cluster::ClusterConfig,
        error::{ConfigError, Problem},
        file::{ClusterFile, File},
        listen::Listen,
        origins::Origins,
        variables::{OF_A_CLUSTER, Variables},
        words::Credentials,
    },
    panel::trust::Trust,
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
    pub tokens: Vec<TokenHash>,
    /// Requests a second and burst, for each address.
    pub rate_limit: Option<(NonZeroU32, NonZeroU32)>,
    /// The clusters, never empty.
    pub clusters: Vec<ClusterConfig>,
    /// What the operator should know at every start.
    pub notices: Vec<String>,
}

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn load(origins: &Origins) -> Result<Config, ConfigError> {
        let mut problems = Vec::new();
        let environment = origins.environment.iter().cloned();
        let variables = note(
            Variables::load(environment, &origins.env_file),
            &mut problems,
        );
        let file = origins
            .file
            .as_deref()
            .map_or(Ok(File::default()), file::read);
        let file = note(file, &mut problems);
        // Without one of them everything in it would be told as missing.
        let (Some(variables), Some(file)) = (variables, file) else {
            return Err(ConfigError { problems });
        };
        // systemd's own word, never a setting of ours.
        let folder = origins
            .environment
            .iter()
            .find(|(name, _)| name == "CREDENTIALS_DIRECTORY");
        let credentials = Credentials(folder.map(|(_, path)| PathBuf::from(path)));

        let clusters = clusters(&file, &variables, &credentials, &mut problems);
        let listen = listen(
            origins.listen,
            &variables,
            file.listen.as_deref(),
            &mut problems,
        );
        let timing = timing(&file, &variables, &mut problems);
        let before = problems.len();
        let tokens = api::tokens(&file.api, &variables, &credentials, &mut problems);
        // A token that is wrong is told once, and not as missing, too.
        if origins.serves && tokens.is_empty() && problems.len() == before {
            problems.push(api::no_token());
        }
        let rate_limit = api::rate_limit(&file.api, &variables, &mut problems);
        match (listen, timing) {
            (Some(listen), Some(timing)) if problems.is_empty() => Ok(Config {
                listen,
                timing,
                tokens,
                rate_limit,
                notices: notices(&clusters, &variables),
                clusters,
            }),
            _ => Err(ConfigError { problems }),
        }
    }

    /// The API tokens.
    ///
    /// # Errors
    /// Where none is set: there is no service without one.
    pub fn tokens(&self) -> Result<&[TokenHash], ConfigError> {
        match self.tokens.as_slice() {
            [] => Err(api::no_token().into()),
            tokens => Ok(tokens),
        }
    }
}

fn note<T>(read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
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
                let why = "it speaks of a cluster, and the settings file names several: nobody can say of which one";
                problems.push(Problem::new(variable, why));
            }
            (several, &Variables::default())
        }
    };
    let mut clusters: Vec<ClusterConfig> = Vec::new();
    for cluster in named {
        let Some(cluster) = cluster::build(cluster, variables, credentials, problems) else {
            continue;
        };
        if clusters.iter().any(|other| other.name == cluster.name) {
            let why = format!("two clusters are named {}", cluster.name);
            problems.push(Problem::new("name in [[cluster]]", why));
        }
        clusters.push(cluster);
    }
    clusters
}

fn listen(
    flag: Option<Listen>,
    variables: &Variables,
    file: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<Listen> {
    if flag.is_some() {
        return flag;
    }
    let (place, word) = match (variables.get("LISTEN"), variables.get("PORT"), file) {
        (Some(listen), _, _) => ("LISTEN", listen.to_owned()),
        (None, Some(port), _) => ("PORT", format!(":{port}")),
        (None, None, Some(listen)) => ("listen", listen.to_owned()),
        (None, None, None) => return Some(Listen::default()),
    };
    let listen = word.parse();
    listen
        .map_err(|error| problems.push(Problem::new(place, format!("{error}"))))
        .ok()
}

fn timing(file: &File, variables: &Variables, problems: &mut Vec<Problem>) -> Option<Timing> {
    let seconds = match variables.get("CACHE_TTL_SECONDS").map(str::parse) {
        None => None,
        Some(Ok(seconds)) if Duration::from_secs(seconds) <= file::LONGEST => Some(seconds),
        Some(_) => {
            let why = "write a number of seconds, within a year, such as 60";
            problems.push(Problem::new("CACHE_TTL_SECONDS", why));
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
        let place = "poll_interval, or CACHE_TTL_SECONDS";
        problems.push(Problem::new(place, "the shortest poll is 1s"));
    }
    if max_age < poll {
        let why =
            "it is shorter than the poll interval, so that no figure would live to the next round";
        problems.push(Problem::new("max_age", why));
    }
    Some(Timing { poll, max_age })
}

fn notices(clusters: &[ClusterConfig], variables: &Variables) -> Vec<String> {
    let mut notices = Vec::new();
    let redis = ["REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB"];
    if variables.set(&redis).next().is_some() {
        notices.push("REDIS_* is ignored: the newest reading is kept in memory".to_owned());
    }
    for variable in variables.set(&["PROMETHEUS_URL", "GRAFANA_API_KEY"]) {
        notices.push(format!("{variable} is not used: storage is read over ssh"));
    }
    for cluster in clusters {
        let panel = &cluster.panel;
        if panel.trust == Trust::Anything {
            notices.push(format!(
                "the certificate of the panel of {} is NOT checked: whoever stands in between reads the password; pin it with PANEL_SHA256",
                cluster.name
            ));
        }
        if panel.url.starts_with("http:") {
            notices.push(format!(
                "the panel of {} is asked without TLS, on this machine",
                cluster.name
            ));
        }
    }
    notices
}
