//! Which types of host key a node is asked for, and in which order.
//!
//! A node has keys of several types and shows one: the first in our list that it has. So the verdict hangs
//! on the list, and ours is that of OpenSSH's client: certificates before keys, and what `known_hosts`
//! knows of the node before the rest. No SHA-1, no DSA.

use russh::{
    AlgorithmKind,
    keys::{
        Algorithm, EcdsaCurve, HashAlg,
        ssh_key::{known_hosts::Marker, public::KeyData},
    },
};

use crate::ssh::{host_key::plain_key, known_hosts::Line};

/// Every way in which a host key may sign, in OpenSSH's order.
const WAYS: [Algorithm; 6] = [
    Algorithm::Ed25519,
    ecdsa(EcdsaCurve::NistP256),
    ecdsa(EcdsaCurve::NistP384),
    ecdsa(EcdsaCurve::NistP521),
    rsa(HashAlg::Sha512),
    rsa(HashAlg::Sha256),
];

const fn ecdsa(curve: EcdsaCurve) -> Algorithm {
    Algorithm::Ecdsa { curve }
}

const fn rsa(hash: HashAlg) -> Algorithm {
    Algorithm::Rsa { hash: Some(hash) }
}

/// What is asked for in one handshake: certificates before keys, each the preferred first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The types of key for which a certificate is taken.
    pub certificates: Vec<Algorithm>,
    /// The types of key that are taken without one.
    pub keys: Vec<Algorithm>,
}

impl Offer {
    /// Every type of key, and no certificate.
    pub fn keys() -> Offer {
        Offer {
            certificates: Vec::new(),
            keys: WAYS.to_vec(),
        }
    }

    /// The keys of one type, and no certificate: for RSA each way to sign.
    pub fn of_type(kind: &Algorithm) -> Offer {
        let ways = WAYS.into_iter().filter(|way| type_of(way) == type_of(kind));
        Offer {
            certificates: Vec::new(),
            keys: ways.collect(),
        }
    }

    /// One for each type of key.
    pub fn each_type() -> impl Iterator<Item = Offer> {
        let kinds = WAYS.into_iter().filter(|way| *way != rsa(HashAlg::Sha256));
        kinds.map(|kind| Offer::of_type(&kind))
    }

    /// What is asked for where these lines speak of the node, one handshake after the other: the next one
    /// only where the node has nothing of the one before. SSH has certificates and keys in one list, but
    /// the library can only ask for all certificates before all keys.
    pub fn of_lines(lines: &[Line]) -> Vec<Offer> {
        let knows = |way: &Algorithm| is_known(lines, way);
        let authority = lines
            .iter()
            .any(|line| line.marker == Some(Marker::CertAuthority));
        // OpenSSH leaves its list as it is where the best type is known.
        let all = knows(&Algorithm::Ed25519);
        let part = |first: &dyn Fn(&Algorithm) -> bool| -> (Vec<Algorithm>, Vec<Algorithm>) {
            WAYS.into_iter().partition(|way| all || first(way))
        };
        let (mut certificates, later_certificates) = part(&|way| authority || knows(way));
        let (mut keys, later_keys) = part(&knows);
        if keys.is_empty() || later_certificates.is_empty() {
            certificates.extend(later_certificates);
            keys.extend(later_keys);
            return vec![Offer { certificates, keys }];
        }
        let later = Offer {
            certificates: later_certificates,
            keys: later_keys,
        };
        vec![Offer { certificates, keys }, later]
    }
}

/// Whether a handshake ended because the node has nothing of what it was asked for.
pub fn has_no_such_key(error: &russh::Error) -> bool {
    matches!(
        error,
        russh::Error::NoCommonAlgo {
            kind: AlgorithmKind::Key,
            ..
        }
    )
}

/// The type of key, whichever way it signs.
pub fn type_of(way: &Algorithm) -> Algorithm {
    match way {
        Algorithm::Rsa { .. } => Algorithm::Rsa { hash: None },
        other => other.clone(),
    }
}

/// Whether the first key of this type is not revoked; OpenSSH asks after no other.
fn is_known(lines: &[Line], way: &Algorithm) -> bool {
    let kind = type_of(way);
    let plain = |line: &&Line| {
        line.marker.is_none() && !line.key.is_certificate() && line.key.algorithm() == kind
    };
    let first = lines.iter().find(plain);
    first.is_some_and(|line| revoked_by(lines, &line.key).is_none())
}

/// The line that revokes this key.
pub fn revoked_by<'a>(lines: &'a [Line], key: &KeyData) -> Option<&'a Line> {
    let revoked = |line: &&Line| line.marker == Some(Marker::Revoked);
    lines
        .iter()
        .filter(revoked)
        .find(|line| plain_key(&line.key) == plain_key(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::known_hosts::lines_for;
    use std::path::Path;

    // Public halves of keys that were made for this test and thrown away.
    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINmtgYEHWDdv9Uv6rwuf4YvWT13iP0DleW0RdK4JPHTu";
    const P256: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";
    const FIRST_P256: [usize; 6] = [1, 0, 2, 3, 4, 5];

    /// Each handshake of a node of these lines: certificates, then keys, as places in [`WAYS`].
    #[track_caller]
    fn asks(lines: &str, expected: &[(&[usize], &[usize])]) {
        let text = lines.replace("ED25519", ED25519).replace("P256", P256);
        let node = "h".parse().expect("a place");
        let lines = lines_for(text.as_bytes(), Path::new("x"), &node).expect("lines");
        let ways = |places: &[usize]| places.iter().map(|at| WAYS[*at].clone()).collect();
        let offer = |(certificates, keys): &(&[usize], &[usize])| Offer {
            certificates: ways(certificates),
            keys: ways(keys),
        };
        let expected: Vec<_> = expected.iter().map(offer).collect();
        assert_eq!(Offer::of_lines(&lines.named), expected, "{text}");
    }

    #[test]
    fn what_is_known_of_a_node_is_asked_for_first() {
        let all = &[0, 1, 2, 3, 4, 5];
        asks("", &[(all, all)]);
        asks("h ED25519\nh P256", &[(all, all)]);
        asks(
            "h P256",
            &[(&[1], &[1]), (&[0, 2, 3, 4, 5], &[0, 2, 3, 4, 5])],
        );
        asks("@cert-authority h ED25519", &[(all, all)]);
        asks("@cert-authority h ED25519\nh P256", &[(all, &FIRST_P256)]);
        asks("h P256\n@revoked h P256", &[(all, all)]);
    }
}
