//! What every session is opened with: our key, the expected host keys, the parameters of SSH.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use russh::{client, keys::PrivateKey};

use crate::{
    secret::{self, Secret},
    ssh::{error::SshError, host_keys::HostKeys, offer::Offer},
};

/// How every session is opened.
#[derive(Clone, Debug)]
pub struct Login {
    /// Our private key: Ed25519, ECDSA or RSA (signed with SHA-2).
    pub key_file: PathBuf,
    /// The passphrase of the key, if it has one.
    pub key_passphrase: Option<Secret>,
    /// What the node's host key is held against.
    pub host_keys: HostKeys,
    /// For name, connection and handshake together, and again for the authentication.
    pub connect_timeout: Duration,
}

impl Login {
    /// The file of the key, as errors name it.
    pub fn key_name(&self) -> String {
        self.key_file.display().to_string()
    }
}

/// What we speak: these types of host key, no delay, and a sign of life every 15 s.
pub fn config(offer: Offer) -> client::Config {
    client::Config {
        preferred: russh::Preferred {
            host_key_certificates: offer.certificates.into(),
            key: offer.keys.into(),
            ..russh::Preferred::DEFAULT
        },
        keepalive_interval: Some(Duration::from_secs(15)),
        keepalive_max: 3,
        nodelay: true,
        ..client::Config::default()
    }
}

/// Our private key, read anew so that a new one works without a restart.
///
/// # Errors
/// `SshError::Key`, with the way out.
pub fn load_key(path: &Path, passphrase: Option<&Secret>) -> Result<PrivateKey, SshError> {
    let file = path.display();
    let failed = |why: String| SshError::Key { why };
    if let Ok(false) = path.try_exists() {
        return Err(failed(format!(
            "there is no file {file}: make it with `ssh-keygen -t ed25519 -f {file}`, and add its public half to authorized_keys on the nodes"
        )));
    }
    let text = secret::read_private(path).map_err(|error| failed(error.to_string()))?;
    decode_key(&text, passphrase).map_err(|why| failed(format!("{file} {why}")))
}

/// The private key of this text.
///
/// # Errors
/// What is wrong with it, and the way out, to stand behind the file's name.
pub fn decode_key(text: &str, passphrase: Option<&Secret>) -> Result<PrivateKey, &'static str> {
    let passphrase = passphrase.map(Secret::reveal);
    russh::keys::decode_secret_key(text, passphrase).map_err(|error| match (error, passphrase) {
        (russh::keys::Error::KeyIsEncrypted, _) => {
            "is encrypted: give its passphrase in key_passphrase_file or VSTORAGE_SSH_KEY_PASSPHRASE"
        }
        (_, Some(_)) => {
            "cannot be opened, or the passphrase is wrong: see that `ssh-keygen -y -f` takes both"
        }
        // The library's own words would show labels out of the file.
        (_, None) => {
            "holds no private key that we can read: name the file without `.pub`, an Ed25519, ECDSA or RSA key in OpenSSH's form or in PEM"
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_read_is_refused_without_a_word_of_it() {
        // A key in OpenSSH's form whose type is `canary-`, a NUL and an escape.
        const ODD: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAGQAAAAljYW5hcnktABsAAAAIeHh4eHh4eHgAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let text = format!(
            "-----BEGIN OPENSSH PRIVATE KEY-----\n{ODD}\n-----END OPENSSH PRIVATE KEY-----\n"
        );
        let why = decode_key(&text, None).expect_err("no key");
        assert!(!why.contains("canary") && !why.contains(char::is_control));
        assert!(why.starts_with("holds no private key"), "{why}");
    }
}
