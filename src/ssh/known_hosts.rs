//! The lines of a `known_hosts` file that speak of a node, with their numbers.
//!
//! ```text
//! @cert-authority *.example ssh-ed25519 AAAA… the authority of the site
//! ```
//!
//! Read byte by byte as OpenSSH reads it: a line ends at a NUL, the file need be no text, a line that
//! OpenSSH cannot read is passed over, and a marker in front of other blanks than OpenSSH expects is none.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use russh::keys::ssh_key::{known_hosts::Marker, public::KeyData};

use crate::{
    ssh::{
        host_key::{after_blanks, read_key, word},
        host_key_problem::HostKeyProblem,
        pattern::speaks_of,
        place::Place,
    },
    unreadable,
};

/// A line of the file that speaks of the node.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// `@cert-authority` or `@revoked`, if anything.
    pub marker: Option<Marker>,
    /// The key, or the certificate, that stands there.
    pub key: KeyData,
}

/// What the file says of a node.
#[derive(Debug, Default)]
pub struct Lines {
    /// Under its name as the file has it: `host`, or `[host]:port` for another port than 22.
    pub named: Vec<Line>,
    /// Under the name without the port, for another port than 22. They count where the others know nothing.
    pub without_port: Vec<Line>,
    /// The numbers of the lines with an unknown marker, and of those that speak of the node with a key
    /// that cannot be read. They vouch for nothing and revoke nothing.
    pub unread: Vec<usize>,
}

/// What the file, or a text of the kind, says of the node. It is taken line by line, for every connection
/// reads it, and a large piece of memory that is freed between two sessions stays with the process.
///
/// # Errors
/// When it cannot be read to its end.
pub fn lines_for(
    mut file: impl BufRead,
    path: &Path,
    node: &Place,
) -> Result<Lines, HostKeyProblem> {
    let (known_as, name) = (node.known_as(), node.name());
    let mut lines = Lines::default();
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let read = file.read_until(b'\n', &mut bytes);
        if read.map_err(|error| not_read(path, &error))? == 0 {
            break;
        }
        let mut ends = bytes.split(|byte| matches!(byte, b'\n' | b'\0'));
        let text = after_blanks(ends.next().unwrap_or_default());
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let Some((marker, text)) = marker(text) else {
            tracing::debug!(file = %path.display(), line = number, "a known_hosts line has no marker that is known");
            lines.unread.push(number);
            continue;
        };
        let (names, text) = word(text);
        let named = speaks_of(names, &known_as);
        let without_port = node.port() != 22 && speaks_of(names, &name);
        // Of most lines nothing but the names is looked at, for the key costs more.
        if !named && !without_port {
            continue;
        }
        let Some(key) = read_key(text) else {
            tracing::debug!(file = %path.display(), line = number, "a known_hosts line cannot be read");
            lines.unread.push(number);
            continue;
        };
        let line = Line {
            number,
            marker,
            key,
        };
        lines
            .without_port
            .extend(without_port.then(|| line.clone()));
        lines.named.extend(named.then_some(line));
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

/// The marker in front of the names, and what follows it; `None` where it is one that OpenSSH does not take.
fn marker(text: &[u8]) -> Option<(Option<Marker>, &[u8])> {
    if !text.starts_with(b"@") {
        return Some((None, text));
    }
    // OpenSSH ends a marker at the first space of the line, wherever that is, and looks for a tab only then.
    let at = |blank| text.iter().position(|byte| *byte == blank);
    let (marker, rest) = text.split_at_checked(at(b' ').or_else(|| at(b'\t'))?)?;
    let marker = match marker {
        b"@cert-authority" => Marker::CertAuthority,
        b"@revoked" => Marker::Revoked,
        _ => return None,
    };
    let rest = after_blanks(rest);
    (!rest.starts_with(b"@")).then_some((Some(marker), rest))
}
