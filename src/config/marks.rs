//! What the settings were, setting by setting, so that a change of one is found: a mark of each value, and no value.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use sha2::{Digest, Sha256};

use crate::config::{ground::Ground, keys::KEYS};

/// What is exchanged while the service runs, by its key.
const EXCHANGED: [&str; 2] = ["api.token_file", "api.tokens"];
/// The variable that stands for another one.
const PORT: &str = "PORT";

/// A mark of each setting that is taken over at a start alone.
#[derive(Clone, Default)]
pub struct Marks(BTreeMap<String, [u8; 32]>);

impl Marks {
    /// Of everything that is written, in the file and in variables.
    pub fn of(ground: &Ground) -> Marks {
        let written = ground.file.written.values.iter();
        let written = written.filter(|(path, _)| !is_exchanged(path));
        let written = written.map(|(path, value)| (path.clone(), mark(&value.to_string())));
        let keys = KEYS.iter().filter(|key| !is_exchanged(key.path));
        let names = keys.map(|key| key.variable).chain([PORT]);
        let set = names.filter_map(|name| {
            let value = ground.variables.secret(name)?;
            Some((name.to_owned(), mark(value.reveal())))
        });
        Marks(written.chain(set).collect())
    }

    /// The keys and variables that are others now, or there in one of the two alone.
    pub fn changed(&self, newer: &Marks) -> BTreeSet<String> {
        let names = self.0.keys().chain(newer.0.keys());
        let changed = names.filter(|name| self.0.get(*name) != newer.0.get(*name));
        changed.cloned().collect()
    }
}

/// Whether this is one of them, or stands in a table of one.
fn is_exchanged(path: &str) -> bool {
    EXCHANGED.iter().any(|exchanged| {
        let rest = path.strip_prefix(exchanged);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
    })
}

fn mark(value: &str) -> [u8; 32] {
    Sha256::digest(value).into()
}

/// Their names alone.
impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{file, origins::EnvFile, variables::Variables, words::Credentials};

    fn marks(text: &str, variables: &[(&str, &str)]) -> Marks {
        let (file, problems) = file::parse(text, Path::new("site.toml"));
        assert_eq!(problems.len(), 0, "{problems:?}");
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(owned).collect();
        let variables = Variables::load(&variables, &EnvFile::Nowhere).expect("variables");
        Marks::of(&Ground {
            file,
            variables,
            credentials: Credentials::default(),
            state: None,
        })
    }

    #[test]
    fn what_is_another_value_or_there_no_more_is_found_and_no_value_is_kept() {
        let one = marks(
            "listen = \":1\"\nmax_age = \"15m\"\n[api]\ntoken_rate_limit_rps = 1\n[[cluster]]\nname = \"a\"\n",
            &[("ADMIN_PASSWORD", "canary"), ("PORT", "1"), ("HOME", "a")],
        );
        let other = marks(
            "poll_interval = \"9s\"\nmax_age = \"15m\"\n[api]\ntoken_rate_limit_rps = 2\ntoken_rate_limit_burst = 3\n[[cluster]]\nname = \"b\"\n",
            &[("ADMIN_PASSWORD", "other"), ("HOME", "b")],
        );
        let expected = [
            "ADMIN_PASSWORD",
            "PORT",
            "api.token_rate_limit_burst",
            "api.token_rate_limit_rps",
            "cluster[0].name",
            "listen",
            "poll_interval",
        ];
        assert_eq!(Vec::from_iter(one.changed(&other)), expected);
        assert!(one.changed(&one).is_empty());
        assert!(!format!("{one:?}").contains("canary"));
    }

    #[test]
    fn tokens_are_exchanged_and_no_change() {
        let token = "[[api.tokens]]\nname = \"a\"\nscopes = [\"ops\"]\n";
        let one = marks(
            "[api]\ntoken_file = \"a\"\n",
            &[("API_BEARER_TOKEN", "one")],
        );
        let other = marks(token, &[]);
        assert!(one.changed(&other).is_empty());
    }
}
