//! Which host key a node may show.
//!
//! Either a `known_hosts` file as OpenSSH means it (`[host]:port`, hashed names, wildcards, negation,
//! several keys a host, `@revoked`, `@cert-authority`), or pinned SHA-256 fingerprints. A key that is not
//! expected is refused; there is no trust on first use. The file is read at every connection, so that a
//! mended line works without a restart.
//!
//! A pin is one of a key, so no certificate is asked for where keys are pinned.
//!
//! The check in russh is not used: it knows no wildcards, no authorities and no revoked keys, takes an
//! unreadable file for an empty one, and a second key of one type for a changed one.

use std::{
    iter::once,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use russh::keys::{HashAlg, ssh_key::Fingerprint};

use crate::ssh::{
    error::{ConnectFailure, SshError},
    host_key_problem::HostKeyProblem,
    known_hosts::{Lines, lines_for, open},
    offer::{Offer, has_no_such_key},
    place::Place,
    verdict::{Case, Shown},
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
    /// What the node is asked for, one handshake after the other.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn offers(&self, node: &Place) -> Result<Vec<Offer>, HostKeyProblem> {
        match self {
            // A node shows one key, and the pinned one may be of another type.
            HostKeys::Pinned(_) => Ok(once(Offer::keys()).chain(Offer::each_type()).collect()),
            HostKeys::File(path) => Ok(Offer::of_lines(&read(path, node)?.named)),
        }
    }

    /// Whether a node that failed a handshake like this may have another key that is expected.
    pub fn may_have_another(&self, error: &SshError) -> bool {
        match error {
            SshError::Connect {
                why: ConnectFailure::Handshake(error),
                ..
            } => has_no_such_key(error),
            SshError::HostKey { .. } => matches!(self, HostKeys::Pinned(_)),
            _ => false,
        }
    }

    /// Whether the node may show this at this time.
    ///
    /// # Errors
    /// When it may not, and why.
    pub fn check(
        &self,
        node: &Place,
        shown: Shown<'_>,
        at: Timestamp,
    ) -> Result<(), HostKeyProblem> {
        let fingerprint = shown.key.fingerprint(HashAlg::Sha256);
        match self {
            HostKeys::Pinned(pins) if pins.contains(&fingerprint) => Ok(()),
            HostKeys::Pinned(pins) => Err(HostKeyProblem::Changed {
                node: Box::new(node.clone()),
                expected: pins
                    .iter()
                    .map(Fingerprint::to_string)
                    .collect::<Vec<_>>()
                    .join(" or "),
                fingerprint: fingerprint.to_string(),
                algorithm: shown.key.algorithm().to_string(),
                place: "host_key_sha256".to_owned(),
            }),
            HostKeys::File(path) => {
                let lines = read(path, node)?;
                Case { node, path, at }.judge(&lines, shown)
            }
        }
    }
}

/// What the file at this path says of the node.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path, node: &Place) -> Result<Lines, HostKeyProblem> {
    lines_for(open(path)?, path, node)
}

#[cfg(test)]
mod tests {
    use russh::keys::PublicKey;

    use super::*;
    use crate::{clock, ssh::node::Node};

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
        let shown = Shown {
            key: &key,
            certificate: None,
        };
        match HostKeys::File(file.path().into()).check(node.place(), shown, clock::now()) {
            Ok(()) => "ok",
            Err(HostKeyProblem::Unknown { .. }) => "unknown",
            Err(HostKeyProblem::Changed { .. }) => "changed",
            Err(HostKeyProblem::Revoked { .. }) => "revoked",
            Err(other) => panic!("of no such kind: {other}"),
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
            ("node1.example RIGHT", "r@node1.example:2222", "ok"),
            ("node1.example OTHER", "r@node1.example:2222", "unknown"),
            (
                "[node1.example]:2222 OTHER\nnode1.example RIGHT",
                "r@node1.example:2222",
                "changed",
            ),
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
        let shown = Shown {
            key: &key,
            certificate: None,
        };
        let problem = keys.check(&node, shown, clock::now()).expect_err("no file");
        assert!(matches!(problem, HostKeyProblem::File { .. }));
    }
}
