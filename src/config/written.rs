//! Where in the settings file each key stands, for the places of problems.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::config::{error::Problem, keys, variables::Variables};

/// What is known of the text beside its values. Paths name the table of a list by its number, as in
/// `cluster[0].ssh.nodes`.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The file; `None` where there is none.
    pub file: Option<PathBuf>,
    /// The line of each known key and table.
    pub lines: BTreeMap<String, usize>,
    /// The value of each key, as it is written.
    pub values: BTreeMap<String, toml::Value>,
    /// Keys and tables of which a problem was told already, and which are missing for it.
    pub spoiled: BTreeSet<String>,
    /// Whether the text is no TOML, so that anything may be missing for it.
    pub broken: bool,
}

impl Written {
    /// Whether the key is missing because of a problem that was told already.
    pub fn is_spoiled(&self, path: &str) -> bool {
        let below = |spoiled: &String| {
            let rest = path.strip_prefix(spoiled.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.broken && !self.lines.contains_key(path) || self.spoiled.iter().any(below)
    }

    /// Whether a problem was told of anything in this table.
    pub fn spoils(&self, table: &str) -> bool {
        self.broken || self.spoiled.iter().any(|path| path.starts_with(table))
    }

    /// Where a setting comes from, or should: the variable that is set, the line of the file, or what
    /// could be set. `of` is the cluster's name, where it is known.
    pub fn place(
        &self,
        variables: &Variables,
        variable: &str,
        path: &str,
        of: Option<&str>,
    ) -> String {
        if let Some(origin) = variables.origin(variable) {
            return format!("{origin}: {variable}");
        }
        let (table, name) = path.rsplit_once('.').unwrap_or(("", path));
        let key = match keys::header(&plain(table)) {
            Some(header) => format!("{name} in {header}"),
            None => name.to_owned(),
        };
        let key = of.map_or(key.clone(), |of| format!("{key} of {of}"));
        let file = self.file.as_ref().map(|file| file.display());
        let line = self.line(path);
        let could = match (variable, self.lines.contains_key(path)) {
            ("", _) | (_, true) => key,
            (variable, false) => format!("{variable}, or {key}"),
        };
        match (file, line) {
            (None, _) => could,
            (Some(file), None) => format!("{file}: {could}"),
            (Some(file), Some(line)) => format!("{file} line {line}: {could}"),
        }
    }

    /// The line of the key, else of the innermost table around it that is there.
    fn line(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// A problem with a setting that is of no cluster; `None` where it was told already.
    pub fn problem(
        &self,
        variables: &Variables,
        variable: &str,
        path: &str,
        why: impl Into<String>,
    ) -> Option<Problem> {
        let told = variables.get(variable).is_none() && self.is_spoiled(path);
        (!told).then(|| Problem::new(self.place(variables, variable, path, None), why))
    }
}

/// The path without the numbers.
fn plain(path: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        let shown = !inside && *c != '[';
        inside = (inside || *c == '[') && *c != ']';
        shown
    };
    path.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_a_list_has_its_name_without_its_number() {
        assert_eq!(plain("cluster[12].ssh"), "cluster.ssh");
        assert_eq!(plain("api"), "api");
    }

    #[test]
    fn what_lies_below_a_spoiled_table_is_spoiled() {
        let written = Written {
            spoiled: BTreeSet::from(["cluster[0].ssh".to_owned()]),
            ..Written::default()
        };
        assert!(written.is_spoiled("cluster[0].ssh.nodes"));
        assert!(!written.is_spoiled("cluster[0].sshx"));
        assert!(!written.is_spoiled("cluster[1].ssh.nodes"));
    }
}
