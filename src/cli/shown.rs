//! The settings in force, as a settings file: each key with its value, and behind it where it comes from.
//!
//! ```toml
//! listen = ":8080"    # .env line 3 (PORT)
//! poll_interval = "60s"    # default
//! ```

use std::path::Path;

use toml::Value;

use crate::{
    config::{
        Config,
        cluster::ClusterConfig,
        error::ConfigError,
        ground::Ground,
        keys::{self, KEYS, Key, Kind},
        origins::Origins,
    },
    reading::Source,
};

/// All of them. A secret is `***`; what is not set stands behind `#`.
///
/// # Errors
/// Every problem at once.
pub fn show(origins: &Origins) -> Result<String, ConfigError> {
    let config = Config::load(origins)?;
    let (ground, _) = Ground::load(origins)?;
    let shown = Shown {
        origins,
        config: &config,
        ground: &ground,
    };
    let mut text = String::new();
    shown.table("", "", None, &mut text);
    for table in ["api", "api.tls", "store"] {
        shown.table(table, table, None, &mut text);
    }
    for index in 0..ground.file.api.tokens.len() {
        shown.table(
            "api.tokens",
            &format!("api.tokens[{index}]"),
            None,
            &mut text,
        );
    }
    for (index, cluster) in config.clusters.iter().enumerate() {
        let tables = keys::TABLES.iter().map(|(table, _)| *table);
        for table in tables.filter(|table| is_in_force(table, cluster)) {
            let below = table.strip_prefix("cluster").unwrap_or_default();
            let at = format!("cluster[{index}]{below}");
            shown.table(table, &at, Some(cluster), &mut text);
        }
    }
    Ok(text)
}

/// Whether anything of this table is asked for. A source that is neither billed nor a witness has no part
/// in it.
fn is_in_force(table: &str, cluster: &ClusterConfig) -> bool {
    let asked = |source| cluster.asks(source);
    match table {
        "cluster" | "cluster.panel" => true,
        "cluster.ssh" => asked(Source::Ssh),
        "cluster.prometheus" => asked(Source::Prometheus),
        "cluster.grafana" => asked(Source::Grafana),
        _ => false,
    }
}

struct Shown<'a> {
    origins: &'a Origins,
    config: &'a Config,
    ground: &'a Ground,
}

impl Shown<'_> {
    fn table(&self, table: &str, at: &str, cluster: Option<&ClusterConfig>, text: &mut String) {
        if let Some(header) = keys::header(table) {
            text.push_str(&format!("\n{header}\n"));
        }
        for key in KEYS.iter().filter(|key| key.split().0 == table) {
            let (_, name) = key.split();
            let path = match at {
                "" => name.to_owned(),
                at => format!("{at}.{name}"),
            };
            let line = match self.value(key, &path, cluster) {
                Some((value, origin)) => format!("{name} = {value}    # {origin}\n"),
                None => format!("#{name} =    # not set: {}\n", key.meaning),
            };
            text.push_str(&line);
        }
    }

    /// The value in force, and its origin.
    fn value(
        &self,
        key: &Key,
        path: &str,
        cluster: Option<&ClusterConfig>,
    ) -> Option<(Value, String)> {
        if let Some(listen) = self.origins.listen.filter(|_| key.path == "listen") {
            return Some((listen.to_string().into(), "flag --listen".to_owned()));
        }
        let found = self.variable(key).or_else(|| self.written(key, path));
        // An address of the store may hold a user and a password.
        let place = || self.config.store.place.to_string().into();
        let found = found.map(|(value, origin)| match key.path {
            "store.url" => (place(), origin),
            _ => (value, origin),
        });
        let name = cluster.map(|cluster| cluster.name.as_str());
        let found = found.or_else(|| self.credential(key, path, name));
        found.or_else(|| Some((self.default(key, cluster)?, "default".to_owned())))
    }

    fn variable(&self, key: &Key) -> Option<(Value, String)> {
        let variables = &self.ground.variables;
        let named = |name: &str| {
            let origin = variables.origin(name)?;
            Some((
                variables.get(name)?.to_owned(),
                format!("{origin} ({name})"),
            ))
        };
        let port = || {
            let (port, origin) = named("PORT").filter(|_| key.path == "listen")?;
            Some((format!(":{port}"), origin))
        };
        let (word, origin) = named(key.variable).or_else(port)?;
        let value = match key.kind {
            _ if key.secret => "***".into(),
            Kind::Wait => format!("{word}s").into(),
            Kind::Count | Kind::Number => word.parse::<i64>().map_or(word.into(), Value::from),
            Kind::Flag => matches!(word.as_str(), "1" | "true" | "yes").into(),
            Kind::Words => {
                let words = word
                    .split(',')
                    .map(str::trim)
                    .filter(|word| !word.is_empty());
                words.map(Value::from).collect::<Vec<_>>().into()
            }
            _ => word.into(),
        };
        Some((value, origin))
    }

    /// What the file says, where no variable puts it aside.
    fn written(&self, key: &Key, path: &str) -> Option<(Value, String)> {
        let written = &self.ground.file.written;
        let (value, line) = (written.values.get(path)?, written.lines.get(path)?);
        let file = written.file.as_deref()?;
        if self.put_aside(key.path) {
            return None;
        }
        let value = match (key.kind, value) {
            (Kind::Path, Value::String(path)) => {
                let folder = file.parent().unwrap_or(Path::new(""));
                folder.join(path).display().to_string().into()
            }
            (_, value) => value.clone(),
        };
        Some((value, format!("{} line {line}", file.display())))
    }

    /// Of settings that exclude each other, a variable for one puts the file's choice aside.
    fn put_aside(&self, path: &str) -> bool {
        let variables = &self.ground.variables;
        let set = |name: &str| variables.get(name).is_some();
        match path {
            "cluster.ssh.host_key_sha256" => set("VSTORAGE_KNOWN_HOSTS"),
            "cluster.panel.ca_file" | "cluster.panel.sha256" | "cluster.panel.insecure" => {
                let insecure = variables.get("PANEL_INSECURE");
                set("PANEL_CA_FILE")
                    || set("PANEL_SHA256")
                    || matches!(insecure, Some("1" | "true" | "yes"))
            }
            _ => false,
        }
    }

    fn credential(&self, key: &Key, path: &str, cluster: Option<&str>) -> Option<(Value, String)> {
        let pins = path.replace("known_hosts_file", "host_key_sha256");
        let pinned = pins != path && self.ground.file.written.values.contains_key(&pins);
        if key.credential.is_empty() || pinned {
            return None;
        }
        let file = self.ground.credentials.file(cluster, key.credential)?;
        let origin = format!("credential {}", key.credential);
        Some((file.display().to_string().into(), origin))
    }

    fn default(&self, key: &Key, cluster: Option<&ClusterConfig>) -> Option<Value> {
        let (limit, of_token) = (self.config.rate_limit, self.config.token_rate_limit);
        match key.path {
            "max_age" => {
                let seconds = self.config.timing.max_age.as_secs();
                let text = match seconds % 60 {
                    0 => format!("{}m", seconds / 60),
                    _ => format!("{seconds}s"),
                };
                Some(text.into())
            }
            // Nothing that goes out where it may not is in force.
            "api.plain_http" if !self.config.clusters.is_empty() => {
                let config = self.config;
                Some((config.tls.is_none() && !config.listen.is_loopback()).into())
            }
            "api.rate_limit_rps" => limit.map(|(rate, _)| i64::from(rate.get()).into()),
            "api.rate_limit_burst" => limit.map(|(_, burst)| i64::from(burst.get()).into()),
            "api.token_rate_limit_rps" => of_token.map(|(rate, _)| i64::from(rate.get()).into()),
            "api.token_rate_limit_burst" => {
                of_token.map(|(_, burst)| i64::from(burst.get()).into())
            }
            "store.url" => Some(self.config.store.place.to_string().into()),
            "store.queue" => Some(self.config.store.queue.display().to_string().into()),
            "cluster.storage_source" => Some(cluster?.storage.source().name().into()),
            "cluster.witnesses" => {
                let witnesses = cluster?.witnesses.iter();
                let names = witnesses.map(|witness| Value::from(witness.source().name()));
                Some(names.collect::<Vec<_>>().into())
            }
            _ => default_value(key),
        }
    }
}

/// The default as it stands in the table.
fn default_value(key: &Key) -> Option<Value> {
    let line = format!("it = {}", key.default);
    let mut table: toml::Table = line.parse().ok()?;
    table.remove("it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_of_the_table_is_a_value() {
        for key in KEYS {
            let there = default_value(key).is_some();
            assert_eq!(there, !key.default.is_empty(), "{}", key.path);
        }
    }
}
