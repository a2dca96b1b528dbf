//! Where settings come from.

use std::{fmt, path::PathBuf};

use crate::{config::listen::Listen, secret::Secret};

/// Flags, files and variables.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--env-file`
    pub env_file: EnvFile,
    /// The variables of the process.
    pub environment: Environment,
    /// `--listen`
    pub listen: Option<Listen>,
    /// What the settings are needed for.
    pub asks: Asks,
}

/// Variables that are set and not empty. Any of them may be a secret, so that printed it shows names alone.
#[derive(Clone, Default)]
pub struct Environment(Vec<(String, Secret)>);

impl Environment {
    /// The variables of this process that are text. The system keeps a copy of them that nobody can wipe.
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).collect()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Environment {
        let set = |(name, value): (String, String)| Some((name, Secret::new(value)?));
        Environment(variables.into_iter().filter_map(set).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// What the settings are needed for, and so what may not be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// The clusters.
    #[default]
    Clusters,
    /// The clusters and the HTTP side, which needs a token.
    Service,
    /// The same where they speak of a cluster; else whatever is there.
    WhatIsThere,
}

/// The file that completes the environment.
#[derive(Clone, Debug, Default)]
pub enum EnvFile {
    /// `./.env`, if it is there.
    #[default]
    Usual,
    /// This one, which must be there.
    At(PathBuf),
    /// None at all.
    Nowhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_origins_show_no_variable() {
        let set = [("ADMIN_PASSWORD", "canary"), ("LISTEN", "")];
        let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let origins = Origins {
            environment: set.into_iter().collect(),
            ..Origins::default()
        };
        let printed = format!("{origins:?}");
        assert!(printed.contains("\"ADMIN_PASSWORD\": ***"), "{printed}");
        assert!(
            !printed.contains("canary") && !printed.contains("LISTEN"),
            "{printed}"
        );
    }
}
