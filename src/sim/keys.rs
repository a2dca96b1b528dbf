//! What the two sides of a connection know each other by, made anew for each run.
//!
//! ```text
//! [127.0.0.1]:40001 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…
//! ```

use std::net::SocketAddr;

use russh::keys::{
    Algorithm, PrivateKey, PublicKey,
    key::safe_rng,
    ssh_key::{self, LineEnding},
};
use rustls::crypto::ring;

use crate::{hex, sim::error::SimError};

/// A key for a host or a user.
pub(crate) fn create() -> Result<PrivateKey, SimError> {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519);
    written("key", key)
}

/// A private key as an OpenSSH file.
pub(crate) fn private_text(key: &PrivateKey) -> Result<String, SimError> {
    let text = written("user's key", key.to_openssh(LineEnding::LF))?;
    Ok(text.to_string())
}

/// The line of a `known_hosts` file for a host key, without the line's end.
pub(crate) fn known_hosts(address: SocketAddr, key: &PublicKey) -> Result<String, SimError> {
    let key = written("host key", key.to_openssh())?;
    Ok(format!("[{}]:{} {key}", address.ip(), address.port()))
}

/// Random bytes from the system, as 64 digits of lower-case hex.
pub(crate) fn random_word() -> Result<String, SimError> {
    let mut bytes = [0; 32];
    match ring::default_provider().secure_random.fill(&mut bytes) {
        Ok(()) => Ok(hex::lower(&bytes)),
        Err(_) => Err(SimError::Random),
    }
}

fn written<T>(what: &'static str, key: Result<T, ssh_key::Error>) -> Result<T, SimError> {
    key.map_err(|source| SimError::Key { what, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_differ() {
        let word = random_word().unwrap();
        assert_eq!(word.len(), 64);
        assert_ne!(word, random_word().unwrap());
    }

    #[test]
    fn a_private_key_reads_back() {
        let key = create().unwrap();
        let text = private_text(&key).unwrap();
        let read = russh::keys::decode_secret_key(&text, None).unwrap();
        assert_eq!(read.public_key().key_data(), key.public_key().key_data());
    }
}
