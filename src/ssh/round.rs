//! In which order the nodes are got at for one command: a bit after one another, as RFC 8305 has it for the
//! addresses of a host, so that a node that says nothing does not hold up the others.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use crate::ssh::member::{Attempt, Member, Outcome};

/// After so long without a connection the next node is begun, too.
const STAGGER: Duration = Duration::from_secs(1);

/// A node, when it is its turn.
#[derive(Clone, Debug)]
pub struct Turn {
    /// How many come before it in this round.
    pub rank: usize,
    /// How many come before it in the settings.
    pub place: usize,
    /// Whether it is asked over its second connection in this round, or a later one.
    pub again: bool,
    /// The node.
    pub member: Arc<Member>,
}

/// The nodes of one round.
#[derive(Debug)]
pub struct Round {
    /// Those that are still to be begun, by rank.
    queue: VecDeque<Turn>,
    /// Those that have been begun, by rank.
    begun: Vec<Begun>,
}

struct Begun {
    turn: Turn,
    at: Instant,
    outcome: Pin<Box<dyn Future<Output = Option<Outcome>> + Send>>,
}

impl Round {
    /// Over these nodes, each with its place in the settings, in this order.
    pub fn new(nodes: impl IntoIterator<Item = (usize, Arc<Member>)>) -> Round {
        let turns = nodes.into_iter().enumerate();
        let turns = turns.map(|(rank, (place, member))| Turn {
            rank,
            place,
            again: false,
            member,
        });
        Round {
            queue: turns.collect(),
            begun: Vec::new(),
        }
    }

    /// The first in order of those that have ended, as soon as one has, with what came of it: `None` where it
    /// was ended from outside. Nothing at all when all have ended. Begins the next node when there is nothing
    /// to wait for, or when that takes too long.
    pub async fn next(
        &mut self,
        begin: impl Fn(&Arc<Member>) -> Attempt,
    ) -> Option<(Turn, Option<Outcome>)> {
        loop {
            if self.begun.is_empty() {
                let turn = self.queue.pop_front()?;
                let attempt = begin(&turn.member);
                self.begin(turn, attempt);
            }
            let last = self.begun.iter().map(|begun| begun.at).max();
            let late = last.filter(|_| !self.queue.is_empty());
            tokio::select! {
                biased;
                got = first(&mut self.begun) => return Some(got),
                () = until(late.map(|at| at + STAGGER)) => {
                    if let Some(turn) = self.queue.pop_front() {
                        let attempt = begin(&turn.member);
                        self.begin(turn, attempt);
                    }
                }
            }
        }
    }

    /// Waits for this further attempt at a node, too, in the order of its rank.
    pub fn again(&mut self, turn: Turn, attempt: Attempt) {
        self.begin(
            Turn {
                again: true,
                ..turn
            },
            attempt,
        );
    }

    fn begin(&mut self, turn: Turn, attempt: Attempt) {
        let before = self
            .begun
            .partition_point(|other| other.turn.rank < turn.rank);
        let begun = Begun {
            turn,
            at: attempt.begun,
            outcome: Box::pin(attempt.outcome()),
        };
        self.begun.insert(before, begun);
    }
}

/// Until then; never without a time.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn first(begun: &mut Vec<Begun>) -> (Turn, Option<Outcome>) {
    poll_fn(|context| poll_first(begun, context)).await
}

fn poll_first(begun: &mut Vec<Begun>, context: &mut Context<'_>) -> Poll<(Turn, Option<Outcome>)> {
    for (index, one) in begun.iter_mut().enumerate() {
        if let Poll::Ready(outcome) = one.outcome.as_mut().poll(context) {
            return Poll::Ready((begun.remove(index).turn, outcome));
        }
    }
    Poll::Pending
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Begun").field(&self.turn).finish()
    }
}
