//! Who may ask: whoever shows one of the bearer tokens, compared in constant time.

use std::sync::Arc;

use subtle::Choice;
use warp::http::{HeaderMap, HeaderValue, header};

use crate::api::token::TokenHash;

/// The tokens, each of which opens every route, kept as their hashes only.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<[TokenHash]>);

impl Tokens {
    /// These; none opens nothing.
    pub fn new(hashes: impl IntoIterator<Item = TokenHash>) -> Tokens {
        Tokens(hashes.into_iter().collect())
    }

    /// Whether one of them is shown.
    pub fn open(&self, headers: &HeaderMap) -> bool {
        let header = headers.get(header::AUTHORIZATION);
        header.is_some_and(|header| self.opens(header))
    }

    /// Whether the value of an `Authorization` header carries one of the tokens. Hashes are compared,
    /// and always all of them, so neither the length nor a common beginning nor which token it is
    /// shows in the time it takes.
    fn opens(&self, header: &HeaderValue) -> bool {
        let header = header.as_bytes();
        let Some(blank) = header.iter().position(|byte| *byte == b' ') else {
            return false;
        };
        let (scheme, word) = header.split_at(blank);
        let shown = TokenHash::of(word.trim_ascii());
        let none = Choice::from(0);
        let any = self
            .0
            .iter()
            .fold(none, |any, hash| any | hash.same(&shown));
        scheme.eq_ignore_ascii_case(b"bearer") && bool::from(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn opens(header: &str, expected: bool) {
        let tokens = Tokens::new(["right", "other"].map(|word| TokenHash::of(word.as_bytes())));
        let header = HeaderValue::from_bytes(header.as_bytes()).expect("a header");
        assert_eq!(tokens.opens(&header), expected, "{header:?}");
        assert!(!Tokens::new([]).opens(&header));
    }

    #[test]
    fn only_the_whole_token_behind_the_scheme_opens() {
        opens("Bearer right", true);
        opens("bearer right", true);
        opens("Bearer  right", true);
        opens("Bearer other", true);
        for header in [
            "",
            "right",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Bearer righ",
            "Bearer rightx",
            "Basic right",
        ] {
            opens(header, false);
        }
        opens("Bearer r\u{ef}ght", false);
    }

    #[test]
    fn a_token_may_hold_any_letters() {
        let tokens = Tokens::new([TokenHash::of("schlüssel".as_bytes())]);
        let header = HeaderValue::from_bytes("Bearer schlüssel".as_bytes()).expect("a header");
        assert!(tokens.opens(&header));
    }
}
