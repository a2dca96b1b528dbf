//! The nodes of one cluster: one kept session each, asked in their order of preference.
//!
//! A session in use belongs to its user: it is taken out of the pool, and a call that is dropped
//! half-way takes its session with it. A kept session that proves dead is replaced once by a fresh
//! one; then the next node is asked. A node that cannot be reached is asked last for a while, and a
//! node that refused our key is left alone for minutes, for accounts lock.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    breaker::Breakers,
    clock, lock,
    pause::{self, Pause},
    ssh::{command::Output, error::SshError, login::Login, node::Node, session::Session},
    stage::Stages,
};

/// How long a node that failed is asked after the others; doubles with each failure in a row.
const UNREACHED: Pause = Pause {
    first: Duration::from_secs(15),
    most: Duration::from_secs(300),
};
/// As many nodes are offered our key before all of them are left alone.
const REFUSALS: usize = 3;

/// The storage nodes of one cluster.
#[derive(Debug)]
pub struct Pool {
    login: Login,
    slots: Vec<Slot>,
    /// When our key was refused lately, by whichever node: they may all ask one directory.
    refused: Mutex<Vec<Instant>>,
    stages: Stages,
    breakers: Breakers,
}

#[derive(Debug)]
struct Slot {
    node: Node,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Session>,
    /// Connections in a row that failed.
    failures: u32,
    /// Refusals of our key in a row.
    refusals: u32,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, Default)]
enum Standing {
    #[default]
    Good,
    /// Asked after the others until then.
    Unreached(Instant),
    /// Not asked until then; the second is the same moment on the wall clock.
    Refused(Instant, Timestamp),
}

impl Pool {
    /// A pool over these nodes, the preferred one first. Nothing is connected yet.
    pub fn new(nodes: Vec<Node>, login: Login) -> Pool {
        let slots = nodes.into_iter().map(|node| Slot {
            node,
            state: Mutex::default(),
        });
        Pool {
            login,
            slots: slots.collect(),
            refused: Mutex::default(),
            stages: Stages::default(),
            breakers: Breakers::default(),
        }
    }

    /// Notes in these stages how the nodes do.
    pub fn with_stages(self, stages: Stages) -> Pool {
        Pool { stages, ..self }
    }

    /// Writes down here which nodes are left alone, each by its place.
    pub fn with_breakers(self, breakers: Breakers) -> Pool {
        Pool { breakers, ..self }
    }

    /// Where it is noted how the nodes do.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// Runs the command on the first node that answers, and says which one that was.
    ///
    /// # Errors
    /// When no node gave an output: the error of the only node, or `EveryNode` with one for each.
    pub async fn run(&self, command: &str, within: Duration) -> Result<(Node, Output), SshError> {
        let mut errors = Vec::new();
        for (place, slot) in self.in_order() {
            match self.run_on(slot, command, within).await {
                Ok(output) => return Ok((slot.node.clone(), output)),
                Err(error) => {
                    tracing::debug!(node = %slot.node, error = crate::chain::chain(&error), "a node gave no output");
                    errors.push((place, error));
                }
            }
        }
        // What the preferred node says comes first, whichever was asked first.
        errors.sort_by_key(|(place, _)| *place);
        let mut errors: Vec<SshError> = errors.into_iter().map(|(_, error)| error).collect();
        match errors.len() {
            1 => Err(errors.remove(0)),
            _ => Err(SshError::EveryNode(errors)),
        }
    }

    /// The preferred nodes first, those that could not be reached lately last, each with its place in
    /// the settings.
    fn in_order(&self) -> Vec<(usize, &Slot)> {
        let now = Instant::now();
        let mut slots: Vec<_> = self.slots.iter().enumerate().collect();
        slots.sort_by_key(
            |(_, slot)| matches!(slot.state().standing, Standing::Unreached(until) if until > now),
        );
        slots
    }

    async fn run_on(
        &self,
        slot: &Slot,
        command: &str,
        within: Duration,
    ) -> Result<Output, SshError> {
        let kept = {
            let mut state = slot.state();
            if let Standing::Refused(until, next_try) = state.standing
                && until > Instant::now()
            {
                return Err(SshError::Auth {
                    node: slot.node.clone(),
                    key: self.login.key_name(),
                    next_try,
                });
            }
            state.kept.take().filter(|session| !session.is_closed())
        };
        if let Some(session) = kept {
            match session.run(command, within).await {
                // The connection died while it lay idle: once more on a fresh one.
                Err(SshError::Lost { source, .. }) => {
                    tracing::debug!(node = %slot.node, %source, "a kept session was dead");
                }
                result => return slot.settle(session, result, &self.breakers),
            }
        }
        if let Some(until) = self.refused_everywhere() {
            let pause = until.saturating_duration_since(Instant::now());
            return Err(SshError::Auth {
                node: slot.node.clone(),
                key: self.login.key_name(),
                next_try: clock::later(clock::now(), pause),
            });
        }
        // Rare, and three times as large as all else that a call keeps while it waits.
        match Box::pin(Session::open(&slot.node, &self.login, &self.stages)).await {
            Ok(session) => {
                let result = session.run(command, within).await;
                slot.settle(session, result, &self.breakers)
            }
            Err(error) => {
                if matches!(error, SshError::Auth { .. }) {
                    lock::held(&self.refused).push(Instant::now());
                }
                Err(slot.failed(error, &self.breakers))
            }
        }
    }

    /// Until when no node is offered our key any more, where so many have refused it lately.
    fn refused_everywhere(&self) -> Option<Instant> {
        let mut refused = lock::held(&self.refused);
        refused.retain(|at| at.elapsed() < pause::REFUSED.first);
        let first = *refused.first()?;
        (refused.len() >= REFUSALS).then(|| first + pause::REFUSED.first)
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        lock::held(&self.state)
    }

    /// Keeps the session if it is still good, and notes how the node did.
    fn settle(
        &self,
        session: Session,
        result: Result<Output, SshError>,
        breakers: &Breakers,
    ) -> Result<Output, SshError> {
        match result {
            Err(error) if error.session_lost() => Err(self.failed(error, breakers)),
            result => {
                let mut state = self.state();
                state.kept = Some(session);
                state.failures = 0;
                state.refusals = 0;
                state.standing = Standing::Good;
                breakers.close(&self.node.place().to_string());
                result
            }
        }
    }

    fn failed(&self, error: SshError, breakers: &Breakers) -> SshError {
        let mut state = self.state();
        let open = |code, pause| {
            let (name, now) = (self.node.place().to_string(), clock::now());
            let next_try = clock::later(now, pause);
            breakers.open(&name, code, now, Some(next_try));
            next_try
        };
        let code = error.code();
        match error {
            SshError::Auth { node, key, .. } => {
                let pause = pause::REFUSED.after(state.refusals);
                state.refusals = state.refusals.saturating_add(1);
                state.failures = 0;
                let next_try = open(code, pause);
                state.standing = Standing::Refused(Instant::now() + pause, next_try);
                SshError::Auth {
                    node,
                    key,
                    next_try,
                }
            }
            error => {
                let pause = UNREACHED.after(state.failures);
                state.failures = state.failures.saturating_add(1);
                open(code, pause);
                state.standing = Standing::Unreached(Instant::now() + pause);
                error
            }
        }
    }
}
