//! The sessions of a panel: a cookie for each login, named after the index that was asked for.
//!
//! ```text
//! X-Session-Id: 1      →  Set-Cookie: session1=…; Path=/; Secure; HttpOnly; Max-Age=1800
//! no X-Session-Id      →  Set-Cookie: session=…; Path=/; Secure; HttpOnly; Max-Age=1800
//! ```

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use hyper::{
    HeaderMap,
    header::{COOKIE, HeaderValue},
};
use tokio::time::Instant;

use crate::lock;

/// How long a session lives after its login.
const LIFETIME: Duration = Duration::from_secs(1_800);

/// The sessions that are alive, by the value of their cookie.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    alive: Mutex<HashMap<String, Session>>,
}

#[derive(Debug)]
struct Session {
    cookie: String,
    ends: Instant,
}

impl Sessions {
    /// Begins a session under the index that the request asks for; the text is for `Set-Cookie`.
    pub(crate) fn begin(&self, request: &HeaderMap, value: String) -> String {
        let cookie = cookie_name(request);
        let text = format!(
            "{cookie}={value}; Path=/; Secure; HttpOnly; Max-Age={}",
            LIFETIME.as_secs()
        );
        let now = Instant::now();
        let mut alive = self.alive();
        alive.retain(|_, session| session.ends > now);
        let ends = now + LIFETIME;
        alive.insert(value, Session { cookie, ends });
        text
    }

    /// The value of the session that a request belongs to; `None` where it belongs to none.
    pub(crate) fn find(&self, request: &HeaderMap) -> Option<String> {
        self.find_named(request, Some(&cookie_name(request)))
    }

    /// The value of the session that a request belongs to by its cookies alone, whatever their index.
    pub(crate) fn find_by_cookie(&self, request: &HeaderMap) -> Option<String> {
        self.find_named(request, None)
    }

    /// The session of a cookie, of this name where one is given.
    fn find_named(&self, request: &HeaderMap, wanted: Option<&str>) -> Option<String> {
        let now = Instant::now();
        let alive = self.alive();
        let belongs = |(name, value): &(&str, &str)| {
            wanted.is_none_or(|wanted| wanted == *name)
                && alive
                    .get(*value)
                    .is_some_and(|session| session.cookie == *name && session.ends > now)
        };
        let (_, value) = cookies(request).find(belongs)?;
        Some(value.to_owned())
    }

    /// Ends a session.
    pub(crate) fn end(&self, value: &str) {
        self.alive().remove(value);
    }

    fn alive(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        lock::held(&self.alive)
    }
}

/// `session`, or `sessionN` for a request with the header `X-Session-Id: N`.
fn cookie_name(request: &HeaderMap) -> String {
    let index = request.get("x-session-id").map(HeaderValue::to_str);
    match index {
        Some(Ok(index)) => format!("session{index}"),
        Some(Err(_)) | None => "session".to_owned(),
    }
}

fn cookies(request: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = request.get_all(COOKIE).iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn a_session_is_found_under_its_own_name_only() {
        let sessions = Sessions::default();
        sessions.begin(&request(&[("x-session-id", "1")]), "abc".to_owned());
        let found = |headers| sessions.find(&request(headers)).is_some();
        assert!(found(&[
            ("cookie", "a=b; session1=abc"),
            ("x-session-id", "1")
        ]));
        assert!(!found(&[("cookie", "session1=abc")]));
        assert!(!found(&[("cookie", "session=abc")]));
        assert!(!found(&[("cookie", "session0=abc"), ("x-session-id", "0")]));
        assert!(!found(&[("x-session-id", "1")]));
        let by_cookie = |headers| sessions.find_by_cookie(&request(headers)).is_some();
        assert!(by_cookie(&[("cookie", "a=b; session1=abc")]));
        assert!(!by_cookie(&[("cookie", "session=abc")]));
    }

    #[test]
    fn a_plain_session_wants_no_header() {
        let sessions = Sessions::default();
        let text = sessions.begin(&HeaderMap::new(), "abc".to_owned());
        assert_eq!(text, "session=abc; Path=/; Secure; HttpOnly; Max-Age=1800");
        let cookie = request(&[("cookie", "session=abc")]);
        assert_eq!(sessions.find(&cookie).as_deref(), Some("abc"));
        sessions.end("abc");
        assert_eq!(sessions.find(&cookie), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_ends_by_itself() {
        let sessions = Sessions::default();
        sessions.begin(&HeaderMap::new(), "abc".to_owned());
        let cookie = request(&[("cookie", "session=abc")]);
        tokio::time::advance(LIFETIME).await;
        assert_eq!(sessions.find(&cookie), None);
    }
}
