//! A peer that refused us is left alone for minutes: accounts lock, and a wrong word stays wrong.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{clock, pause};

/// Refusals in a row, and the pause behind the last of them. `Why` is how we were refused.
#[derive(Debug)]
pub struct Refusals<Why> {
    in_a_row: u32,
    last: Option<(Instant, Refusal<Why>)>,
}

/// One refusal.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<Why> {
    /// How.
    pub why: Why,
    /// When the next try is due.
    pub next_try: Timestamp,
}

impl<Why> Default for Refusals<Why> {
    fn default() -> Refusals<Why> {
        Refusals {
            in_a_row: 0,
            last: None,
        }
    }
}

impl<Why: Copy> Refusals<Why> {
    /// The refusal behind which we still wait.
    pub fn standing(&self) -> Option<Refusal<Why>> {
        let (until, refusal) = self.last?;
        (until > Instant::now()).then_some(refusal)
    }

    /// Notes a refusal; each in a row doubles the pause behind it.
    pub fn refuse(&mut self, why: Why) -> Refusal<Why> {
        let pause = pause::REFUSED.after(self.in_a_row);
        let refusal = Refusal {
            why,
            next_try: clock::later(clock::now(), pause),
        };
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = Some((Instant::now() + pause, refusal));
        refusal
    }

    /// Notes that we were let in.
    pub fn accept(&mut self) {
        *self = Refusals::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stands_for_its_pause_and_the_next_one_for_twice_as_long() {
        let mut refusals = Refusals::default();
        assert!(refusals.standing().is_none());
        for minutes in [5, 10] {
            refusals.refuse(401);
            advance(Duration::from_secs(minutes * 60 - 1)).await;
            assert_eq!(refusals.standing().map(|it| it.why), Some(401));
            advance(Duration::from_secs(1)).await;
            assert!(refusals.standing().is_none());
        }
        refusals.refuse(401);
        refusals.accept();
        assert!(refusals.standing().is_none());
    }
}
