//! A host key or certificate as it stands in a line of `known_hosts`.
//!
//! ```text
//! ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA… a comment
//! ```

use russh::keys::{Algorithm, Certificate, PublicKey, ssh_key::public::KeyData};

/// OpenSSH reads no RSA key with fewer bits.
const LEAST_RSA_BITS: u32 = 1024;

/// The key of `type base64 comment`; `None` where OpenSSH reads none.
pub fn read_key(text: &[u8]) -> Option<KeyData> {
    let (kind, text) = word(text);
    let (base64, _comment) = word(text);
    let kind = str::from_utf8(kind).ok()?;
    // OpenSSH passes over every other kind of blank in the key, such as the CR of a line that ends with CR LF.
    let skipped = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'\x0b';
    let base64: Vec<u8> = base64.iter().filter(|it| !skipped(it)).copied().collect();
    let base64 = String::from_utf8(base64).ok()?;
    let plain = |algorithm| match algorithm {
        Algorithm::Rsa { .. } => Algorithm::Rsa { hash: None },
        other => other,
    };
    let key = match Algorithm::new(kind).ok()? {
        Algorithm::Other(_) => {
            let kind = plain(Algorithm::new_certificate(kind).ok()?).to_certificate_type();
            let certificate = Certificate::from_openssh(&format!("{kind} {base64}")).ok()?;
            certificate.verify_signature().ok()?;
            KeyData::Certificate(Box::new(certificate))
        }
        algorithm => {
            let kind = plain(algorithm);
            let key = PublicKey::from_openssh(&format!("{kind} {base64}")).ok()?;
            key.key_data().clone()
        }
    };
    is_long_enough(plain_key(&key)).then_some(key)
}

/// The key itself: of a certificate, the one that it is made out for.
pub fn plain_key(key: &KeyData) -> &KeyData {
    match key {
        KeyData::Certificate(certificate) => certificate.public_key(),
        key => key,
    }
}

/// Whether OpenSSH takes a key of this length.
pub fn is_long_enough(key: &KeyData) -> bool {
    let KeyData::Rsa(key) = key else {
        return true;
    };
    let modulus = key.n().as_positive_bytes().unwrap_or_default();
    let unused = modulus.first().map_or(0, |first| first.leading_zeros());
    key.key_size() >= LEAST_RSA_BITS + unused
}

/// Up to the next blank, and what follows the blanks.
pub fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    let (word, rest) = text
        .split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or((text, b""));
    (word, after_blanks(rest))
}

/// Without the blanks in front.
pub fn after_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
    text.get(start.unwrap_or(text.len())..).unwrap_or_default()
}
