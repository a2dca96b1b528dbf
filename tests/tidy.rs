//! The house in order: every import goes down, every file says what it is for and stays short, every
//! fixture has its partner.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The rooms of `src`, top to ground. An import goes strictly down or stays in its room.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["config"],
    &["collector", "api"],
    &["sheet"],
    &["history"],
    &["period"],
    &["keeper", "lease"],
    &["statement"],
    &["store"],
    &["usage"],
    &["source", "sim", "witness", "figure"],
    &["drift", "promql"],
    &["reading", "ssh", "panel"],
    &["vstorage", "web", "headroom", "meter"],
    &["breaker"],
    &[
        "amount",
        "chain",
        "clock",
        "cluster_name",
        "condition",
        "digits",
        "hex",
        "pause",
        "reason",
        "secret",
        "stage",
    ],
    &["lock", "pulse", "unreadable", "words"],
];
/// A file that is longer holds a second noun.
const LONGEST: usize = 300;
/// Where one begins to look for it.
const LONG: usize = 280;

/// The files of `src` by module (`api::body`; `api` for `api/mod.rs`), without the map in `lib.rs`.
fn modules() -> BTreeMap<String, String> {
    let src = root().join("src");
    let mut modules = BTreeMap::new();
    for file in files_below(&src, "rs") {
        let place = file.strip_prefix(&src).unwrap().with_extension("");
        let name = place.to_str().unwrap().replace('/', "::");
        let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
        modules.insert(name, fs::read_to_string(&file).unwrap());
    }
    modules.remove("lib");
    modules
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Every path below the crate that a text names, in `use` lines and elsewhere, braces taken apart.
fn paths(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut paths = Vec::new();
    for head in ["crate::", "vhi_usage::"] {
        for (at, _) in code.match_indices(head) {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            if !code[..at].ends_with(word) {
                branches(&code[at + head.len()..], "", &mut paths);
            }
        }
    }
    paths
}

/// Takes one tree of a `use` line apart and returns the text behind it.
fn branches<'a>(text: &'a str, stem: &str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if let Some(behind) = rest.strip_prefix('}') {
                return behind;
            }
            let before = rest.len();
            rest = branches(rest, stem, paths);
            assert!(rest.len() < before, "cannot read an import at {rest:.40}");
        }
    }
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '*';
    let end = text.find(|c| !word(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = match (stem, name) {
        (stem, "self" | "*" | "") => stem.to_owned(),
        ("", name) => name.to_owned(),
        (stem, name) => format!("{stem}::{name}"),
    };
    if let Some(rest) = rest.strip_prefix("::") {
        return branches(rest, &path, paths);
    }
    paths.push(path);
    // `as` and the new name say nothing about where it comes from.
    rest.trim_start().strip_prefix("as ").map_or(rest, |rest| {
        rest.trim_start_matches(|c| word(c) || c == ' ')
    })
}

/// Which files each file imports. A folder's top imports all that it declares.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut imports = BTreeMap::new();
    for (module, text) in modules {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for path in paths(text) {
            let mut prefix = path.as_str();
            let target = loop {
                if let Some((target, _)) = modules.get_key_value(prefix) {
                    break target;
                }
                let shorter = prefix.rsplit_once("::");
                prefix = shorter
                    .unwrap_or_else(|| panic!("{module} names crate::{path}, which is no file"))
                    .0;
            };
            found.insert(target);
        }
        let below = format!("{module}::");
        found.extend(
            modules
                .keys()
                .filter(|other| other.starts_with(&below))
                .map(String::as_str),
        );
        imports.insert(module.as_str(), found);
    }
    imports
}

#[test]
fn every_room_has_a_floor_and_every_floor_its_rooms() {
    let modules = modules();
    let rooms: BTreeSet<&str> = modules.keys().map(|module| room(module)).collect();
    let housed: Vec<&str> = FLOORS
        .iter()
        .flat_map(|floor| floor.iter().copied())
        .collect();
    assert_eq!(rooms, housed.iter().copied().collect());
    assert_eq!(rooms.len(), housed.len(), "a room stands on two floors");
}

#[test]
fn every_import_goes_down() {
    let modules = modules();
    for (module, targets) in imports(&modules) {
        for target in targets {
            let (from, to) = (room(module), room(target));
            assert!(
                from == to || floor(from) < floor(to),
                "{module} imports {target}, which is not below it"
            );
        }
    }
}

#[test]
fn no_import_leads_back_to_where_it_came_from() {
    let modules = modules();
    let mut left = imports(&modules);
    // What imports nothing that is left cannot be part of a circle.
    loop {
        let done: Vec<&str> = left
            .keys()
            .copied()
            .filter(|file| left[file].is_empty())
            .collect();
        if done.is_empty() {
            break;
        }
        left.retain(|file, _| !done.contains(file));
        for targets in left.values_mut() {
            targets.retain(|target| !done.contains(target));
        }
    }
    assert!(left.is_empty(), "in a circle, or above one: {left:#?}");
}

#[test]
fn a_parent_is_named_only_by_the_tests_of_its_file() {
    for (module, text) in modules() {
        let named = |line: &&str| line.contains("super::") && line.trim() != "use super::*;";
        let found = text.lines().find(named);
        assert_eq!(found, None, "{module}: write the whole path");
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut files = modules();
    for folder in ["fuzz/src", "fuzz/fuzz_targets", "tests", "benches"] {
        for file in files_below(&root().join(folder), "rs") {
            let place = file.strip_prefix(root()).unwrap().to_str().unwrap();
            files.insert(place.to_owned(), fs::read_to_string(&file).unwrap());
        }
    }
    let mut sizes = Vec::new();
    for (module, text) in &files {
        assert!(
            text.starts_with("//! "),
            "{module} does not say what it is for"
        );
        sizes.push((text.lines().count(), module));
    }
    sizes.sort();
    let above = |limit| {
        sizes
            .iter()
            .filter(move |(lines, _)| *lines > limit)
            .collect::<Vec<_>>()
    };
    let (too_long, long) = (above(LONGEST), above(LONG));
    assert!(
        too_long.is_empty(),
        "too long: {too_long:?}; above {LONG}: {long:?}"
    );
}

#[test]
fn every_text_of_the_tool_has_the_partner_that_judges_it() {
    let stat = root().join("fixtures/stat");
    for text in files_below(&stat, "txt") {
        let broken = text.parent().is_some_and(|dir| dir.ends_with("broken"));
        let partner = text.with_extension(if broken { "error" } else { "json" });
        assert!(partner.is_file(), "{} is missing", partner.display());
    }
    for extension in ["json", "error"] {
        for partner in files_below(&stat, extension) {
            let text = partner.with_extension("txt");
            assert!(text.is_file(), "{} is missing", text.display());
        }
    }
}

#[test]
fn an_import_is_taken_apart_whatever_its_shape() {
    let text = "use crate::{\n    a::{b::{C, self}, d as e},\n    f,\n};\n// crate::no\nlet x = crate::g::h(1);";
    assert_eq!(paths(text), ["a::b::C", "a::b", "a::d", "f", "g::h"]);
}
