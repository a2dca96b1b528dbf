//! The access log: a line for each request that was answered. Who asked what, and how it was answered.
//!
//! ```text
//! INFO access token="billing" method="GET" route="/api/v1/cluster/usage" status=200 address=192.0.2.7 bytes=4711
//! ```
//!
//! Nothing in a line is of the caller's own wording: no path, no query, no header, and never a token. A request
//! without a token of ours has `-` for its name, and a path that is none of ours `-` for its route. As anybody can
//! send such requests, they share a [budget](crate::api::budget) of lines.

use std::{net::IpAddr, sync::Arc};

use tokio::time::Instant;
use tracing::Level;
use warp::http::{Method, StatusCode};

use crate::api::{
    budget::{Budget, Line},
    route::{Path, Route},
    token::TokenName,
};

/// The target of every line, by which they are told apart from all others.
pub const TARGET: &str = "access";
/// What stands where there is no word for it.
const NONE: &str = "-";

/// Where lines are written. Clones share the budget.
#[derive(Clone, Debug)]
pub struct AccessLog {
    on: bool,
    budget: Arc<Budget>,
}

/// A request and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Of the token that was shown, where it is one of ours, whatever it was good for.
    pub token: Option<&'a TokenName>,
    /// How was asked.
    pub method: &'a Method,
    /// The path that was asked for, where it is one of ours.
    pub path: Option<&'static Path>,
    /// Of the answer.
    pub status: StatusCode,
    /// Where the request comes from.
    pub address: IpAddr,
    /// The body of the answer, as far as it is sent.
    pub bytes: usize,
}

impl AccessLog {
    /// With a line for each request; where `on` is not so, for those alone whose token was refused.
    pub fn new(on: bool) -> AccessLog {
        let budget = Arc::default();
        AccessLog { on, budget }
    }

    /// Writes the line of this one.
    pub fn write(&self, entry: &Entry<'_>) {
        let level = entry.level();
        if !self.on && level != Level::WARN {
            return;
        }
        if level == Level::WARN || (level == Level::INFO && entry.token.is_none()) {
            match self.budget.spend(Instant::now()) {
                Line::Unsaid => return,
                Line::Said { unsaid: 0 } => {}
                Line::Said { unsaid } => tracing::warn!(
                    target: TARGET,
                    unsaid,
                    "requests without a valid token were too many for a line each"
                ),
            }
        }
        entry.write(level);
    }
}

impl Entry<'_> {
    /// A token that was refused concerns whoever watches; who asks whether we live, nobody.
    fn level(&self) -> Level {
        let probe = |path: &Path| matches!(path.route, Route::Health | Route::Ready);
        match self.status {
            StatusCode::UNAUTHORIZED => Level::WARN,
            _ if self.path.is_some_and(probe) => Level::DEBUG,
            _ => Level::INFO,
        }
    }

    fn write(&self, level: Level) {
        let token = self.token.map_or(NONE, TokenName::as_str);
        let method = method(self.method);
        let route = self.path.map_or(NONE, |path| path.pattern);
        let (status, address, bytes) = (self.status.as_u16(), self.address, self.bytes);
        // A level is a part of the place in the source: each has its own.
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(target: TARGET, $level, token, method, route, status, %address, bytes, "access")
            };
        }
        match level {
            Level::WARN => line!(Level::WARN),
            Level::INFO => line!(Level::INFO),
            _ => line!(Level::DEBUG),
        }
    }
}

/// A method that HTTP knows. Others are words of the caller.
fn method(method: &Method) -> &'static str {
    let known = [
        (Method::GET, "GET"),
        (Method::HEAD, "HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::DELETE, "DELETE"),
        (Method::PATCH, "PATCH"),
        (Method::OPTIONS, "OPTIONS"),
        (Method::TRACE, "TRACE"),
        (Method::CONNECT, "CONNECT"),
    ];
    let known = known.into_iter().find(|(known, _)| known == method);
    known.map_or(NONE, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::route;

    #[track_caller]
    fn level_of(segments: &[&str], status: u16, expected: Level) {
        let entry = Entry {
            token: None,
            method: &Method::GET,
            path: route::find(segments).map(|found| found.path),
            status: StatusCode::from_u16(status).expect("a status"),
            address: IpAddr::from([192, 0, 2, 7]),
            bytes: 0,
        };
        assert_eq!(entry.level(), expected, "{segments:?} {status}");
    }

    #[test]
    fn a_refusal_stands_out_and_a_probe_does_not() {
        level_of(&["metrics"], 200, Level::INFO);
        level_of(&["metrics"], 403, Level::INFO);
        level_of(&["metrics"], 401, Level::WARN);
        level_of(&["nothing"], 404, Level::INFO);
        level_of(&["api", "v1"], 401, Level::WARN);
        level_of(&["health"], 200, Level::DEBUG);
        level_of(&["ready"], 503, Level::DEBUG);
    }

    #[test]
    fn a_method_of_the_callers_own_is_no_word_of_the_log() {
        assert_eq!(method(&Method::HEAD), "HEAD");
        let own = Method::from_bytes(b"CANARY").expect("a method");
        assert_eq!(method(&own), NONE);
    }
}
