//! A node of a pool: its one connection, the attempt at one, and how it stands.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::Instant,
};

use crate::{
    clock, lock,
    ssh::{
        error::SshError,
        link::Link,
        means::Means,
        node::Node,
        output::Output,
        session::Session,
        standing::{Left, Standing, Verdict},
        tasks::Tasks,
    },
};

/// A connection, or why there is none.
pub type Outcome = Result<Arc<Link>, SshError>;

/// An attempt to get at a node: a probe of the connection that is there, or a new one. It goes on whoever
/// waits for it, and all who do get the same.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Since when it has been going on.
    pub begun: Instant,
    end: watch::Receiver<Option<Outcome>>,
}

impl Attempt {
    /// What comes of it; `None` where it was ended from outside.
    pub async fn outcome(mut self) -> Option<Outcome> {
        let ended = self.end.wait_for(Option::is_some).await;
        ended.ok().and_then(|outcome| outcome.clone())
    }

    /// Whether somebody works on it.
    fn goes_on(&self) -> bool {
        self.end.has_changed().is_ok()
    }
}

/// A node of a pool.
#[derive(Debug)]
pub struct Member {
    /// Which.
    pub node: Node,
    /// As others are told of it.
    name: String,
    state: Mutex<State>,
    /// One permit: for the trial that goes on.
    trial: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    link: Option<Arc<Link>>,
    attempt: Option<Attempt>,
    standing: Standing,
}

impl State {
    /// The connection, as long as it takes commands.
    fn usable(&mut self) -> Option<Arc<Link>> {
        self.link = self.link.take().filter(|link| link.is_usable());
        self.link.clone()
    }
}

impl Member {
    /// Not yet connected; others are told of it under this name.
    pub fn new(node: Node, name: String) -> Member {
        Member {
            node,
            name,
            state: Mutex::default(),
            trial: Arc::new(Semaphore::new(1)),
        }
    }

    /// The right to try the node out, unless somebody does so.
    pub fn trial(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.trial).try_acquire_owned().ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::held(&self.state)
    }

    /// Whether the node is to be asked now.
    pub fn verdict(&self, means: &Means, now: Instant) -> Verdict {
        let mut state = self.state();
        let kept = state.usable().is_some();
        match (
            state.standing.verdict(now, || means.basis()),
            means.tries.spent_until(),
        ) {
            (Verdict::Barred(why), _) => Verdict::Barred(why),
            // Who has let us in is offered no key.
            (_, Some(until)) if !kept => {
                let key = means.login.key_name();
                Verdict::Barred(SshError::withheld(&self.node, key, until))
            }
            (verdict, _) => verdict,
        }
    }

    /// The attempt that is going on, or a new one, by a task of the pool. A connection that is there and was
    /// in use a moment ago is taken as it is.
    pub fn begin(self: &Arc<Member>, means: &Means, tasks: &Tasks) -> Attempt {
        let mut state = self.state();
        let attempt = state.attempt.take();
        if let Some(attempt) = attempt.filter(Attempt::goes_on) {
            state.attempt = Some(attempt.clone());
            return attempt;
        }
        let kept = state.usable();
        let (told, end) = watch::channel(None);
        let begun = Instant::now();
        let attempt = Attempt { begun, end };
        match kept.filter(|link| !link.is_doubtful()) {
            Some(link) => {
                told.send_replace(Some(Ok(link)));
            }
            None => {
                state.attempt = Some(attempt.clone());
                let (member, means) = (Arc::clone(self), means.clone());
                tasks.spawn(async move {
                    let outcome = member.attempt(&means).await;
                    told.send_replace(Some(outcome));
                });
            }
        }
        attempt
    }

    async fn attempt(&self, means: &Means) -> Outcome {
        let kept = self.state().usable();
        if let Some(link) = kept {
            if link.answers().await {
                self.state().attempt = None;
                return Ok(link);
            }
            tracing::debug!(node = %self.node, "a connection that lay idle was dead");
            self.leave(&link);
        }
        // As it was before: what is changed meanwhile is worth another try.
        let basis = means.basis();
        let Means {
            login,
            tries,
            stages,
            ..
        } = means;
        let opened = Session::open(&self.node, login, tries, stages).await;
        let mut state = self.state();
        state.attempt = None;
        match opened {
            Ok(session) => {
                let link = Arc::new(Link::new(session, means.max_channels));
                state.link = Some(Arc::clone(&link));
                if state.standing.connected() {
                    means.breakers.close(&self.name);
                }
                Ok(link)
            }
            // That says nothing of the node.
            Err(error @ SshError::Withheld { .. }) => Err(error),
            Err(error) => {
                let (error, left) = state.standing.failed(error, Instant::now(), || basis);
                self.write_down(means, &error, left);
                Err(error)
            }
        }
    }

    /// Notes what a command on this connection says of the node: the same, as it is to be told.
    pub fn judge(
        &self,
        means: &Means,
        link: &Arc<Link>,
        result: Result<Output, SshError>,
    ) -> Result<Output, SshError> {
        match result {
            Err(error) if error.is_of_the_node() => Err(self.failed(means, link, error)),
            result => {
                if self.state().standing.served() {
                    means.breakers.close(&self.name);
                }
                result
            }
        }
    }

    fn failed(&self, means: &Means, link: &Arc<Link>, error: SshError) -> SshError {
        let mut state = self.state();
        let newer = state.usable().is_some_and(|kept| !Arc::ptr_eq(&kept, link));
        // An old connection says nothing of a newer one, nor of what our key or the host key met after it.
        if newer || state.standing.is_barred() {
            return error;
        }
        let failed = state
            .standing
            .failed(error, Instant::now(), || means.basis());
        let (error, left) = failed;
        self.write_down(means, &error, left);
        error
    }

    /// Gives up this connection: it is closed when what still runs on it has ended.
    pub fn leave(&self, link: &Arc<Link>) {
        link.retire();
        self.state().link.take_if(|kept| Arc::ptr_eq(kept, link));
    }

    /// Gives up whichever connection there is.
    pub fn close(&self) {
        if let Some(link) = self.state().link.take() {
            link.retire();
        }
    }

    /// Writes down the pause that goes on, if any does: where no other node has served, it ends with the next round.
    pub fn write_down_pause(&self, means: &Means, served: bool) {
        let state = self.state();
        if let Some((why, until)) = state.standing.paused() {
            let left = until.saturating_duration_since(Instant::now());
            let left = if served { left } else { Duration::ZERO };
            self.write_down(means, why, Some(left));
        }
    }

    fn write_down(&self, means: &Means, error: &SshError, left: Left) {
        let now = clock::now();
        let next_try = left.map(|left| clock::later(now, left));
        means.breakers.open(&self.name, error.code(), now, next_try);
    }
}
