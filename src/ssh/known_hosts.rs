//! The lines of a `known_hosts` file that speak of a node, with their numbers.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use russh::keys::ssh_key::known_hosts::Entry;

use crate::{
    ssh::{error::HostKeyProblem, pattern::speaks_of, place::Place},
    unreadable,
};

/// A line of the file that speaks of the node.
#[derive(Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// What stands there.
    pub entry: Entry,
}

/// What the file, or a text of the kind, says of the node. It is taken line by line, for every connection
/// reads it, and a large piece of memory that is freed between two sessions stays with the process.
///
/// # Errors
/// When it cannot be read to its end.
pub fn lines_for(
    file: impl BufRead,
    path: &Path,
    node: &Place,
) -> Result<Vec<Line>, HostKeyProblem> {
    let mut lines = Vec::new();
    let name = node.known_as().to_lowercase();
    for (text, number) in file.lines().zip(1..) {
        let text = text.map_err(|error| not_read(path, &error))?;
        lines.extend(line_for(&text, number, path, &name));
    }
    Ok(lines)
}

/// The file at this path.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<BufReader<File>, HostKeyProblem> {
    let file = File::open(path).map_err(|error| not_read(path, &error))?;
    Ok(BufReader::new(file))
}

fn not_read(path: &Path, error: &io::Error) -> HostKeyProblem {
    HostKeyProblem::File {
        place: path.display().to_string(),
        why: unreadable::why(error),
    }
}

fn line_for(text: &str, number: usize, path: &Path, name: &str) -> Option<Line> {
    if text.trim_start().starts_with('#') {
        return None;
    }
    // Of most lines nothing but the names is looked at, for the key costs more.
    let mut words = text.split_whitespace().peekable();
    words.next_if(|word| word.starts_with('@'));
    let names = words.next()?;
    if !names.parse().is_ok_and(|names| speaks_of(&names, name)) {
        return None;
    }
    // The library splits at single blanks; OpenSSH at any.
    let words: Vec<_> = text.split_whitespace().collect();
    // A line that OpenSSH cannot read is passed over there, too: it vouches for no key.
    let Ok(entry) = words.join(" ").parse() else {
        tracing::debug!(file = %path.display(), line = number, "a known_hosts line cannot be read");
        return None;
    };
    Some(Line { number, entry })
}
