//! Signs of life: a loop that must not stand still is asked now and then, and answers from within.
//!
//! A loop that nobody asks sets no timer. One that is asked proves with its answer that its task is run and that
//! it comes back to where it waits, which no timer beside it could.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::watch;

/// Asks the loops of a service. A copy asks the same ones.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    question: watch::Sender<u64>,
    beats: Vec<(String, Arc<AtomicU64>)>,
}

impl Pulse {
    /// For one more loop, of this name.
    pub fn beat(&mut self, name: impl Into<String>) -> Beat {
        let answered = Arc::new(AtomicU64::new(*self.question.borrow()));
        self.beats.push((name.into(), Arc::clone(&answered)));
        Beat(Some((self.question.subscribe(), answered)))
    }

    /// Asks all of them.
    pub fn ask(&self) {
        self.question.send_modify(|number| *number += 1);
    }

    /// The names of those that have not answered since they were asked last.
    pub fn silent(&self) -> Vec<&str> {
        let number = *self.question.borrow();
        let silent = self
            .beats
            .iter()
            .filter(|(_, answered)| answered.load(Ordering::Acquire) != number);
        silent.map(|(name, _)| name.as_str()).collect()
    }
}

/// The side of one loop. By default nobody asks it.
#[derive(Debug, Default)]
pub struct Beat(Option<(watch::Receiver<u64>, Arc<AtomicU64>)>);

impl Beat {
    /// Answers when it is asked; waits for ever where nobody does. Whoever stops waiting misses no question.
    pub async fn answer(&mut self) {
        if let Some((question, answered)) = &mut self.0
            && question.changed().await.is_ok()
        {
            return answered.store(*question.borrow_and_update(), Ordering::Release);
        }
        // Whoever could ask has gone.
        self.0 = None;
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_has_not_answered_the_last_question_is_silent() {
        let mut pulse = Pulse::default();
        let (mut first, mut second) = (pulse.beat("first"), pulse.beat("second"));
        assert!(pulse.silent().is_empty(), "nobody was asked yet");
        pulse.ask();
        assert_eq!(pulse.silent(), ["first", "second"]);
        first.answer().await;
        assert_eq!(pulse.silent(), ["second"]);
        second.answer().await;
        assert!(pulse.silent().is_empty());
        pulse.ask();
        assert_eq!(pulse.silent(), ["first", "second"], "an answer counts once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_nobody_asks_waits_for_ever() {
        let mut pulse = Pulse::default();
        let (mut asked, mut left) = (pulse.beat("asked"), Beat::default());
        let day = Duration::from_secs(86_400);
        timeout(day, left.answer()).await.unwrap_err();
        timeout(day, asked.answer()).await.unwrap_err();
        drop(pulse);
        timeout(day, asked.answer()).await.unwrap_err();
    }
}
