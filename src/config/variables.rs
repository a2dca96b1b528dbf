//! The environment and the `.env` file, the old names among them.

use std::{collections::BTreeMap, io::ErrorKind, path::Path};

use crate::{
    config::{dotenv, error::Problem, origins::EnvFile},
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
    values: BTreeMap<String, String>,
    /// Where each comes from.
    origins: BTreeMap<String, String>,
}

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
            EnvFile::Nowhere => Variables::default(),
            EnvFile::At(path) => read(path)?.ok_or_else(|| {
                let why = "cannot read the environment file: there is no such file";
                Problem::new(path.display().to_string(), why)
            })?,
            EnvFile::Usual => read(Path::new(".env"))?.unwrap_or_default(),
        };
        let set = environment
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        for (name, value) in set {
            let origin = ENVIRONMENT.to_owned();
            variables.origins.insert(name.clone(), origin);
            variables.values.insert(name, value);
        }
        Ok(variables)
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The value as it stands, for a secret: a blank may belong to it.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
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
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let set = dotenv::parse(&text)
                .map_err(|(line, why)| Problem::new(format!("{place} line {line}"), why))?;
            let mut variables = Variables::default();
            for (name, set) in set {
                let origin = format!("{place} line {}", set.line);
                variables.origins.insert(name.clone(), origin);
                variables.values.insert(name, set.value);
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

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
