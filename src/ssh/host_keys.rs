//! Which host key a node may show.
//!
//! Either a `known_hosts` file as OpenSSH means it (`[host]:port`, hashed names, wildcards, negation,
//! several keys a host, `@revoked`), or pinned SHA-256 fingerprints. A key that is not expected is
//! refused; there is no trust on first use. The file is read at every connection, so that a mended
//! line works without a restart. Lines of certificate authorities are passed over: no host
//! certificate is asked for, so none can be shown.
//!
//! The check in russh is not used: it knows no wildcards and no revoked keys, takes an unreadable
//! file for an empty one, and a second key of one type for a changed one.

use std::path::{Path, PathBuf};

use russh::keys::{
    Algorithm, HashAlg, PublicKey,
    ssh_key::{Fingerprint, known_hosts::Marker},
};

use crate::ssh::{
    error::HostKeyProblem,
    known_hosts::{Line, lines_for, open},
    place::Place,
};

/// What a node's host key is held against.
#[derive(Clone, Debug)]
pub enum HostKeys {
    /// A file in the format of OpenSSH's `known_hosts`.
    File(PathBuf),
    /// SHA-256 fingerprints, any of which a node may show.
    Pinned(Vec<Fingerprint>),
}

impl HostKeys {
    /// The types of key that are expected of the node, so that it is asked for one of them first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn expected_types(&self, node: &Place) -> Result<Vec<Algorithm>, HostKeyProblem> {
        match self {
            HostKeys::Pinned(_) => Ok(Vec::new()),
            HostKeys::File(path) => Ok(lines_for(open(path)?, path, node)?
                .iter()
                .filter(|line| line.entry.marker().is_none())
                .map(|line| line.entry.public_key().algorithm())
                .collect()),
        }
    }

    /// Whether fingerprints are pinned, of which nobody knows the type of key.
    pub fn is_pinned(&self) -> bool {
        matches!(self, HostKeys::Pinned(_))
    }

    /// The type of the first of these keys that is pinned.
    pub fn pinned_of(&self, keys: Vec<PublicKey>) -> Option<Algorithm> {
        let HostKeys::Pinned(pins) = self else {
            return None;
        };
        let mut keys = keys.into_iter();
        let pinned = keys.find(|key| pins.contains(&key.fingerprint(HashAlg::Sha256)));
        pinned.map(|key| key.algorithm())
    }

    /// Whether the node may show this key.
    ///
    /// # Errors
    /// When it may not, and why.
    pub fn check(&self, node: &Place, key: &PublicKey) -> Result<(), HostKeyProblem> {
        let fingerprint = key.fingerprint(HashAlg::Sha256);
        match self {
            HostKeys::Pinned(pins) if pins.contains(&fingerprint) => Ok(()),
            HostKeys::Pinned(pins) => Err(HostKeyProblem::Changed {
                node: Box::new(node.clone()),
                expected: either(pins.iter().map(Fingerprint::to_string)),
                fingerprint: fingerprint.to_string(),
                algorithm: key.algorithm().to_string(),
                place: "host_key_sha256".to_owned(),
            }),
            HostKeys::File(path) => judge(&lines_for(open(path)?, path, node)?, path, node, key),
        }
    }
}

/// Whether the node may show this key, by the text of a `known_hosts` file at this path.
///
/// # Errors
/// When it may not, and why.
pub fn check(text: &str, path: &Path, node: &Place, key: &PublicKey) -> Result<(), HostKeyProblem> {
    judge(&lines_for(text.as_bytes(), path, node)?, path, node, key)
}

fn judge(lines: &[Line], path: &Path, node: &Place, key: &PublicKey) -> Result<(), HostKeyProblem> {
    let place = |line: &Line| format!("{} line {}", path.display(), line.number);
    let fingerprint = || key.fingerprint(HashAlg::Sha256).to_string();
    let same = |line: &&Line| line.entry.public_key().key_data() == key.key_data();
    let marked = |line: &&Line| line.entry.marker().is_some();
    if let Some(line) = lines
        .iter()
        .find(|line| line.entry.marker() == Some(&Marker::Revoked) && same(line))
    {
        return Err(HostKeyProblem::Revoked {
            fingerprint: fingerprint(),
            place: place(line),
        });
    }
    let plain = || lines.iter().filter(|line| !marked(line));
    if plain().any(|line| same(&line)) {
        return Ok(());
    }
    let of_this_type = |line: &&Line| line.entry.public_key().algorithm() == key.algorithm();
    Err(match plain().find(of_this_type) {
        Some(line) => HostKeyProblem::Changed {
            node: Box::new(node.clone()),
            expected: either(plain().filter(of_this_type).map(fingerprint_of)),
            fingerprint: fingerprint(),
            algorithm: key.algorithm().to_string(),
            place: place(line),
        },
        None => HostKeyProblem::Unknown {
            node: Box::new(node.clone()),
            fingerprint: fingerprint(),
            algorithm: key.algorithm().to_string(),
            place: path.display().to_string(),
        },
    })
}

fn fingerprint_of(line: &Line) -> String {
    let key = line.entry.public_key();
    key.fingerprint(HashAlg::Sha256).to_string()
}

fn either(fingerprints: impl Iterator<Item = String>) -> String {
    fingerprints.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::node::Node;

    // Public halves of keys that were made for this test and thrown away.
    const RIGHT: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINmtgYEHWDdv9Uv6rwuf4YvWT13iP0DleW0RdK4JPHTu";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILvCUbLL30/vivDVKBhr11Ml0XStZf4ayaCk6yhjh8NB";

    #[track_caller]
    fn verdict(lines: &str, node: &str) -> &'static str {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(
            file.path(),
            lines.replace("RIGHT", RIGHT).replace("OTHER", OTHER),
        )
        .expect("written");
        let key = PublicKey::from_openssh(RIGHT).expect("a key");
        let node: Node = node.parse().expect("a node");
        match HostKeys::File(file.path().into()).check(node.place(), &key) {
            Ok(()) => "ok",
            Err(HostKeyProblem::Unknown { .. }) => "unknown",
            Err(HostKeyProblem::Changed { .. }) => "changed",
            Err(HostKeyProblem::Revoked { .. }) => "revoked",
            Err(HostKeyProblem::File { .. }) => "file",
        }
    }

    #[test]
    fn a_host_is_known_by_name_port_and_pattern() {
        let cases = [
            ("node1.example RIGHT", "r@node1.example", "ok"),
            (
                "NODE1.example\tRIGHT comment here\r\n",
                "r@node1.EXAMPLE",
                "ok",
            ),
            ("# node1.example RIGHT", "r@node1.example", "unknown"),
            ("node2.example RIGHT", "r@node1.example", "unknown"),
            ("node1.example RIGHT", "r@node1.example:2222", "unknown"),
            ("[node1.example]:2222 RIGHT", "r@node1.example:2222", "ok"),
            ("*.example RIGHT", "r@node1.example", "ok"),
            ("node?.example RIGHT", "r@node1.example", "ok"),
            (
                "*.example,!node1.example RIGHT",
                "r@node1.example",
                "unknown",
            ),
            ("!node2.example,*.example RIGHT", "r@node1.example", "ok"),
            ("192.0.2.1,node1.example RIGHT", "r@192.0.2.1", "ok"),
        ];
        for (lines, node, expected) in cases {
            assert_eq!(verdict(lines, node), expected, "{lines}");
        }
    }

    #[test]
    fn another_key_of_the_type_is_a_changed_one_unless_one_matches() {
        assert_eq!(verdict("h OTHER", "r@h"), "changed");
        assert_eq!(verdict("h OTHER\nh RIGHT", "r@h"), "ok");
        assert_eq!(verdict("h RIGHT\n@revoked * RIGHT", "r@h"), "revoked");
        assert_eq!(verdict("@cert-authority h OTHER\nh RIGHT", "r@h"), "ok");
        assert_eq!(verdict("@cert-authority h RIGHT", "r@h"), "unknown");
        assert_eq!(verdict("h no-key-at-all", "r@h"), "unknown");
    }

    #[test]
    fn a_hashed_name_is_found() {
        // Written by `ssh-keygen -H`.
        let plain = "|1|pITaQgK8s8sb1Mq85+VBeo50iV8=|5VpqmskpnUEJCnFs+QwcPuteeAU= RIGHT";
        assert_eq!(verdict(plain, "r@h"), "ok");
        assert_eq!(verdict(plain, "r@i"), "unknown");
        let with_port = "|1|ofbsOBL62Loq71wYz7H45W+FphQ=|+sE3MwZjFIVI/kIcQ0adjoqZRf4= RIGHT";
        assert_eq!(verdict(with_port, "r@node1.example:2222"), "ok");
        assert_eq!(verdict(with_port, "r@node1.example"), "unknown");
    }

    #[test]
    fn a_file_that_is_not_there_is_no_empty_one() {
        let node: Place = "h".parse().expect("a place");
        let key = PublicKey::from_openssh(RIGHT).expect("a key");
        let keys = HostKeys::File("/nonexistent/known_hosts".into());
        let problem = keys.check(&node, &key).expect_err("no file");
        assert!(matches!(problem, HostKeyProblem::File { .. }));
    }
}
