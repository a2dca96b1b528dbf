//! The pages that describe the settings: the README's list, and the example.

use std::fs;

use vhi_usage::config::keys::{self, KEYS, TABLES};

use crate::{place::Place, settings::problems};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page(name: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{name}")).unwrap()
}

#[test]
fn the_example_is_checked_in_silence() {
    let example = format!("{ROOT}/config.example.toml");
    let place = Place::new();
    let ended = place.run(&["config", "check", "--config", &example], 0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
    let shown = place
        .run(&["config", "show", "--config", &example], 0)
        .stdout;
    shown.parse::<toml::Table>().unwrap();
}

#[test]
fn the_readme_lists_every_setting_with_its_variable_in_the_order_of_the_table() {
    let readme = page("README.md");
    let (_, table) = readme.split_once("| TOML key |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut above = String::new();
    let mut found = Vec::new();
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if let Some(header) = cells[1].strip_prefix("**`") {
            above = format!("{}.", header.trim_matches(['[', ']', '`', '*']));
            continue;
        }
        let name = cells[1].trim_matches('`');
        let variable = cells[2].split('`').nth(1).unwrap_or("");
        found.push((format!("{above}{name}"), variable.to_owned()));
    }
    let known = KEYS
        .iter()
        .map(|key| (key.path.to_owned(), key.variable.to_owned()));
    assert_eq!(found, known.collect::<Vec<_>>());
}

#[test]
fn the_example_shows_every_setting_and_every_default() {
    let example = page("config.example.toml");
    let (first, _) = example.split_once("# A second cluster").unwrap();
    // A line of the settings has no blank behind its `#`.
    let settings: Vec<&str> = first
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
        .collect();
    let table: toml::Table = settings.join("\n").parse().unwrap();
    for key in KEYS {
        let mut value = &toml::Value::Table(table.clone());
        for part in key.path.split('.') {
            value = value.get(0).unwrap_or(value);
            value = value
                .get(part)
                .unwrap_or_else(|| panic!("{} is not shown", key.path));
        }
        if !key.default.is_empty() && key.path != "cluster.panel.username" {
            assert_eq!(value.to_string(), key.default, "{}", key.path);
        }
    }
    let place = Place::new();
    place.write("site.toml", &settings.join("\n"));
    for problem in problems(&place) {
        assert!(!problem.contains("no such key"), "{problem}");
        assert!(!problem.contains("of type"), "{problem}");
    }
}

#[test]
fn every_setting_has_a_table() {
    for key in KEYS {
        let (table, _) = key.split();
        assert!(
            table.is_empty() || keys::header(table).is_some(),
            "{}",
            key.path
        );
    }
    for (table, _) in TABLES {
        assert!(KEYS.iter().any(|key| key.split().0 == *table), "{table}");
    }
}
