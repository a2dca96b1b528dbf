//! Single settings of a cluster: looked up, read, and every problem noted with its place.

use std::{path::PathBuf, str::FromStr};

use crate::{
    chain::chain,
    config::{error::Problem, file::ClusterFile, variables::Variables, written::Written},
    secret::Secret,
};

/// Secrets that systemd hands to its service: files in `$CREDENTIALS_DIRECTORY`.
#[derive(Clone, Debug, Default)]
pub struct Credentials(pub Option<PathBuf>);

impl Credentials {
    /// The credential of this name; of a cluster's own, where there is one.
    pub fn file(&self, cluster: Option<&str>, name: &str) -> Option<PathBuf> {
        let folder = self.0.as_ref()?;
        let own = cluster.map(|cluster| folder.join(format!("{cluster}.{name}")));
        let shared = Some(folder.join(name));
        own.into_iter().chain(shared).find(|path| path.exists())
    }
}

/// A cluster of the file, and where it stands there.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// Its table.
    pub file: &'a ClusterFile,
    /// Whether it is the only one, which the variables complete.
    pub alone: bool,
    /// The path of its table, such as `cluster[0]`.
    pub path: String,
    /// The lines of the file.
    pub written: &'a Written,
}

/// The words of one cluster's settings, and what is wrong with them.
#[derive(Debug)]
pub struct Words<'a> {
    /// The cluster's table.
    pub cluster: &'a Cluster<'a>,
    /// Variables, which override the file.
    pub variables: &'a Variables,
    /// Secrets that systemd hands over.
    pub credentials: &'a Credentials,
    /// The cluster's name, as far as it is said.
    pub name: Option<&'a str>,
    /// Everything that is wrong.
    pub problems: &'a mut Vec<Problem>,
}

impl Words<'_> {
    /// Adds a problem with this setting, if it was not told already.
    pub fn wrong<T>(&mut self, key: &str, variable: &str, why: impl Into<String>) -> Option<T> {
        let variable = if self.cluster.alone { variable } else { "" };
        let set = self.variables.get(variable).is_some();
        if set || !self.is_spoiled(key) {
            let path = format!("{}.{key}", self.cluster.path);
            let written = self.cluster.written;
            let place = written.place(self.variables, variable, &path, self.name);
            self.problems.push(Problem::new(place, why));
        }
        None
    }

    /// Whether the file's key is missing because of a problem that was told already.
    pub fn is_spoiled(&self, key: &str) -> bool {
        let path = format!("{}.{key}", self.cluster.path);
        self.cluster.written.is_spoiled(&path)
    }

    /// The variable's word, else the file's.
    pub fn word(&self, variable: &str, file: Option<&str>) -> Option<String> {
        let word = self.variables.get(variable).or(file)?;
        Some(word.to_owned())
    }

    /// A value that may be missing; the outer `None` is one that cannot be read.
    pub fn optional<T: FromStr>(
        &mut self,
        key: &str,
        variable: &str,
        file: Option<&str>,
    ) -> Option<Option<T>>
    where
        T::Err: std::fmt::Display,
    {
        match self.word(variable, file).map(|word| word.parse()) {
            None => Some(None),
            Some(Ok(value)) => Some(Some(value)),
            Some(Err(error)) => self.wrong(key, variable, error.to_string()),
        }
    }

    /// A value that must be there; `missing` says so, and what is right.
    pub fn required<T: FromStr>(
        &mut self,
        key: &str,
        variable: &str,
        file: Option<&str>,
        missing: &str,
    ) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match self.optional(key, variable, file)? {
            Some(value) => Some(value),
            None => self.wrong(key, variable, missing),
        }
    }

    /// Whether the file has a table of this name, or one that was meant to be it.
    pub fn is_written(&self, table: &str) -> bool {
        let path = format!("{}.{table}", self.cluster.path);
        self.cluster.written.lines.contains_key(&path) || self.is_spoiled(table)
    }

    /// Whether systemd hands this over to this cluster. Of several clusters a credential without a name may
    /// be for another one.
    pub fn is_handed(&self, credential: &str) -> bool {
        let found = self.credentials.file(self.name, credential);
        let shared = self.credentials.file(None, credential);
        found.is_some() && (self.cluster.alone || found != shared)
    }

    /// A secret that may be missing: the variable's word, else the first line of the file, at last the
    /// credential of this name. The outer `None` is one that cannot be read.
    pub fn handed(
        &mut self,
        key: &str,
        variable: &str,
        file: Option<&PathBuf>,
        credential: &str,
    ) -> Option<Option<Secret>> {
        if let Some(secret) = self.variables.secret(variable) {
            return Some(Some(secret.clone()));
        }
        let handed = || self.credentials.file(self.name, credential);
        match file.cloned().or_else(handed) {
            None if self.is_spoiled(key) => None,
            None => Some(None),
            Some(path) => match Secret::from_file(&path) {
                Ok(secret) => Some(Some(secret)),
                Err(error) => self.wrong(key, variable, chain(&error)),
            },
        }
    }

    /// A path that may be missing, at last the credential of this name.
    pub fn path(
        &self,
        variable: &str,
        file: Option<&PathBuf>,
        credential: &str,
    ) -> Option<PathBuf> {
        let named = self
            .variables
            .get(variable)
            .map(PathBuf::from)
            .or(file.cloned());
        named.or_else(|| self.credentials.file(self.name, credential))
    }
}
