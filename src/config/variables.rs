//! The environment and the `.env` file, the old names among them.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, ErrorKind, Read},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use zeroize::Zeroizing;

use crate::{
    config::{
        dotenv,
        error::Problem,
        keys::KEYS,
        origins::{EnvFile, Environment},
    },
    secret::Secret,
    unreadable,
};

/// Variables that speak of a cluster: with several clusters nobody could say of which one.
pub const OF_A_CLUSTER: &[&str] = &[
    "VHI_PANEL_URL",
    "ADMIN_USERNAME",
    "ADMIN_PASSWORD",
    "ADMIN_DOMAIN_NAME",
    "PROMETHEUS_URL",
    "GRAFANA_API_KEY",
    "VSTORAGE_CLUSTER",
    "VSTORAGE_NODES",
    "VSTORAGE_SSH_KEY",
    "VSTORAGE_SSH_KEY_PASSPHRASE",
    "VSTORAGE_KNOWN_HOSTS",
    "VSTORAGE_COMMAND",
    "PANEL_CA_FILE",
    "PANEL_SHA256",
    "PANEL_INSECURE",
    "STORAGE_SOURCE",
    "SIZE_BASE",
];

/// The origin of a variable of the process.
const ENVIRONMENT: &str = "environment";

/// Names and values; an empty value is as good as none.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Secret>,
    /// Where each comes from.
    origins: BTreeMap<String, String>,
    /// What the operator should know of the file.
    notice: Option<String>,
}

impl Variables {
    /// Of the process, completed by the file: the one that is named, or `.env` where there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(environment: &Environment, file: &EnvFile) -> Result<Variables, Problem> {
        let mut variables = match file {
            EnvFile::Nowhere => Variables::default(),
            EnvFile::At(path) => read(path)?.ok_or_else(|| {
                let why = "cannot read the environment file: there is no such file";
                Problem::new(path.display().to_string(), why)
            })?,
            EnvFile::Usual => read(Path::new(".env"))?.unwrap_or_default(),
        };
        for (name, value) in environment.iter() {
            let origin = ENVIRONMENT.to_owned();
            variables.origins.insert(name.to_owned(), origin);
            variables.values.insert(name.to_owned(), value.clone());
        }
        Ok(variables)
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(|value| value.reveal().trim())
            .filter(|value| !value.is_empty())
    }

    /// The value as it stands, for a secret: a blank may belong to it.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.values.get(name)
    }

    /// What the operator should know of the file at every start.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Where the variable comes from: `environment`, or file and line; `None` where it is not set.
    pub fn origin(&self, name: &str) -> Option<&str> {
        self.get(name)?;
        self.origins.get(name).map(String::as_str)
    }

    /// Those of the names that are set where the strongest of them is: in the environment, or else in
    /// the file.
    pub fn strongest<'a>(&self, names: &'a [&'a str]) -> Vec<&'a str> {
        let of_process = |name: &&str| self.origin(name) == Some(ENVIRONMENT);
        let (process, file): (Vec<_>, Vec<_>) = self.set(names).partition(of_process);
        if process.is_empty() { file } else { process }
    }

    /// Whether one of them is a secret itself, that of the cache of the service before among them.
    fn holds_secrets(&self) -> bool {
        let ours = KEYS.iter().filter(|key| key.secret).map(|key| key.variable);
        let mut names = ours.chain(["REDIS_PASSWORD"]);
        names.any(|name| self.values.contains_key(name))
    }

    /// Those of the names that are set.
    pub fn set<'a>(&self, names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .copied()
            .filter(|name| self.get(name).is_some())
    }
}

/// The lines of a `.env` file; `None` where there is none.
fn read(path: &Path) -> Result<Option<Variables>, Problem> {
    let place = path.display().to_string();
    match text(path) {
        Ok((text, mode)) => {
            let set = dotenv::parse(&text)
                .map_err(|(line, why)| Problem::new(format!("{place} line {line}"), why))?;
            let mut variables = Variables::default();
            for (name, set) in set {
                if let Some(value) = Secret::new(set.value.as_str()) {
                    let origin = format!("{place} line {}", set.line);
                    variables.origins.insert(name.clone(), origin);
                    variables.values.insert(name, value);
                }
            }
            if mode & 0o077 != 0 && variables.holds_secrets() {
                variables.notice = Some(format!(
                    "others can read {place}, which holds secrets and has mode {:04o}: run `chmod 600 {place}`",
                    mode & 0o777
                ));
            }
            Ok(Some(variables))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::new(
            place,
            format!(
                "cannot read the environment file: {}",
                unreadable::why(&error)
            ),
        )),
    }
}

/// The text of the file, and its mode.
fn text(path: &Path) -> io::Result<(Zeroizing<String>, u32)> {
    let mut file = File::open(path)?;
    let facts = file.metadata()?;
    // At once of the size that it needs: a text that grows leaves copies behind.
    let size = usize::try_from(facts.len()).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(size.saturating_add(1)));
    file.read_to_string(&mut text)?;
    Ok((text, facts.permissions().mode()))
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
