//! Whether a node may show this key or certificate, by the lines that speak of it: OpenSSH's way.
//!
//! A certificate counts where its authority has an `@cert-authority` line and it fits; where it does not
//! count, the key in it is judged as if it had been shown without one. Another plain key of the node, of
//! whatever type, makes a key that is not listed a changed one. For another port than 22 the lines for the
//! name alone are asked where those for `[host]:port` know nothing.

use std::path::Path;

use jiff::Timestamp;
use russh::keys::{
    Certificate, HashAlg, PublicKey,
    ssh_key::{known_hosts::Marker, public::KeyData},
};

use crate::ssh::{
    certificate::{fits, is_genuine},
    host_key::plain_key,
    host_key_problem::HostKeyProblem,
    known_hosts::{Line, Lines},
    offer::revoked_by,
    place::Place,
};

/// What a node has shown, and proved to hold.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The key, of a certificate the one that it is made out for.
    pub key: &'a PublicKey,
    /// The certificate, if it is one.
    pub certificate: Option<&'a Certificate>,
}

/// Whose it is, where is said what is expected, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Whose it is.
    pub node: &'a Place,
    /// The file.
    pub path: &'a Path,
    /// When it was shown.
    pub at: Timestamp,
}

impl Case<'_> {
    /// Whether the node may show it.
    ///
    /// # Errors
    /// When it may not, and why: of several reasons the gravest.
    pub fn judge(self, lines: &Lines, shown: Shown<'_>) -> Result<(), HostKeyProblem> {
        if let Some(certificate) = shown.certificate.filter(|it| !is_genuine(it)) {
            return Err(HostKeyProblem::Forged {
                authority: fingerprint(certificate.signature_key()),
            });
        }
        let found = self.look(&[&lines.named, &lines.without_port], shown);
        found.map_err(|why| match (why, shown.certificate) {
            (HostKeyProblem::Unknown { .. }, Some(certificate)) => HostKeyProblem::Authority {
                node: Box::new(self.node.clone()),
                fingerprint: fingerprint(shown.key.key_data()),
                authority: fingerprint(certificate.signature_key()),
                place: self.path.display().to_string(),
            },
            (why, _) => why,
        })
    }

    /// By the first of these sets of lines, and by the next one where that knows nothing.
    fn look(self, sets: &[&[Line]], shown: Shown<'_>) -> Result<(), HostKeyProblem> {
        let Some((lines, next)) = sets.split_first() else {
            return Err(self.unknown(shown.key));
        };
        let mut problems = Vec::new();
        if let Some(certificate) = shown.certificate {
            if let Some(line) = revoked_by(lines, shown.key.key_data()) {
                return Err(self.revoked(line));
            }
            if let Some(line) = revoked_by(lines, certificate.signature_key()) {
                return Err(HostKeyProblem::RevokedAuthority {
                    fingerprint: fingerprint(&line.key),
                    place: self.place(line),
                });
            }
            match lines.iter().find(|line| names_authority(line, certificate)) {
                Some(line) => match fits(certificate, &self.node.name(), self.at) {
                    Ok(()) => return Ok(()),
                    Err(why) => problems.push(HostKeyProblem::Certificate {
                        place: self.place(line),
                        why,
                    }),
                },
                None => match self.look(next, shown) {
                    Ok(()) => return Ok(()),
                    Err(why) => problems.push(self.without_port(why, shown.key)),
                },
            }
        }
        match self.by_key(lines, shown.key) {
            Err(HostKeyProblem::Unknown { .. }) => {
                let alone = Shown {
                    certificate: None,
                    ..shown
                };
                match self.look(next, alone) {
                    Ok(()) => return Ok(()),
                    Err(why) => problems.push(self.without_port(why, shown.key)),
                }
            }
            Err(why) => problems.push(why),
            Ok(()) => return Ok(()),
        }
        let gravest = problems.into_iter().min_by_key(gravity);
        Err(gravest.unwrap_or_else(|| self.unknown(shown.key)))
    }

    fn by_key(self, lines: &[Line], key: &PublicKey) -> Result<(), HostKeyProblem> {
        if let Some(line) = revoked_by(lines, key.key_data()) {
            return Err(self.revoked(line));
        }
        let plain = || lines.iter().filter(|line| line.marker.is_none());
        if plain().any(|line| line.key == *key.key_data()) {
            return Ok(());
        }
        let of_this_type = |line: &&Line| plain_key(&line.key).algorithm() == key.algorithm();
        let others: Vec<_> = match plain().any(|line| of_this_type(&line)) {
            true => plain().filter(of_this_type).collect(),
            false => plain().collect(),
        };
        let Some(first) = others.first() else {
            return Err(self.unknown(key));
        };
        let expected: Vec<_> = others.iter().map(|line| fingerprint(&line.key)).collect();
        Err(HostKeyProblem::Changed {
            node: Box::new(self.node.clone()),
            expected: expected.join(" or "),
            fingerprint: fingerprint(key.key_data()),
            algorithm: key.algorithm().to_string(),
            place: self.place(first),
        })
    }

    /// Whether a line lists this very key for the node, under the node's name as the file has it.
    ///
    /// # Errors
    /// Where a line revokes it, or expects another key of its type.
    pub fn is_listed(self, lines: &Lines, key: &PublicKey) -> Result<bool, HostKeyProblem> {
        let may_stand_beside = |line: &&Line| {
            line.marker == Some(Marker::Revoked)
                || plain_key(&line.key).algorithm() == key.algorithm()
        };
        let of_this_type: Vec<_> = lines
            .named
            .iter()
            .filter(may_stand_beside)
            .cloned()
            .collect();
        match self.by_key(&of_this_type, key) {
            Ok(()) => Ok(true),
            Err(HostKeyProblem::Unknown { .. }) => Ok(false),
            Err(why) => Err(why),
        }
    }

    /// What a line for the name without the port has against it. OpenSSH looks there for the right key
    /// only, and another one says nothing of this port.
    fn without_port(self, why: HostKeyProblem, key: &PublicKey) -> HostKeyProblem {
        match why {
            HostKeyProblem::Changed { .. } => self.unknown(key),
            why => why,
        }
    }

    fn place(self, line: &Line) -> String {
        format!("{} line {}", self.path.display(), line.number)
    }

    fn revoked(self, line: &Line) -> HostKeyProblem {
        HostKeyProblem::Revoked {
            fingerprint: fingerprint(&line.key),
            place: self.place(line),
        }
    }

    fn unknown(self, key: &PublicKey) -> HostKeyProblem {
        HostKeyProblem::Unknown {
            node: Box::new(self.node.clone()),
            fingerprint: fingerprint(key.key_data()),
            algorithm: key.algorithm().to_string(),
            place: self.path.display().to_string(),
        }
    }
}

fn names_authority(line: &Line, certificate: &Certificate) -> bool {
    line.marker == Some(Marker::CertAuthority)
        && plain_key(&line.key) == certificate.signature_key()
}

/// The fingerprint as `ssh-keygen -lf` prints it.
pub fn fingerprint(key: &KeyData) -> String {
    plain_key(key).fingerprint(HashAlg::Sha256).to_string()
}

/// The gravest first.
fn gravity(problem: &HostKeyProblem) -> u8 {
    match problem {
        HostKeyProblem::Revoked { .. } | HostKeyProblem::RevokedAuthority { .. } => 0,
        HostKeyProblem::Changed { .. } => 1,
        HostKeyProblem::Forged { .. } | HostKeyProblem::Certificate { .. } => 2,
        HostKeyProblem::File { .. } => 3,
        HostKeyProblem::Authority { .. } | HostKeyProblem::Unknown { .. } => 4,
    }
}
