//! The access log: a line for each request that was answered. Who asked what, and how it was answered.
//!
//! ```text
//! INFO access token="billing" method="GET" route="/api/v1/cluster/usage" status=200 address=192.0.2.7 bytes=4711
//! ```
//!
//! Nothing in a line is of the caller's own wording: no path, no query, no header, and never a token. A request
//! without a token of ours has `-` for its name, and a path that is none of ours `-` for its route. As anybody can
//! send such requests, they share a [budget](crate::api::budget) of lines; refused tokens have one of their own, so that
//! no crowd of harmless requests hides them.

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

/// Where lines are written. Clones share the budgets.
#[derive(Clone, Debug)]
pub struct AccessLog {
    on: bool,
    budgets: Arc<Budgets>,
}

/// Of what anybody can send.
#[derive(Debug, Default)]
struct Budgets {
    /// Requests whose token was refused.
    refused: Budget,
    /// Others without a token.
    unnamed: Budget,
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
        let budgets = Arc::default();
        AccessLog { on, budgets }
    }

    /// Writes the line of this one.
    pub fn write(&self, entry: &Entry<'_>) {
        let level = entry.level();
        // What nobody would see takes no line from a budget.
        if (!self.on && level != Level::WARN) || !enabled(level) {
            return;
        }
        let (budget, whose) = match level {
            Level::WARN => (Some(&self.budgets.refused), "whose token was refused"),
            Level::INFO if entry.token.is_none() => {
                (Some(&self.budgets.unnamed), "without a token")
            }
            _ => (None, ""),
        };
        match budget.map(|budget| budget.spend(Instant::now())) {
            Some(Line::Unsaid) => return,
            None | Some(Line::Said { unsaid: 0 }) => {}
            Some(Line::Said { unsaid }) => tracing::warn!(
                target: TARGET,
                unsaid,
                "requests {whose} were too many for a line each"
            ),
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

/// Whether lines of this level are written at all.
fn enabled(level: Level) -> bool {
    match level {
        Level::WARN => tracing::enabled!(target: TARGET, Level::WARN),
        Level::INFO => tracing::enabled!(target: TARGET, Level::INFO),
        _ => tracing::enabled!(target: TARGET, Level::DEBUG),
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
    use std::{
        fs::File,
        io::{Read, Seek},
    };

    use super::*;
    use crate::api::route;

    /// A request without a token, and its answer.
    fn entry(segments: &[&str], status: u16) -> Entry<'static> {
        Entry {
            token: None,
            method: &Method::GET,
            path: route::find(segments).map(|found| found.path),
            status: StatusCode::from_u16(status).expect("a status"),
            address: IpAddr::from([192, 0, 2, 7]),
            bytes: 0,
        }
    }

    #[track_caller]
    fn level_of(segments: &[&str], status: u16, expected: Level) {
        let entry = entry(segments, status);
        assert_eq!(entry.level(), expected, "{segments:?} {status}");
    }

    /// What stands in the log, down to this level, after hundreds of harmless requests and then a refused one.
    fn written(most: Level, flood: u16) -> String {
        let file = Arc::new(tempfile::tempfile().expect("a file"));
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(most)
            .with_ansi(false)
            .with_writer(Arc::clone(&file))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let log = AccessLog::new(true);
            (0..300).for_each(|_| log.write(&entry(&["nothing"], flood)));
            log.write(&entry(&["metrics"], 401));
            log.write(&entry(&["nothing"], 404));
        });
        let (mut file, mut text) = (&*file as &File, String::new());
        file.rewind().expect("its beginning");
        file.read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn no_crowd_of_harmless_requests_hides_a_refused_token() {
        let text = written(Level::INFO, 404);
        assert_eq!(text.matches("status=404").count(), 60);
        assert_eq!(text.matches("status=401").count(), 1);
    }

    #[test]
    fn a_crowd_of_refused_tokens_hides_no_other_request() {
        let text = written(Level::INFO, 401);
        assert_eq!(text.matches("status=401").count(), 60);
        assert_eq!(text.matches("status=404").count(), 1);
    }

    #[test]
    fn what_is_not_written_anyway_takes_no_line_from_anybody() {
        let log = AccessLog::new(true);
        let refused = tracing_subscriber::fmt()
            .with_max_level(Level::ERROR)
            .finish();
        tracing::subscriber::with_default(refused, || {
            (0..300).for_each(|_| log.write(&entry(&["metrics"], 401)));
        });
        let spent = log.budgets.refused.spend(Instant::now());
        assert_eq!(spent, Line::Said { unsaid: 0 });
        assert!(written(Level::WARN, 404).lines().count() == 1);
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
