//! State, reason and time of a part, as every answer says them.
//!
//! ```text
//! "state": "stale", "reason": {"code": "connect_refused", "message": "…", "since": "…"}, "observed_at": "…"
//! ```

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clock,
    reading::{ComputeReading, StorageReading},
    reason::{Code, Reason},
    usage::{Part, PartState},
};

/// Why there is no fresh figure. No address, user or word of a peer is in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct Why<'a> {
    /// What happened, of a closed list.
    code: Code,
    /// The same as a sentence; where a login was refused, with the time of the next try.
    message: &'a str,
    /// Since when it is so.
    #[schema(format = DateTime)]
    since: String,
}

impl<'a> From<&'a Reason> for Why<'a> {
    fn from(reason: &'a Reason) -> Why<'a> {
        Why {
            code: reason.code,
            message: &reason.message,
            since: clock::rfc3339(reason.since),
        }
    }
}

/// State, reason and time of one part, without its figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct State<'a> {
    /// How far it can be used.
    pub state: PartState,
    /// Why it is not fresh; null where it is.
    pub reason: Option<Why<'a>>,
    /// When its figures were read; null where there are none.
    #[schema(format = DateTime)]
    pub observed_at: Option<String>,
}

impl<'a> State<'a> {
    /// Of the storage part.
    pub fn storage(part: &'a Part<StorageReading>) -> State<'a> {
        State::of(part, |reading| reading.observed_at)
    }

    /// Of the compute part.
    pub fn compute(part: &'a Part<ComputeReading>) -> State<'a> {
        State::of(part, |reading| reading.observed_at)
    }

    fn of<T>(part: &'a Part<T>, observed_at: impl Fn(&T) -> jiff::Timestamp) -> State<'a> {
        State {
            state: part.state(),
            reason: part.reason().map(Why::from),
            observed_at: part
                .reading()
                .map(|reading| clock::rfc3339(observed_at(reading))),
        }
    }
}
