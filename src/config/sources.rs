//! Which storage source of a cluster is billed, and which are its witnesses.

use crate::{
    config::words::Words,
    reading::Source,
    source::queries::{Queries, Written},
};

/// The names in the settings.
const NAMES: &str = "ssh, overview, prometheus or grafana";

/// The source that is billed: the one that is named, or the first whose settings are there; the panel's
/// overview needs none of its own. `None` where it is named wrongly.
pub fn billed(of: &mut Words<'_>, named: Option<&str>) -> Option<Source> {
    let (key, variable) = ("storage_source", "STORAGE_SOURCE");
    match of.word(variable, named) {
        None if of.is_spoiled(key) => None,
        None => {
            let order = [Source::Ssh, Source::Prometheus, Source::Grafana];
            let first = order.into_iter().find(|source| is_set(of, *source));
            Some(first.unwrap_or(Source::Overview))
        }
        Some(word) => match source(&word) {
            Some(source) => Some(source),
            None => of.wrong(
                key,
                variable,
                format!("it is no storage source: write {NAMES}, or leave it out"),
            ),
        },
    }
}

/// The sources that are compared with the billed one: those that are named, or every other one whose
/// settings are there. `None` where one is named wrongly.
pub fn witnesses(
    of: &mut Words<'_>,
    named: Option<&[String]>,
    billed: Option<Source>,
) -> Option<Vec<Source>> {
    let key = "witnesses";
    let Some(named) = named else {
        if of.is_spoiled(key) {
            return None;
        }
        let mut all = Source::ALL.to_vec();
        all.retain(|source| Some(*source) != billed && is_witness(of, *source));
        return Some(all);
    };
    let mut found: Vec<Source> = Vec::new();
    for word in named {
        let Some(source) = source(word) else {
            return of.wrong(
                key,
                "",
                format!("`{word}` is no storage source: write {NAMES}, each in quotes"),
            );
        };
        if billed == Some(source) {
            return of.wrong(
                key,
                "",
                format!(
                    "`{word}` is the source that is billed, and no witness of itself: leave it out"
                ),
            );
        }
        if found.contains(&source) {
            return of.wrong(
                key,
                "",
                format!("`{word}` stands there twice: name each source once"),
            );
        }
        if !is_set(of, source) && matches!(source, Source::Ssh | Source::Prometheus) {
            let wanted = match source {
                Source::Ssh => "nodes in [cluster.ssh]",
                _ => "url in [cluster.prometheus]",
            };
            return of.wrong(
                key,
                "",
                format!("`{word}` has no settings: set {wanted}, or leave it out"),
            );
        }
        found.push(source);
    }
    Some(found)
}

/// Whether anything in the settings speaks of this source. A half of them is meant for it, too: what is
/// missing is told then, and nothing else is billed in its place.
pub fn is_set(of: &Words<'_>, source: Source) -> bool {
    let (variables, credentials): (&[&str], &[&str]) = match source {
        Source::Ssh => (
            &[
                "VSTORAGE_NODES",
                "VSTORAGE_SSH_KEY",
                "VSTORAGE_SSH_KEY_PASSPHRASE",
                "VSTORAGE_KNOWN_HOSTS",
                "VSTORAGE_COMMAND",
            ],
            &["ssh-key", "ssh-key-passphrase", "known-hosts"],
        ),
        Source::Overview => return true,
        Source::Prometheus => (
            &["PROMETHEUS_URL"],
            &["prometheus-token", "prometheus-password"],
        ),
        Source::Grafana => (&["GRAFANA_API_KEY"], &["grafana-token"]),
    };
    of.is_written(source.name())
        || of.variables.set(variables).next().is_some()
        || credentials.iter().any(|name| of.is_handed(name))
}

/// Whether a source that nobody named is a witness. A key that is left over where another source is billed
/// by its name is not meant for one.
fn is_witness(of: &Words<'_>, source: Source) -> bool {
    match source {
        Source::Ssh => of.is_written("ssh") || of.variables.get("VSTORAGE_NODES").is_some(),
        _ => is_set(of, source),
    }
}

fn source(word: &str) -> Option<Source> {
    Source::ALL.into_iter().find(|it| it.name() == word)
}

/// The queries of a table; `None` where one is empty.
pub fn queries(of: &mut Words<'_>, table: &str, written: &Written) -> Option<Queries> {
    let mut legal = true;
    for (key, query) in [
        ("total_query", &written.total),
        ("free_query", &written.free),
        ("physical_total_query", &written.physical_total),
        ("physical_free_query", &written.physical_free),
    ] {
        if query.as_ref().is_some_and(|query| query.trim().is_empty()) {
            let why = "it is empty: write a query, or leave it out for the usual one";
            of.wrong::<()>(&format!("{table}.{key}"), "", why);
            legal = false;
        } else if written.is_deaf(query.as_deref()) {
            let why = "matcher is written, and does nothing here: put `$matcher` where it goes, or take matcher out";
            of.wrong::<()>(&format!("{table}.{key}"), "", why);
            legal = false;
        }
    }
    legal.then(|| Queries::new(written))
}
