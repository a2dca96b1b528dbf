//! No error without a row: the sources are read, and every sentence in a room that tells errors must
//! stand in this table, letter by letter, with something in each of its places.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::literals::{self, Literal};

/// Sources whose sentences are told to people when something is wrong.
const ROOMS: &[&str] = &[
    "amount.rs",
    "api",
    "cli",
    "cluster_name.rs",
    "config",
    "panel",
    "promql",
    "reason.rs",
    "secret.rs",
    "sim/error.rs",
    "sim/fault.rs",
    "source",
    "ssh",
    "store/error.rs",
    "unreadable.rs",
    "vstorage/error.rs",
    "web",
];
/// Those whose sentences are results, meanings and remarks, and no errors.
const RESULTS: &[&str] = &[
    "api/compute_body.rs",
    "api/legacy.rs",
    "api/metrics",
    "api/openapi.rs",
    "api/operations.rs",
    "api/parameters.rs",
    "api/storage_body.rs",
    "api/told.rs",
    "cli/caret.rs",
    "cli/check/base.rs",
    "cli/check/rows.rs",
    "cli/check/table.rs",
    "cli/check/text.rs",
    "cli/demo.rs",
    "cli/figures.rs",
    "cli/plain.rs",
    "cli/replay.rs",
    "cli/shown.rs",
    "cli/store.rs",
    "cli/summary_text.rs",
    "cli/supervisor.rs",
    "cli/upkeep.rs",
    "cli/verify.rs",
    "config/keys.rs",
    "source/queries.rs",
    "source/stat_keys.rs",
];
/// Where texts are held to the letter.
const HELD: &[&str] = &["tests/errors", "tests/config/tls.rs"];
/// Sentences of a result or of a help page in the other rooms, by their beginnings.
const NO_ERRORS: &[&str] = &[
    "/api/v1/clusters/{cluster}",
    "# For the settings file",
    "# The token",
    "# SHA-256 of",
    "# As a variable",
    "charges of {month}",
    "Compare each fingerprint",
    "Compare it with",
    "Interrupted behind",
    "LC_ALL=C timeout",
    "Nothing to write",
    "Nothing was measured",
    "Nothing was written",
    "private, max-age=",
    "the collector of {name}",
    "{cluster} {month} is closed since",
    "The panel's address",
    "What goes wrong",
    "{name}: cluster {}",
];
/// Errors behind a check that leaves nothing to them: what they say cannot be brought about.
const BEHIND: &[&str] = &[
    // The walk over the settings has told and taken out whatever serde could stumble over.
    "a duration is written with its unit",
    "a fingerprint, or a list of them",
    // Every body can be written.
    "the answer cannot be written",
    // A key that came over the wire can be written down.
    "{place}: a host key",
];
/// A text with fewer words is a word, a key or a part of a command.
const SENTENCE: usize = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(place: &Path, ending: &str) -> Vec<PathBuf> {
    if !place.is_dir() {
        return vec![place.to_owned()];
    }
    let entries = fs::read_dir(place).unwrap();
    let below = entries.flat_map(|entry| files(&entry.unwrap().path(), ending));
    let mut files: Vec<_> = below
        .filter(|file| file.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    files
}

/// Everything that the table holds, and what the broken reports are answered with.
fn table() -> Vec<String> {
    let places = HELD.iter().map(|place| root().join(place));
    let sources = places.flat_map(|place| files(&place, "rs"));
    let texts = sources.map(|file| fs::read_to_string(file).unwrap());
    let rows = texts.flat_map(|text| literals::of(&text));
    let mut rows: Vec<String> = rows.map(|literal| literal.text).collect();
    let answers = files(&root().join("fixtures/stat/broken"), "error");
    rows.extend(answers.iter().map(|file| fs::read_to_string(file).unwrap()));
    rows
}

/// The literals of a file of `src`, without its tests.
fn told(file: &Path) -> Vec<Literal> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    // An event of the log is for the log: what goes wrong is in its fields.
    let logged = code.split("tracing::").enumerate().map(|(index, part)| {
        let end = if index == 0 { 0 } else { behind_call(part) };
        let lines: String = part[..end].chars().filter(|c| *c == '\n').collect();
        format!("{lines}{}", &part[end..])
    });
    literals::of(&logged.collect::<String>())
}

/// Where the arguments of the macro end that the text begins with.
fn behind_call(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return at,
            ')' if !quoted => depth -= 1,
            // A type or a function of the library, and no event.
            '\n' | ';' if depth == 0 => return 0,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    0
}

fn words(pieces: &[String]) -> usize {
    let words = pieces.iter().flat_map(|piece| piece.split_whitespace());
    words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count()
}

#[test]
fn every_sentence_that_tells_an_error_has_a_row() {
    let (table, src) = (table(), root().join("src"));
    let mut without = Vec::new();
    let rooms = ROOMS.iter().flat_map(|room| files(&src.join(room), "rs"));
    for file in rooms {
        let name = file.strip_prefix(&src).unwrap().to_str().unwrap();
        if RESULTS.iter().any(|it| Path::new(name).starts_with(it)) {
            continue;
        }
        for Literal { line, text } in told(&file) {
            let pieces = literals::pieces(&text);
            let told = words(&pieces) < SENTENCE
                || NO_ERRORS
                    .iter()
                    .chain(BEHIND)
                    .any(|beginning| text.starts_with(beginning))
                || table.iter().any(|row| literals::holds(row, &pieces));
            if !told {
                without.push(format!("src/{name} line {line}: {text}"));
            }
        }
    }
    assert!(without.is_empty(), "no row holds:\n{}", without.join("\n"));
}

#[test]
fn every_derived_error_has_a_row_however_short() {
    let (table, src) = (table(), root().join("src"));
    let mut found = 0;
    for file in files(&src, "rs") {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for attribute in code.split("#[error(").skip(1) {
            let Some(literal) = literals::of(attribute).into_iter().next() else {
                continue;
            };
            if attribute.starts_with("transparent") {
                continue;
            }
            found += 1;
            let pieces = literals::pieces(&literal.text);
            let row = table.iter().any(|row| literals::holds(row, &pieces));
            assert!(row, "{}: no row holds `{}`", file.display(), literal.text);
        }
    }
    assert!(
        found > 40,
        "{found} errors are found: where are the others?"
    );
}

#[test]
fn what_is_no_error_is_still_there() {
    let src = root().join("src");
    let literals: Vec<Literal> = files(&src, "rs")
        .iter()
        .flat_map(|file| told(file))
        .collect();
    for beginning in NO_ERRORS.iter().chain(BEHIND) {
        let there = literals.iter().any(|it| it.text.starts_with(beginning));
        assert!(there, "`{beginning}` is in no source any more");
    }
    for name in ROOMS.iter().chain(RESULTS) {
        assert!(src.join(name).exists(), "{name} is no source any more");
    }
}
