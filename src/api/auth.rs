//! Who may ask: whoever shows one of the bearer tokens, compared in constant time.

use std::sync::{Arc, PoisonError, RwLock};

use subtle::ConditionallySelectable;
use warp::http::{HeaderMap, HeaderValue, header};

use crate::api::token::{Token, TokenHash};

/// The tokens, kept as their hashes only, and exchanged as a whole. Clones share them.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<RwLock<Arc<[Arc<Token>]>>>);

impl Tokens {
    /// These; none opens nothing.
    pub fn new(tokens: impl IntoIterator<Item = Token>) -> Tokens {
        let tokens = tokens.into_iter().map(Arc::new).collect();
        Tokens(Arc::new(RwLock::new(tokens)))
    }

    /// Those in force.
    pub fn newest(&self) -> Arc<[Arc<Token>]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// These in place of all others, from the next request on, on connections that are open as well.
    pub fn exchange(&self, tokens: impl IntoIterator<Item = Token>) {
        let tokens = tokens.into_iter().map(Arc::new).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    /// The one that is shown.
    pub fn shown(&self, headers: &HeaderMap) -> Option<Arc<Token>> {
        self.of(headers.get(header::AUTHORIZATION)?)
    }

    /// The token in the value of an `Authorization` header. Hashes are compared, and always all of them,
    /// so neither the length nor a common beginning nor which token it is shows in the time it takes.
    fn of(&self, header: &HeaderValue) -> Option<Arc<Token>> {
        let header = header.as_bytes();
        let blank = header.iter().position(|byte| *byte == b' ')?;
        let (scheme, word) = header.split_at(blank);
        let shown = TokenHash::of(word.trim_ascii());
        let tokens = self.newest();
        let mut found = u64::MAX;
        for (place, token) in (0..).zip(tokens.iter()) {
            found.conditional_assign(&place, token.hash.same(&shown));
        }
        let token = tokens.get(usize::try_from(found).ok()?)?;
        scheme
            .eq_ignore_ascii_case(b"bearer")
            .then(|| Arc::clone(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str, word: &str) -> Token {
        Token {
            name: name.parse().expect("a name"),
            ..Token::of_the_word(word.as_bytes())
        }
    }

    #[track_caller]
    fn shows(header: &str, expected: Option<&str>) {
        let tokens = [token("one", "right"), token("two", "other")];
        let header = HeaderValue::from_bytes(header.as_bytes()).expect("a header");
        let shown = Tokens::new(tokens).of(&header);
        let name = shown.as_ref().map(|token| token.name.as_str());
        assert_eq!(name, expected, "{header:?}");
        assert!(Tokens::new([]).of(&header).is_none());
    }

    #[test]
    fn only_the_whole_token_behind_the_scheme_opens() {
        shows("Bearer right", Some("one"));
        shows("bearer right", Some("one"));
        shows("Bearer  right", Some("one"));
        shows("Bearer other", Some("two"));
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
            shows(header, None);
        }
        shows("Bearer r\u{ef}ght", None);
    }

    #[test]
    fn tokens_that_were_exchanged_are_gone_for_whoever_holds_them() {
        let tokens = Tokens::new([token("one", "right")]);
        let (right, new) = ("Bearer right", "Bearer new");
        let opens = |word| tokens.of(&HeaderValue::from_static(word)).is_some();
        assert!(opens(right) && !opens(new));
        tokens.clone().exchange([token("two", "new")]);
        assert!(!opens(right) && opens(new));
    }

    #[test]
    fn a_token_may_hold_any_letters() {
        let tokens = Tokens::new([token("one", "schlüssel")]);
        let header = HeaderValue::from_bytes("Bearer schlüssel".as_bytes()).expect("a header");
        assert!(tokens.of(&header).is_some());
    }
}
