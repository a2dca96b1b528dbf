//! The environment and the `.env` file, the old names among them.

use std::{collections::BTreeMap, io::ErrorKind, path::Path};

use crate::config::{dotenv, error::Problem, origins::EnvFile};

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

/// Names and values; an empty value is as good as none.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Of the process, completed by the file: the one that is named, or `.env` where there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(
        environment: impl IntoIterator<Item = (String, String)>,
        file: &EnvFile,
    ) -> Result<Variables, Problem> {
        let mut variables = match file {
            EnvFile::Nowhere => BTreeMap::new(),
            EnvFile::At(path) => read(path)?.ok_or_else(|| {
                let why = "there is no such environment file";
                Problem::new(path.display().to_string(), why)
            })?,
            EnvFile::Usual => read(Path::new(".env"))?.unwrap_or_default(),
        };
        let set = environment
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        variables.extend(set);
        Ok(Variables(variables))
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The value as it stands, for a secret: a blank may belong to it.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
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
fn read(path: &Path) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let place = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => dotenv::parse(&text)
            .map(Some)
            .map_err(|(line, why)| Problem::new(format!("{place} line {line}"), why)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::new(
            place,
            format!("cannot read the environment file: {error}"),
        )),
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
