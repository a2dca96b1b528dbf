//! Waiting for what must come, and no longer than it may take.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

const BETWEEN: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        sleep(BETWEEN);
    }
}
