//! What a collector is to do, from moment to moment.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{store::kept::Fence, words::words};

/// What an instance does for one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// It reads, keeps and publishes; under this lease, where there may be others, or under the one that it takes next.
    Collect(Option<Fence>),
    /// It reads and publishes, so that callers have an answer, and keeps nothing: the store is not there, and
    /// whoever held the lease collects.
    Answer,
    /// It publishes what another instance has kept.
    Follow,
}

impl Duty {
    /// Whether the sources are asked.
    pub fn asks(&self) -> bool {
        !matches!(self, Duty::Follow)
    }

    /// Whether that is under a lease that was taken.
    pub fn holds(&self) -> bool {
        matches!(self, Duty::Collect(Some(fence)) if !fence.is_next())
    }
}

/// A duty and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is to be done.
    pub duty: Duty,
    /// Until when, if nobody says more: whoever was paused for longer holds nothing. `None`: without an end.
    pub until: Option<Instant>,
    /// How often this instance has taken the lease.
    pub taken: u64,
}

words! {
    /// Which instance collects a cluster.
    CollectedBy as "CollectedBy" {
        /// The one that answers.
        This = "this",
        /// Another one that shares its store.
        Another = "another",
    }
}

impl CollectedBy {
    /// As it is at this moment.
    pub fn of(post: &Post, now: Instant) -> CollectedBy {
        match post.duty(now) {
            Duty::Collect(_) | Duty::Answer => CollectedBy::This,
            Duty::Follow => CollectedBy::Another,
        }
    }
}

/// The post of one collector.
#[derive(Clone, Debug)]
pub struct Post {
    term: watch::Receiver<Term>,
    shared: bool,
}

impl Post {
    /// Where the duty is told from time to time.
    pub fn new(term: watch::Receiver<Term>) -> Post {
        Post { term, shared: true }
    }

    /// Whether leases say who collects: not where there is only one instance.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// What is to be done at this moment.
    pub fn duty(&self, now: Instant) -> Duty {
        let term = self.term.borrow();
        match term.until {
            Some(until) if until <= now => Duty::Follow,
            _ => term.duty.clone(),
        }
    }

    /// How often this instance has taken the lease of the cluster.
    pub fn taken(&self) -> u64 {
        self.term.borrow().taken
    }

    /// Returns when the duty may be another one than it was.
    pub async fn changed(&mut self) {
        let until = self.term.borrow().until.filter(|it| *it > Instant::now());
        let over = async {
            match until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {}
            told = self.term.changed() => {
                // Whoever told has ended: then the term stands as it is.
                if told.is_err() {
                    match until {
                        Some(until) => sleep_until(until).await,
                        None => std::future::pending().await,
                    }
                }
            }
        }
    }
}

impl Default for Post {
    /// Of the only instance, which always collects.
    fn default() -> Post {
        let (_, term) = watch::channel(Term {
            duty: Duty::Collect(None),
            until: None,
            taken: 0,
        });
        Post {
            term,
            shared: false,
        }
    }
}

impl Term {
    /// Before anything is known.
    pub fn unknown() -> Term {
        Term {
            duty: Duty::Follow,
            until: None,
            taken: 0,
        }
    }

    /// Holds a lease that was renewed at this moment.
    pub fn held(&self, fence: Fence, renewed: Instant, lasts: Duration) -> Term {
        let before = match &self.duty {
            Duty::Collect(Some(before)) => before.number,
            _ => 0,
        };
        Term {
            taken: self.taken + u64::from(before != fence.number),
            duty: Duty::Collect(Some(fence)),
            until: Some(renewed + lasts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{sleep, timeout};

    const LASTS: Duration = Duration::from_secs(10);

    fn fence(number: i64) -> Fence {
        let holder = "one".to_owned();
        Fence { holder, number }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_paused_for_longer_than_its_lease_follows() {
        let held = Term::unknown().held(fence(3), Instant::now(), LASTS);
        let (tell, term) = watch::channel(held.clone());
        let mut post = Post::new(term);
        assert_eq!(post.duty(Instant::now()), Duty::Collect(Some(fence(3))));
        timeout(LASTS, post.changed()).await.unwrap();
        assert_eq!(post.duty(Instant::now()), Duty::Follow);
        tell.send_replace(held.held(fence(3), Instant::now(), LASTS));
        post.changed().await;
        assert_eq!(post.duty(Instant::now()), Duty::Collect(Some(fence(3))));
        assert_eq!(post.taken(), 1, "a renewal takes nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn the_only_instance_always_collects() {
        let mut post = Post::default();
        sleep(LASTS * 1_000).await;
        assert_eq!(post.duty(Instant::now()), Duty::Collect(None));
        timeout(LASTS, post.changed()).await.unwrap_err();
    }
}
