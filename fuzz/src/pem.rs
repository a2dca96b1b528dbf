//! What stands in PEM, and what is written as a fingerprint: certificate authorities, private keys, pins.
//! What cannot be read is refused in one sentence that shows nothing of it.

use crate::{
    drawn::{Drawn, Input},
    mutated,
};
use russh::keys::{HashAlg, ssh_key::LineEnding};
use vhi_usage::{
    config::ssh::fingerprint,
    panel::trust::{self, Pin},
    ssh::login,
};

/// Texts to begin with: made for this, and worth nothing.
const TEXTS: [&str; 6] = [
    include_str!("../pem/authority.pem"),
    include_str!("../pem/ed25519"),
    include_str!("../pem/ed25519-encrypted"),
    include_str!("../pem/ecdsa.pem"),
    include_str!("../pem/rsa"),
    include_str!("../pem/pkcs8.pem"),
];
/// Words that a mutation puts in.
const WORDS: [&str; 10] = [
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "=",
    "AAAA",
    ": ",
    "-----",
];
/// Shorter lines may stand in an error by chance, and so may lines that are not in base 64.
const TELLING: usize = 20;

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => {
            authorities(bytes);
            private_key(&text);
            prints(&text);
        }
        Input::Drawn(_, mut it) => {
            let lines = lines(&mut it);
            let bytes = mutated::bytes(&mut it, lines, &WORDS);
            authorities(&bytes);
            private_key(&String::from_utf8_lossy(&bytes));
            prints(&fingerprint_text(&mut it));
        }
    }
}

fn lines(it: &mut Drawn<'_>) -> Vec<String> {
    let texts = (0..1 + it.below(2)).map(|_| it.one_of(&TEXTS));
    texts
        .flat_map(|text| text.lines().map(str::to_owned))
        .collect()
}

fn fingerprint_text(it: &mut Drawn<'_>) -> String {
    let many = it.one_of(&[43, 42, 44, 64, 32]);
    let letters = b"0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz+/=:";
    let known = it.one_of(&[16, 22, letters.len()]);
    let text: String = (0..many)
        .map(|_| char::from(letters[it.below(known)]))
        .collect();
    let before = it.one_of(&["", "SHA256:", " ", "MD5:"]);
    format!("{before}{text}{}", it.one_of(&["", "=", " "]))
}

fn authorities(pem: &[u8]) {
    match trust::roots(pem) {
        Ok(roots) => assert!(!roots.is_empty()),
        Err(why) => is_a_sentence(&why, &String::from_utf8_lossy(pem)),
    }
}

fn private_key(text: &str) {
    let key = login::decode_key(text, None);
    let again = login::decode_key(text, None);
    let print = |key: &russh::keys::PrivateKey| key.fingerprint(HashAlg::Sha256);
    assert_eq!(
        again.as_ref().map(print),
        key.as_ref().map(print),
        "read twice"
    );
    match key {
        Ok(key) => {
            let written = key
                .to_openssh(LineEnding::LF)
                .expect("a key that was read can be written");
            let read = login::decode_key(&written, None).expect("what was written can be read");
            assert_eq!(print(&read), print(&key));
        }
        Err(why) => is_a_sentence(why, text),
    }
}

/// One line, and none of the text in it.
fn is_a_sentence(why: &str, text: &str) {
    assert!(
        !why.is_empty() && !why.contains(char::is_control),
        "{why:?}"
    );
    let coded = |line: &&str| {
        line.bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"+/=".contains(&c))
    };
    for line in text.lines().map(str::trim).filter(coded) {
        assert!(
            line.len() < TELLING || !why.contains(line),
            "{why:?} shows {line:?}"
        );
    }
}

fn prints(text: &str) {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let is_pin = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pin = text.parse::<Pin>();
    assert_eq!(pin.is_ok(), is_pin, "{text:?}");
    if let Ok(pin) = pin {
        assert_eq!(pin.to_string(), digits.to_lowercase());
        assert_eq!(pin.to_string().parse(), Ok(pin));
    }
    if let Some(print) = fingerprint(text) {
        let letters = text
            .trim()
            .trim_end_matches('=')
            .trim_start_matches("SHA256:");
        assert_eq!(print.to_string(), format!("SHA256:{letters}"));
        assert_eq!(letters.len(), 43);
        assert_eq!(fingerprint(&print.to_string()), Some(print));
    }
}
