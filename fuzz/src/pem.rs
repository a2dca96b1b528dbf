//! What stands in PEM, and what is written as a fingerprint: certificate authorities, our own certificate,
//! private keys, pins. What cannot be read is refused in one sentence that shows nothing of it.

use crate::{
    drawn::{Drawn, Input},
    mutated,
};
use jiff::{SignedDuration, Timestamp};
use russh::keys::{
    HashAlg, PrivateKey,
    ssh_key::{Fingerprint, Kdf, LineEnding},
};
use vhi_usage::{
    api::certificate::Files,
    config::ssh::fingerprint,
    secret::Secret,
    ssh::login,
    web::trust::{self, Pin},
};

/// Texts to begin with: made for this, and worth nothing.
const TEXTS: [&str; 8] = [
    include_str!("../pem/authority.pem"),
    include_str!("../pem/pair.pem"),
    include_str!("../pem/ed25519"),
    include_str!("../pem/ed25519-encrypted"),
    include_str!("../pem/ecdsa.pem"),
    include_str!("../pem/rsa"),
    include_str!("../pem/rsa-encrypted.pem"),
    include_str!("../pem/pkcs8.pem"),
];
/// What opens those of them that are locked.
const PASSPHRASE: &str = "made-for-this";
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
/// So long before its end a certificate is warned of.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Shorter lines may stand in an error by chance, and so may lines that are not in base 64.
const TELLING: usize = 20;

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => {
            authorities(bytes);
            own(bytes, &text);
            private_key(&text);
            locked_key(&text);
            prints(&text);
        }
        Input::Drawn(_, mut it) => {
            let lines = lines(&mut it);
            let bytes = mutated::bytes(&mut it, lines, &WORDS);
            let text = String::from_utf8_lossy(&bytes);
            authorities(&bytes);
            own(&bytes, &text);
            private_key(&text);
            locked_key(&text);
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

/// The certificate of our own HTTP side, with its key in the same text.
fn own(pem: &[u8], text: &str) {
    let files = Files {
        certificate: "own.pem".into(),
        key: "own.key".into(),
    };
    let own = match files.decode(pem, text) {
        Ok(own) => own,
        Err(error) => return is_a_sentence(&error.to_string(), text),
    };
    let first = own.pair.cert.first().expect("a certificate was read");
    assert_eq!(own.sha256, Pin::of(first).to_string());
    assert_eq!(
        own.notice(own.begins).is_none(),
        own.ends.duration_since(own.begins) >= MONTH
    );
    assert!(own.notice(own.ends).is_some());
    for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        own.notice(at).inspect(|notice| is_a_sentence(notice, text));
    }
}

fn print(key: &PrivateKey) -> Fingerprint {
    key.fingerprint(HashAlg::Sha256)
}

fn private_key(text: &str) {
    let key = login::decode_key(text, None);
    let again = login::decode_key(text, None);
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

/// A passphrase opens what it locks, and changes nothing of what is open.
fn locked_key(text: &str) {
    if !is_soon_tried(text) {
        return;
    }
    let word = Secret::new(PASSPHRASE);
    match login::decode_key(text, word.as_ref()) {
        Ok(key) => {
            if let Ok(open) = login::decode_key(text, None) {
                assert_eq!(print(&open), print(&key));
            }
        }
        Err(why) => {
            assert!(!why.contains(PASSPHRASE), "{why}");
            is_a_sentence(why, text);
        }
    }
}

/// Whether a passphrase is tried at once. A text says for how many rounds, up to 2^32: it is the
/// operator's own, but the fuzzer has no time for it.
fn is_soon_tried(text: &str) -> bool {
    if text.starts_with("-----BEGIN RSA PRIVATE KEY-----") {
        return text.matches("-----BEGIN ").count() == 1;
    }
    text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----")
        && PrivateKey::from_openssh(text).is_ok_and(|key| match key.kdf() {
            Kdf::Bcrypt { rounds, .. } => *rounds <= 2,
            _ => true,
        })
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
