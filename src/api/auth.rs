//! Who may ask: a bearer token, compared in constant time.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use warp::{Filter, Rejection, http::HeaderValue};

use crate::{api::error::ApiError, secret::Secret};

/// The token that opens every route, kept as its hash only.
#[derive(Clone)]
pub struct Token(Arc<[u8; 32]>);

impl Token {
    /// Of the token's word, which is not kept.
    pub fn new(word: &Secret) -> Token {
        Token(Arc::new(Sha256::digest(word.reveal()).into()))
    }

    /// Whether the value of an `Authorization` header carries this token. Hashes are compared, so
    /// neither the length nor a common beginning shows in the time it takes.
    fn opens(&self, header: &HeaderValue) -> bool {
        let header = header.as_bytes();
        let Some(blank) = header.iter().position(|byte| *byte == b' ') else {
            return false;
        };
        let (scheme, word) = header.split_at(blank);
        let shown: [u8; 32] = Sha256::digest(word.trim_ascii()).into();
        scheme.eq_ignore_ascii_case(b"bearer") && bool::from(shown.ct_eq(self.0.as_ref()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Lets a request pass that carries the token.
pub fn authorized(token: Token) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::header::value("authorization")
        .or_else(|_| async { Ok::<_, Rejection>((HeaderValue::from_static(""),)) })
        .and_then(move |header: HeaderValue| {
            let opens = token.opens(&header);
            async move {
                match opens {
                    true => Ok(()),
                    false => Err(warp::reject::custom(ApiError::Unauthorized)),
                }
            }
        })
        .untuple_one()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn opens(header: &str, expected: bool) {
        let token = Token::new(&Secret::new("right").expect("a word"));
        let header = HeaderValue::from_bytes(header.as_bytes()).expect("a header");
        assert_eq!(token.opens(&header), expected, "{header:?}");
    }

    #[test]
    fn only_the_whole_token_behind_the_scheme_opens() {
        opens("Bearer right", true);
        opens("bearer right", true);
        opens("Bearer  right", true);
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
        let token = Token::new(&Secret::new("schlüssel").expect("a word"));
        let header = HeaderValue::from_bytes("Bearer schlüssel".as_bytes()).expect("a header");
        assert!(token.opens(&header));
    }
}
