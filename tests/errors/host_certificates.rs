//! A node whose host certificate is not what it must be.

use jiff::Timestamp;
use russh::keys::{
    Algorithm, Certificate, PrivateKey, PublicKey,
    key::safe_rng,
    ssh_key::certificate::{Builder, CertType},
};
use vhi_usage::{
    chain::chain,
    ssh::{
        certificate::Unfit,
        error::SshError,
        host_key_problem::HostKeyProblem,
        host_keys::HostKeys,
        node::Node,
        verdict::{Shown, fingerprint},
    },
};

use crate::told::Mask;

/// Noon of a day.
const NOW: &str = "2026-06-15T12:00:00Z";

/// A node's key, its authority, and a file for known hosts.
struct Site {
    host: PrivateKey,
    authority: PrivateKey,
    known_hosts: tempfile::NamedTempFile,
}

impl Site {
    fn new() -> Site {
        let key = || PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap();
        let site = Site {
            host: key(),
            authority: key(),
            known_hosts: tempfile::NamedTempFile::new().unwrap(),
        };
        site.knows("@cert-authority");
        site
    }

    /// The file has one line for the authority.
    fn knows(&self, marker: &str) {
        let authority = self.authority.public_key().to_openssh().unwrap();
        let line = format!("{marker} *.example {authority}\n");
        std::fs::write(self.known_hosts.path(), line).unwrap();
    }

    /// A certificate of that day, and of whatever else is to be in it.
    fn certificate(&self, more: impl FnOnce(&mut Builder)) -> Certificate {
        let at = |text: &str| u64::try_from(second(text)).unwrap();
        let (from, until) = (at("2026-06-15T00:00:00Z"), at("2026-06-16T00:00:00Z"));
        let rng = &mut safe_rng();
        let mut it = Builder::new_with_random_nonce(rng, self.host.public_key(), from, until);
        let it_is = it.as_mut().unwrap();
        it_is.serial(7).unwrap();
        more(it_is);
        it.unwrap().sign(&self.authority).unwrap()
    }

    /// One that fits the node, but for what else is in it.
    fn right(&self, more: impl FnOnce(&mut Builder)) -> Certificate {
        self.certificate(|it| {
            it.cert_type(CertType::Host).unwrap();
            it.valid_principal("node1.example").unwrap();
            more(it);
        })
    }

    #[track_caller]
    fn says(&self, certificate: &Certificate, at: &str, sentence: &str) {
        let node: Node = "root@node1.example".parse().unwrap();
        let key = PublicKey::from(certificate.public_key().clone());
        let shown = Shown {
            key: &key,
            certificate: Some(certificate),
        };
        let at = Timestamp::from_second(second(at)).unwrap();
        let file = HostKeys::File(self.known_hosts.path().to_owned());
        let why = file.check(node.place(), shown, at).unwrap_err();
        let error = SshError::HostKey { node, why };
        Mask::default()
            .of(self.known_hosts.path().display(), "FILE")
            .of(fingerprint(key.key_data()), "SHA256:SHOWN")
            .of(
                fingerprint(self.authority.public_key().key_data()),
                "SHA256:AUTHORITY",
            )
            .says(
                chain(&error),
                &format!("root@node1.example: the host key is not trusted, so the node is left alone until that is mended: {sentence}"),
            );
    }
}

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

#[test]
fn an_authority_that_is_unknown_or_revoked() {
    let site = Site::new();
    let right = site.right(|_| {});
    site.knows("# @cert-authority");
    site.says(
        &right,
        NOW,
        "it shows a certificate that SHA256:AUTHORITY signed for SHA256:SHOWN, and no line of FILE has that authority or that key for it: compare the authority with that of the site and add its `@cert-authority` line, or the line that `vhi-usage trust ssh node1.example` prints",
    );
    site.knows("@revoked");
    site.says(
        &right,
        NOW,
        "FILE line 1 revokes SHA256:AUTHORITY, the authority of the certificate that it shows: have another authority sign the node's host key, and give its line to the file",
    );
}

#[test]
fn a_certificate_that_does_not_fit() {
    let site = Site::new();
    let head = "it shows a certificate of the authority in FILE line 1, but";
    let right = site.right(|_| {});
    site.says(
        &right,
        "2026-06-14T23:59:59Z",
        &format!(
            "{head} it is valid from TIME on: see the clock here, and the one where it was made out"
        ),
    );
    site.says(
        &right,
        "2026-06-16T00:00:00Z",
        &format!("{head} it was valid until TIME: make out a new one with `ssh-keygen -s CA -h`, and restart sshd there"),
    );
    let user = site.certificate(|it| {
        it.valid_principal("node1.example").unwrap();
    });
    site.says(
        &user,
        NOW,
        &format!(
            "{head} it is made out for a user: make out one for the host with `ssh-keygen -s CA -h`"
        ),
    );
    let other = site.certificate(|it| {
        it.cert_type(CertType::Host).unwrap();
        it.valid_principal("Node1.example").unwrap();
        it.valid_principal("\u{1b}[0m").unwrap();
    });
    site.says(
        &other,
        NOW,
        &format!("{head} it is made out for Node1.example and \\u{{1b}}[0m, and not for node1.example: name the node in the settings as its certificate does, or make out a new one with `-n node1.example`"),
    );
    let any = site.certificate(|it| {
        it.cert_type(CertType::Host).unwrap();
        it.all_principals_valid().unwrap();
    });
    site.says(
        &any,
        NOW,
        &format!("{head} it is made out for no name, and so for every host: make out a new one with `ssh-keygen -s CA -h -n node1.example`"),
    );
    let demanding = site.right(|it| {
        it.critical_option("force-command", "true").unwrap();
    });
    site.says(
        &demanding,
        NOW,
        &format!("{head} it has the critical option force-command, and there is none for hosts: make out a new one without `-O`"),
    );
}

#[test]
fn a_certificate_that_its_authority_has_not_signed() {
    let site = Site::new();
    let mut bytes = site.right(|_| {}).to_bytes().unwrap();
    let serial = 7_u64.to_be_bytes();
    let at = bytes.windows(8).position(|it| it == serial).unwrap();
    bytes[at] = 1;
    site.says(
        &Certificate::from_bytes(&bytes).unwrap(),
        NOW,
        "it shows a certificate with the name of the authority SHA256:AUTHORITY, which has not signed it: make out a new one with `ssh-keygen -s CA -h`, and if that one was right, somebody is in between",
    );
}

#[test]
fn what_no_tool_of_today_makes_has_its_words_all_the_same() {
    let says = |why, sentence: &str| {
        let place = "FILE line 1".to_owned();
        let problem = HostKeyProblem::Certificate { place, why };
        let expected =
            format!("it shows a certificate of the authority in FILE line 1, but {sentence}");
        assert_eq!(problem.to_string(), expected);
    };
    says(
        Unfit::Way("ssh-rsa".to_owned()),
        "its authority signed with ssh-rsa, which nobody takes any more: sign a new one with Ed25519, ECDSA or `-t rsa-sha2-512`",
    );
    says(
        Unfit::Short,
        "the RSA key in it has fewer than 1024 bits: give the node a new host key",
    );
}
