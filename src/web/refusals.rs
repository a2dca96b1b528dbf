//! A peer that refused us is left alone for minutes: accounts lock, and a wrong word stays wrong.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{breaker::Breakers, clock, pause, reason::Code};

/// Refusals in a row, and the pause behind the last of them. `Why` is how we were refused.
#[derive(Debug)]
pub struct Refusals<Why> {
    name: String,
    breakers: Breakers,
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

impl<Why: Clone> Refusals<Why> {
    /// None yet. While we wait behind one, it is shown there under this name.
    pub fn new(name: &str, breakers: Breakers) -> Refusals<Why> {
        Refusals {
            name: name.to_owned(),
            breakers,
            in_a_row: 0,
            last: None,
        }
    }

    /// The refusal behind which we still wait.
    pub fn standing(&self) -> Option<Refusal<Why>> {
        let (until, refusal) = self.last.as_ref()?;
        (*until > Instant::now()).then(|| refusal.clone())
    }

    /// Notes a refusal, which callers are told by this code; each in a row doubles the pause behind it.
    pub fn refuse(&mut self, why: Why, code: Code) -> Refusal<Why> {
        let (pause, now) = (pause::REFUSED.spread(self.in_a_row), clock::now());
        let next_try = clock::later(now, pause);
        self.breakers.open(&self.name, code, now, Some(next_try));
        let refusal = Refusal { why, next_try };
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = Some((Instant::now() + pause, refusal.clone()));
        refusal
    }

    /// Notes that we were let in.
    pub fn accept(&mut self) {
        self.in_a_row = 0;
        self.forget();
    }

    /// Notes that the try behind a pause had no answer of either kind: the next one does not wait, and a
    /// refusal then counts on.
    pub fn unheard(&mut self) {
        if self.standing().is_none() {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if self.last.take().is_some() {
            self.breakers.close(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stands_for_its_pause_and_the_next_one_for_twice_as_long() {
        let mut refusals = Refusals::new("panel", Breakers::default());
        assert!(refusals.standing().is_none());
        for minutes in [5, 10] {
            refusals.refuse(401, Code::AuthRefused);
            let least = Duration::from_secs(minutes * 60);
            advance(least - Duration::from_secs(1)).await;
            assert_eq!(refusals.standing().map(|it| it.why), Some(401));
            // Longer by a quarter at the most, so that many who were refused together do not come back together.
            advance(least / 4 + Duration::from_secs(1)).await;
            assert!(refusals.standing().is_none());
        }
        refusals.refuse(401, Code::AuthRefused);
        refusals.accept();
        assert!(refusals.standing().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_shown_until_the_try_behind_it_has_ended() {
        let breakers = Breakers::default();
        let mut refusals = Refusals::new("panel", breakers.clone());
        let refusal = refusals.refuse((), Code::AuthRefused);
        let (name, open) = breakers.all().remove(0);
        assert_eq!((name.as_str(), open.code), ("panel", Code::AuthRefused));
        assert_eq!(open.next_try, Some(refusal.next_try));
        // Another request came to nothing meanwhile.
        refusals.unheard();
        assert_eq!(breakers.all().len(), 1);

        advance(pause::REFUSED.first.mul_f64(1.25)).await;
        assert_eq!(breakers.all().len(), 1);
        refusals.unheard();
        assert_eq!(breakers.all(), []);
        // It counts on, and has begun anew.
        let again = refusals.refuse((), Code::AuthRefused);
        assert!(again.next_try > clock::later(clock::now(), pause::REFUSED.first));
        refusals.accept();
        assert_eq!(breakers.all(), []);
    }
}
