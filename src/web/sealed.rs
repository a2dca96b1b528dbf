//! What carries a secret to a peer: headers and bodies that print as `Sensitive` or not at all, and whose bytes
//! are wiped when the last of their users drops them.
//!
//! The library below copies them into the buffers of its connection, encrypted where there is TLS. Those
//! copies are not ours.

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::body::Bytes;
use reqwest::header::HeaderValue;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A header of these words, one right behind the other; `None` where no header can carry them.
pub fn header(words: &[&str]) -> Option<HeaderValue> {
    let word = Zeroizing::new(words.concat().into_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(word)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that shows a user and the user's password.
pub fn basic(user: &str, password: &Secret) -> Option<HeaderValue> {
    let pair = Zeroizing::new([user, ":", password.reveal()].concat());
    // Of the length that it will have: a text that grows leaves copies behind.
    let mut encoded = Zeroizing::new(String::with_capacity(pair.len() / 3 * 4 + 4));
    STANDARD.encode_string(pair.as_bytes(), &mut encoded);
    header(&["Basic ", &encoded])
}

/// A body in JSON, of at most so many bytes of text.
#[expect(clippy::expect_used, reason = "infallible")]
pub fn json(body: &impl Serialize, texts: usize) -> Bytes {
    // The longest that JSON makes of a byte is `\u0000`.
    let most = texts.saturating_mul(6).saturating_add(256);
    let mut written = Zeroizing::new(Vec::with_capacity(most));
    // Texts always are JSON, and a vector takes them.
    serde_json::to_writer(&mut *written, body).expect("JSON");
    Bytes::from_owner(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_secrets_carries_them_and_does_not_print_them() {
        let password = Secret::new("canary: ä").expect("a word");
        let basic = basic("reader", &password).expect("a header");
        assert_eq!(basic, "Basic cmVhZGVyOmNhbmFyeTogw6Q=");
        for value in [basic, header(&["session=", "canary"]).expect("a header")] {
            assert_eq!(format!("{value:?}"), "Sensitive");
        }
        assert!(header(&["can\nary"]).is_none());
    }

    #[test]
    fn a_body_of_secrets_is_json_whatever_they_hold() {
        let odd = "\"\\\u{1}ä\n".repeat(50);
        let body = json(&[&odd], odd.len());
        let read: [String; 1] = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(read, [odd]);
    }
}
