//! Whether a host certificate fits a node: what its authority has put its name to, held against the
//! node's name and the time.
//!
//! The library checks the signature, and nothing else that is said here.

use jiff::Timestamp;
use russh::keys::{Algorithm, Certificate, HashAlg};

use crate::{clock, ssh::host_key::is_long_enough};

/// Why a host certificate does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is one for a user.
    #[error("it is made out for a user: make out one for the host with `ssh-keygen -s CA -h`")]
    User,
    /// Its time has not come.
    #[error("it is valid from {0} on: see the clock here, and the one where it was made out")]
    Early(String),
    /// Its time is over.
    #[error(
        "it was valid until {0}: make out a new one with `ssh-keygen -s CA -h`, and restart sshd there"
    )]
    Late(String),
    /// It is made out for other names.
    #[error(
        "it is made out for {listed}, and not for {name}: name the node in the settings as its certificate does, or make out a new one with `-n {name}`"
    )]
    OtherName {
        /// The names in it.
        listed: String,
        /// The node's.
        name: String,
    },
    /// It is made out for every name. OpenSSH refuses that from 10.3 on.
    #[error(
        "it is made out for no name, and so for every host: make out a new one with `ssh-keygen -s CA -h -n {0}`"
    )]
    NoName(String),
    /// It demands what we do not know.
    #[error(
        "it has the critical option {0}, and there is none for hosts: make out a new one without `-O`"
    )]
    Option(String),
    /// Its authority signed in a way that is not safe.
    #[error(
        "its authority signed with {0}, which nobody takes any more: sign a new one with Ed25519, ECDSA or `-t rsa-sha2-512`"
    )]
    Way(String),
    /// The key in it is too short.
    #[error("the RSA key in it has fewer than 1024 bits: give the node a new host key")]
    Short,
}

/// Whether the signature on the certificate is that of the authority that it names.
pub fn is_genuine(certificate: &Certificate) -> bool {
    // No way to sign with DSA is taken anyhow, and the library cannot verify it.
    certificate.signature_key().is_dsa() || certificate.verify_signature().is_ok()
}

/// Whether the certificate, which must be genuine, is one for a host of this name at this time.
///
/// # Errors
/// Why it is not, in the order in which OpenSSH looks.
pub fn fits(certificate: &Certificate, name: &str, at: Timestamp) -> Result<(), Unfit> {
    if !certificate.cert_type().is_host() {
        return Err(Unfit::User);
    }
    // Before 1970 nothing is valid.
    let Ok(now) = u64::try_from(at.as_second()) else {
        return Err(Unfit::Early(said(certificate.valid_after())));
    };
    if now < certificate.valid_after() {
        return Err(Unfit::Early(said(certificate.valid_after())));
    }
    if now >= certificate.valid_before() {
        return Err(Unfit::Late(said(certificate.valid_before())));
    }
    let names = certificate.valid_principals();
    if names.is_empty() {
        return Err(Unfit::NoName(name.to_owned()));
    }
    // To the letter: neither wildcards nor the other case of a letter.
    if !names.iter().any(|listed| listed == name) {
        let listed: Vec<_> = names
            .iter()
            .map(|listed| listed.escape_debug().to_string())
            .collect();
        return Err(Unfit::OtherName {
            listed: listed.join(" and "),
            name: name.to_owned(),
        });
    }
    if let Some(option) = certificate.critical_options().keys().next() {
        return Err(Unfit::Option(option.escape_debug().to_string()));
    }
    if !is_long_enough(certificate.public_key()) {
        return Err(Unfit::Short);
    }
    match certificate.signature().algorithm() {
        Algorithm::Ed25519
        | Algorithm::Ecdsa { .. }
        | Algorithm::SkEd25519
        | Algorithm::SkEcdsaSha2NistP256
        | Algorithm::Rsa {
            hash: Some(HashAlg::Sha256 | HashAlg::Sha512),
        } => Ok(()),
        other => Err(Unfit::Way(other.to_string())),
    }
}

/// A time of a certificate.
fn said(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().map(Timestamp::from_second);
    match at {
        Some(Ok(at)) => clock::rfc3339(at),
        _ => format!("second {seconds}"),
    }
}
