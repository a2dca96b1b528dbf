//! `trust ssh`: a node's host keys, their fingerprints, and their lines for `known_hosts`.
//!
//! ```text
//! # [192.0.2.7]:2222 ssh-ed25519 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU
//! [192.0.2.7]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…
//! ```

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::ExitCode,
    time::Duration,
};

use russh::keys::{HashAlg, PublicKey};

use crate::{
    chain::chain,
    cli::{exit::Failure, plain::remark},
    clock,
    ssh::{
        host_key_problem::HostKeyProblem, known_hosts::lines_for, place::Place, shown,
        verdict::Case,
    },
    unreadable,
};

const COMPARE: &str =
    "Compare each fingerprint with what the node itself says before you trust it. On its console:
  for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done
(the Ed25519 key alone: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)";

/// Shows the keys, and writes their lines where that was asked for.
///
/// # Errors
/// When the node cannot be reached, or the file contradicts it or cannot be written.
pub async fn run(
    place: &Place,
    write: Option<&Path>,
    within: Duration,
) -> Result<ExitCode, Failure> {
    let keys = shown::host_keys(place, within)
        .await
        .map_err(|error| Failure::Unreached(chain(&error)))?;
    let name = place.known_as();
    let mut out = io::stdout().lock();
    let mut lines = Vec::new();
    for key in &keys {
        let fingerprint = key.fingerprint(HashAlg::Sha256);
        let text = key
            .to_openssh()
            .map_err(|error| Failure::Unreached(format!("{place}: a host key: {error}")))?;
        let line = format!("{name} {text}");
        writeln!(out, "# {name} {} {fingerprint}", key.algorithm())?;
        writeln!(out, "{line}")?;
        lines.push((key, line));
    }
    out.flush()?;
    remark(COMPARE)?;
    match write {
        None => remark("Nothing was written; --write FILE appends the lines to FILE.")?,
        Some(file) => append(place, &lines, file)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Appends what is not there yet. A file that expects another key is left as it is: a second line would
/// make the first one worthless.
fn append(place: &Place, lines: &[(&PublicKey, String)], file: &Path) -> Result<(), Failure> {
    let cannot = |doing: &str, why: String| {
        Failure::Usage(format!("cannot {doing} {}: {why}", file.display()))
    };
    let unwritten = |error| cannot("write", unreadable::why_not_written(&error));
    let there = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(cannot("read", unreadable::why(&error))),
    };
    let refused = |why: HostKeyProblem| {
        Failure::Usage(format!(
            "{place}: nothing was written, for {why}; where the new key is right, take the old line out first"
        ))
    };
    let known = lines_for(there.as_slice(), file, place).map_err(refused)?;
    let case = Case {
        node: place,
        path: file,
        at: clock::now(),
    };
    let mut new = String::new();
    for (key, line) in lines {
        if !case.is_listed(&known, key).map_err(refused)? {
            new.push_str(line);
            new.push('\n');
        }
    }
    if new.is_empty() {
        return Ok(remark(&format!(
            "Nothing to write: {} has them.",
            file.display()
        ))?);
    }
    if !there.is_empty() && !there.ends_with(b"\n") {
        new.insert(0, '\n');
    }
    let mut options = OpenOptions::new();
    let mut written = options
        .create(true)
        .append(true)
        .mode(0o644)
        .open(file)
        .map_err(unwritten)?;
    written.write_all(new.as_bytes()).map_err(unwritten)?;
    Ok(remark(&format!("Written to {}.", file.display()))?)
}
