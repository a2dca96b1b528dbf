//! What the settings hold of an API token: its name, the SHA-256 of its word, what it is good for, and until when.
//!
//! ```toml
//! [[api.tokens]]
//! name = "billing"
//! sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! scopes = ["usage"]
//! expires = "2027-01-31"
//! ```

use std::{fmt, str::FromStr, sync::Arc};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{
    api::{expiry::Expiry, scope::Scope},
    hex,
};

/// A token: who uses it, how it is known again, what it is good for.
#[derive(Clone, Debug)]
pub struct Token {
    /// Who uses it.
    pub name: TokenName,
    /// Of its word.
    pub hash: TokenHash,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Until when; `None` where its time has no end.
    pub expires: Option<Expiry>,
}

impl Token {
    /// The one that is given as a word, in `API_BEARER_TOKEN` or a file: it is good for everything, for ever.
    pub fn of_the_word(word: &[u8]) -> Token {
        Token {
            name: TokenName(Arc::from("default")),
            hash: TokenHash::of(word),
            scopes: Scope::ALL.to_vec(),
            expires: None,
        }
    }

    /// What the operator should know of its time, as it is then.
    pub fn notice(&self, at: Timestamp) -> Option<String> {
        self.expires.as_ref()?.notice(&self.name, at)
    }
}

/// Under which name a token stands in the settings: letters, digits, `-`, `_`, `.`. A copy costs next to nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(Arc<str>);

impl TokenName {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = NoTokenName;

    fn from_str(text: &str) -> Result<TokenName, NoTokenName> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match !text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(legal) {
            true => Ok(TokenName(Arc::from(text))),
            false => Err(NoTokenName),
        }
    }
}

const LONGEST_NAME: usize = 64;

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that names no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token's name is letters, digits, `-`, `_` and `.`, at most 64 of them, such as billing")]
pub struct NoTokenName;

/// The SHA-256 of a token's word. The word itself is not kept.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of the token's word.
    pub fn of(word: &[u8]) -> TokenHash {
        TokenHash(Sha256::digest(word).into())
    }

    /// Whether they are the same, in a time that does not depend on where they differ.
    pub fn same(&self, other: &TokenHash) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl FromStr for TokenHash {
    type Err = NoTokenHash;

    /// Hex of either case.
    fn from_str(text: &str) -> Result<TokenHash, NoTokenHash> {
        hex::sha256(text).map(TokenHash).ok_or(NoTokenHash)
    }
}

/// As the settings hold it.
impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(***)")
    }
}

/// A text that is no SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a token's SHA-256, 64 digits of hex, as `vhi-usage token new NAME` prints it")]
pub struct NoTokenHash;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_hex_of_either_case() {
        let hash = TokenHash::of(b"test").to_string();
        assert!(hash.starts_with("9f86d081884c7d65"), "{hash}");
        for text in [hash.clone(), hash.to_uppercase()] {
            let read: TokenHash = text.parse().expect("a hash");
            assert!(bool::from(read.same(&TokenHash::of(b"test"))));
            assert!(!bool::from(read.same(&TokenHash::of(b"text"))));
        }
        for text in ["", "9f", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            assert_eq!(text.parse::<TokenHash>().err(), Some(NoTokenHash), "{text}");
        }
    }

    #[test]
    fn a_name_is_letters_digits_and_three_signs() {
        for text in ["billing", "a", "A-1_b.c"] {
            assert!(text.parse::<TokenName>().is_ok(), "{text}");
        }
        for text in ["", "a b", "a\"", "ä", "a\n", "a/b", &"a".repeat(65)] {
            assert_eq!(text.parse::<TokenName>(), Err(NoTokenName), "{text}");
        }
    }
}
