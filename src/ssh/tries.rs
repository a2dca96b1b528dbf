//! How often our key may be offered to the nodes of a cluster: they may all ask one directory, which locks an
//! account that is refused too often.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::{lock, pause, ssh::node::Node};

/// As many nodes may refuse our key, within as long as [`pause::REFUSED`] says, before it is offered slowly.
const REFUSALS: usize = 3;
const PAUSE: Duration = pause::REFUSED.first;
/// Then one more node is offered it after so long: a good one among bad ones is found, and no account locked.
const SLOWLY: Duration = Duration::from_secs(60);

/// As often in a row may a node not say whether it takes our key before it is left alone as if it had refused it.
const UNHEARD: u32 = 3;

/// The tries of one pool.
#[derive(Debug, Default)]
pub struct Tries {
    state: Mutex<State>,
    /// Whenever one has come to its end.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// When one was refused lately, the first one first.
    refused: Vec<Instant>,
    /// How often in a row a node has not said whether it takes our key.
    unheard: BTreeMap<String, u32>,
    /// How many are on their way.
    under_way: usize,
}

impl Tries {
    /// Until when no node is offered our key, where too many have refused it lately.
    pub fn spent_until(&self) -> Option<Instant> {
        let state = self.state();
        let last = *state.refused.last()?;
        let until = last + SLOWLY;
        (state.refused.len() >= REFUSALS && until > Instant::now()).then_some(until)
    }

    /// The next offer; waits while those that are on their way may all be refused.
    ///
    /// # Errors
    /// When too many have been refused lately, and until when.
    pub async fn one(&self) -> Result<Try<'_>, Instant> {
        loop {
            let ended = self.ended.notified();
            if let Some(until) = self.spent_until() {
                return Err(until);
            }
            {
                let mut state = self.state();
                let left = REFUSALS.saturating_sub(state.refused.len()).max(1);
                if state.under_way < left {
                    state.under_way += 1;
                    return Ok(Try(self));
                }
            }
            ended.await;
        }
    }

    /// Without what is long ago.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = lock::held(&self.state);
        state.refused.retain(|at| at.elapsed() < PAUSE);
        state
    }
}

/// Our key, on its way to a node.
#[derive(Debug)]
pub struct Try<'a>(&'a Tries);

impl Try<'_> {
    /// The node has taken it.
    pub fn taken(self, node: &Node) {
        self.0.state().unheard.remove(&node.to_string());
    }

    /// The node has not said whether it takes it, which counts as refused: whether that is so too often now.
    pub fn unheard(self, node: &Node) -> bool {
        let mut state = self.0.state();
        state.refused.push(Instant::now());
        let times = state.unheard.entry(node.to_string()).or_default();
        *times = times.saturating_add(1);
        *times >= UNHEARD
    }

    /// The node has refused it.
    pub fn refused(self) {
        self.0.state().refused.push(Instant::now());
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way = state.under_way.saturating_sub(1);
        drop(state);
        self.0.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, timeout};

    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn after_the_third_refusal_it_is_one_try_a_minute_for_five_minutes() {
        let tries = Tries::default();
        for _ in 0..REFUSALS {
            assert_eq!(tries.spent_until(), None);
            tries.one().await.expect("a try").refused();
        }
        for _ in 0..4 {
            let until = tries.one().await.expect_err("no try");
            assert_eq!(until, Instant::now() + SLOWLY);
            advance(SLOWLY).await;
            let one = tries.one().await.expect("a try");
            assert!(timeout(SOON, tries.one()).await.is_err());
            one.refused();
        }
        advance(PAUSE).await;
        for _ in 0..REFUSALS {
            tries.one().await.expect("a try").refused();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_on_their_way_than_may_be_refused() {
        let tries = Tries::default();
        let first = tries.one().await.expect("a try");
        let second = tries.one().await.expect("a try");
        second.refused();
        let third = tries.one().await.expect("a try");
        assert!(timeout(SOON, tries.one()).await.is_err());
        // One that was taken, or came to nothing, may be made again.
        drop(first);
        let again = timeout(SOON, tries.one()).await.expect("soon");
        // Who waits is told when there is nothing to wait for any more.
        let (waited, ()) = tokio::join!(timeout(SOON, tries.one()), async {
            third.refused();
            again.expect("a try").refused();
        });
        waited.expect("soon").expect_err("no try");
    }
}
