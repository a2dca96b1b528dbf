//! A node of a pool: its one connection, the attempt at one, and how it stands.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::{sync::watch, time::Instant};

use crate::{
    breaker::Breakers,
    clock, lock,
    ssh::{
        error::SshError,
        judged::Judged,
        link::Link,
        login::Login,
        node::Node,
        session::Session,
        standing::{Basis, Left, Standing, Verdict},
        tasks::Tasks,
        tries::Tries,
    },
    stage::Stages,
};

/// With what every node of a pool is asked.
#[derive(Clone, Debug)]
pub struct Means {
    /// How sessions are opened.
    pub login: Arc<Login>,
    /// How often our key may still be offered.
    pub tries: Arc<Tries>,
    /// How many commands may run at once on a connection.
    pub max_channels: usize,
    /// Where it is noted how the nodes do.
    pub stages: Stages,
    /// Where it is noted which nodes are left alone.
    pub breakers: Breakers,
}

impl Means {
    fn basis(&self) -> Basis {
        Basis {
            judged: Judged::by(&self.login.host_keys),
            looks: self.breakers.looks(),
        }
    }
}

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
    /// Not yet connected.
    pub fn new(node: Node) -> Member {
        Member {
            name: node.place().to_string(),
            node,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::held(&self.state)
    }

    /// Whether the node is to be asked now.
    pub fn verdict(&self, means: &Means, now: Instant) -> Verdict {
        let mut state = self.state();
        if state.usable().is_some() {
            return Verdict::Asked;
        }
        match (
            state.standing.verdict(now, || means.basis()),
            means.tries.spent_until(),
        ) {
            (Verdict::Barred(why), _) => Verdict::Barred(why),
            (_, Some(until)) => {
                let key = means.login.key_name();
                Verdict::Barred(SshError::withheld(&self.node, key, until))
            }
            (verdict, None) => verdict,
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
                state.standing.connected();
                means.breakers.close(&self.name);
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

    /// A command has ended there.
    pub fn served(&self, means: &Means) {
        self.state().standing.served();
        means.breakers.close(&self.name);
    }

    /// The node has failed a command on this connection, which takes no other one. The error as it is to be told.
    pub fn failed(&self, means: &Means, link: &Arc<Link>, error: SshError) -> SshError {
        self.leave(link);
        let mut state = self.state();
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

    fn write_down(&self, means: &Means, error: &SshError, left: Left) {
        let now = clock::now();
        let next_try = left.map(|left| clock::later(now, left));
        means.breakers.open(&self.name, error.code(), now, next_try);
    }
}
