//! What a login gives: a cookie, perhaps a token, and the headers that carry them.
//!
//! Numbered sessions: header `X-Session-Id: N` goes with cookie `sessionN`, no header with cookie
//! `session`. A panel that was asked for a number and still names its cookie `session` gets it back
//! under the numbered name, as the Go service did.

use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use reqwest::{
    Response,
    header::{ACCEPT, COOKIE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::{secret::Secret, web::sealed};

const SESSION_ID: HeaderName = HeaderName::from_static("x-session-id");
const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// A session of the panel.
#[derive(Clone, Debug)]
pub struct Credentials {
    cookie: SessionCookie,
    token: Option<Secret>,
    /// `N` of `X-Session-Id`.
    index: Option<u32>,
}

impl Credentials {
    /// Out of the answer to a login with this session index: its cookie and its body, which loses its tokens.
    pub fn new(cookie: SessionCookie, index: Option<u32>, body: &mut Value) -> Credentials {
        let index = index.or_else(|| numbered(&cookie.name));
        Credentials {
            cookie,
            token: token(body),
            index,
        }
    }

    /// The same session after another answer, which may have set a new cookie.
    pub fn renewed(&self, response: &Response) -> Option<Credentials> {
        let cookie = SessionCookie::of(response, self.index)?;
        Some(Credentials {
            cookie,
            ..self.clone()
        })
    }

    /// The same session in the scope of a project, by the token of this body, which loses it.
    pub fn scoped(&self, body: &mut Value) -> Option<Credentials> {
        Some(Credentials {
            token: Some(taken(body, "token")?),
            ..self.clone()
        })
    }

    /// Whether the panel said that the session is over by now.
    pub fn expired(&self) -> bool {
        self.cookie.expires.is_some_and(|at| at <= Instant::now())
    }

    /// The headers of a request in this session. `None` where the panel gave a word that no header can carry.
    pub fn headers(&self) -> Option<HeaderMap> {
        let mut headers = headers(self.index);
        let name = self
            .index
            .map_or("session".to_owned(), |n| format!("session{n}"));
        let cookie = sealed::header(&[&name, "=", self.cookie.value.reveal()])?;
        headers.insert(COOKIE, cookie);
        if let Some(token) = &self.token {
            headers.insert(AUTH_TOKEN, sealed::header(&[token.reveal()])?);
        }
        Some(headers)
    }
}

/// The headers of every request, in a session or not.
pub fn headers(index: Option<u32>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(REQUESTED_WITH, HeaderValue::from_static("XMLHttpRequest"));
    if let Some(index) = index {
        headers.insert(SESSION_ID, HeaderValue::from(index));
    }
    headers
}

/// The body of a login; an empty domain is left out.
pub fn body(username: &str, password: &Secret, domain: &str) -> Bytes {
    #[derive(Serialize)]
    struct Body<'a> {
        username: &'a str,
        password: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        domain: &'a str,
    }
    let password = password.reveal();
    let texts = username.len() + password.len() + domain.len();
    let body = Body {
        username,
        password,
        domain,
    };
    sealed::json(&body, texts)
}

/// The cookie that holds a session.
#[derive(Clone, Debug)]
pub struct SessionCookie {
    name: String,
    value: Secret,
    expires: Option<Instant>,
}

impl SessionCookie {
    /// The cookie that an answer sets for the session of this index; a plain `session` or, where no
    /// index was asked for, another numbered one where there is none. `None` where it sets no such cookie.
    pub fn of(response: &Response, index: Option<u32>) -> Option<SessionCookie> {
        let mut best: Option<(u8, SessionCookie)> = None;
        for cookie in response.cookies() {
            let rank = match (cookie.name(), numbered(cookie.name())) {
                (_, Some(number)) if Some(number) == index => 0,
                ("session", _) => 1,
                (_, Some(_)) if index.is_none() => 2,
                _ => continue,
            };
            if best.as_ref().is_some_and(|(least, _)| *least <= rank) {
                continue;
            }
            let Some(value) = Secret::new(cookie.value()) else {
                continue;
            };
            let left = cookie.max_age().or_else(|| {
                let end = cookie.expires()?.duration_since(SystemTime::now());
                // An end in the past leaves no time at all.
                Some(end.unwrap_or(Duration::ZERO))
            });
            let name = cookie.name().to_owned();
            let expires = left.and_then(|left| Instant::now().checked_add(left));
            best = Some((
                rank,
                SessionCookie {
                    name,
                    value,
                    expires,
                },
            ));
        }
        best.map(|(_, cookie)| cookie)
    }
}

/// `N` of `sessionN`.
fn numbered(name: &str) -> Option<u32> {
    name.strip_prefix("session")?.parse().ok()
}

/// `scoped_token`; where that is empty, `token`, unless it is the word `unscoped`.
fn token(body: &mut Value) -> Option<Secret> {
    let (scoped, token) = (taken(body, "scoped_token"), taken(body, "token"));
    scoped.or_else(|| token.filter(|token| token.reveal() != "unscoped"))
}

/// The word of this key, moved out of the body so that no copy of it is left there.
fn taken(body: &mut Value, key: &str) -> Option<Secret> {
    match body.get_mut(key)? {
        Value::String(word) => Secret::new(std::mem::take(word)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn answer(cookies: &[&str]) -> Response {
        let mut response = warp::http::Response::builder();
        for cookie in cookies {
            response = response.header("set-cookie", *cookie);
        }
        response.body(Vec::new()).expect("a response").into()
    }

    fn session(cookies: &[&str], index: Option<u32>) -> Option<Credentials> {
        let cookie = SessionCookie::of(&answer(cookies), index)?;
        Some(Credentials::new(cookie, index, &mut json!({})))
    }

    #[track_caller]
    fn sends(cookies: &[&str], index: Option<u32>, cookie: &str, session_id: Option<&str>) {
        let headers = session(cookies, index)
            .expect("a session")
            .headers()
            .expect("headers");
        assert_eq!(headers[COOKIE], cookie);
        assert_eq!(
            headers
                .get(SESSION_ID)
                .map(|value| value.to_str().expect("a number")),
            session_id
        );
    }

    #[test]
    fn the_cookie_goes_back_under_the_name_of_its_session() {
        sends(&["session=a; Path=/"], None, "session=a", None);
        sends(
            &["session0=a", "session=b"],
            Some(0),
            "session0=a",
            Some("0"),
        );
        sends(&["session=a"], Some(0), "session0=a", Some("0"));
        sends(&["other=x", "session1=a"], None, "session1=a", Some("1"));
    }

    #[test]
    fn a_login_without_a_session_cookie_gives_nothing() {
        assert!(session(&["sessions=a"], None).is_none());
        assert!(session(&["session="], None).is_none());
        assert!(session(&["session1=a"], Some(0)).is_none());
    }

    #[test]
    fn the_scoped_token_is_sent_and_the_word_unscoped_is_not() {
        let sent = |mut body: Value| token(&mut body).map(|token| token.reveal().to_owned());
        assert_eq!(
            sent(json!({"scoped_token": "s", "token": "t"})).as_deref(),
            Some("s")
        );
        assert_eq!(
            sent(json!({"scoped_token": "", "token": "t"})).as_deref(),
            Some("t")
        );
        assert_eq!(
            sent(json!({"scoped_token": null, "token": "unscoped"})),
            None
        );
        assert_eq!(sent(json!({})), None);
    }

    #[test]
    fn the_end_of_the_cookie_is_the_end_of_the_session() {
        let expired = |cookie| session(&[cookie], None).expect("a session").expired();
        assert!(expired("session=a; Max-Age=0"));
        assert!(expired("session=a; Expires=Wed, 21 Oct 2015 07:28:00 GMT"));
        assert!(!expired("session=a; Max-Age=60"));
        assert!(!expired("session=a"));
    }
}
