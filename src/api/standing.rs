//! How long a client has kept its connection waiting, as the connection tells and others read.
//!
//! It is told with every request and every answer, and so is one number that nobody locks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// A client that has never asked gives way to another after this time: a request comes with the connection.
const TO_ASK: Duration = Duration::from_millis(250);
/// A client whose token was accepted gives way after this time without a further request. Another one has no longer than
/// to ask: a few addresses could hold every place with a request now and then.
const TO_ASK_AGAIN: Duration = Duration::from_secs(10);

const ASKING: u64 = 0;
const ANSWERED: u64 = 1;
const BUSY: u64 = 2;
const KINDS: u32 = 2;

/// Of one connection. Copies tell of the same.
#[derive(Clone, Debug)]
pub struct Standing {
    begun: Instant,
    /// What it waits for, and since when, in milliseconds from its beginning.
    told: Arc<AtomicU64>,
    /// Whether a token was accepted.
    known: Arc<AtomicBool>,
}

/// How well a client could be missed; the greatest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Who waits.
    pub who: Who,
    waited: Duration,
}

/// What is known of a client. The last ones go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// It has shown a token that was accepted.
    Known,
    /// It has asked for what everybody may have.
    Stranger,
    /// It has never asked.
    Silent,
}

impl Default for Standing {
    /// It begins now, and waits for a first request.
    fn default() -> Standing {
        Standing {
            begun: Instant::now(),
            told: Arc::new(AtomicU64::new(ASKING)),
            known: Arc::default(),
        }
    }
}

impl Standing {
    /// A request is whole, and is being answered.
    pub fn asked(&self) {
        self.told.store(BUSY, Ordering::Relaxed);
    }

    /// A token that came with a request was accepted.
    pub fn accepted(&self) {
        self.known.store(true, Ordering::Relaxed);
    }

    /// Whether a token was ever accepted.
    pub fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// The client was sent an answer, or a piece of it. What is sent without a request is none.
    pub fn answered(&self, now: Instant) {
        if self.told.load(Ordering::Relaxed) & ((1 << KINDS) - 1) != ASKING {
            let waited = now.saturating_duration_since(self.begun).as_millis();
            let waited = u64::try_from(waited).unwrap_or(u64::MAX >> KINDS);
            self.told
                .store(waited << KINDS | ANSWERED, Ordering::Relaxed);
        }
    }

    /// Whether it gives way to another client; `None` where it has not been waiting for long, or is not waiting.
    pub fn claim(&self, now: Instant) -> Option<Claim> {
        let told = self.told.load(Ordering::Relaxed);
        let (kind, since) = (told & ((1 << KINDS) - 1), told >> KINDS);
        let since = self.begun + Duration::from_millis(since);
        let waited = now.saturating_duration_since(since);
        let (who, long) = match kind {
            ASKING => (Who::Silent, TO_ASK),
            ANSWERED if self.is_known() => (Who::Known, TO_ASK_AGAIN),
            ANSWERED => (Who::Stranger, TO_ASK),
            _ => return None,
        };
        (waited >= long).then_some(Claim { who, waited })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(standing: &Standing, millis: u64) -> Instant {
        standing.begun + Duration::from_millis(millis)
    }

    #[test]
    fn a_client_gives_way_when_it_has_kept_us_waiting_and_not_while_it_is_answered() {
        let standing = Standing::default();
        let claims = |millis| standing.claim(after(&standing, millis)).is_some();
        assert!(!claims(249));
        assert!(claims(250));
        standing.asked();
        assert!(!claims(100_000));
        standing.answered(after(&standing, 5_000));
        assert!(!claims(5_249));
        assert!(claims(5_250));
        standing.accepted();
        assert!(!claims(14_999));
        assert!(claims(15_000));
    }

    #[test]
    fn what_is_sent_before_a_request_is_no_answer() {
        let standing = Standing::default();
        standing.answered(after(&standing, 200));
        assert!(standing.claim(after(&standing, 250)).is_some());
    }

    #[test]
    fn the_silent_go_before_strangers_and_those_before_the_known_and_of_equals_who_has_waited_longest()
     {
        let (new, stranger, old) = (
            Standing::default(),
            Standing::default(),
            Standing::default(),
        );
        for standing in [&stranger, &old] {
            standing.asked();
            standing.answered(standing.begun);
        }
        old.accepted();
        let at = |standing: &Standing, millis| standing.claim(after(standing, millis));
        assert!(at(&new, 300) > at(&stranger, 70_000));
        assert!(at(&stranger, 300) > at(&old, 70_000));
        assert!(at(&new, 400) > at(&new, 300));
        assert!(at(&old, 70_000) > at(&old, 20_000));
    }
}
