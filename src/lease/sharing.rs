//! The task that shares the clusters out: it renews, gives up, takes, and tells each collector its duty.

use std::{future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    chain::chain,
    cluster_name::ClusterName,
    lease::{
        post::{Duty, Post, Term},
        share,
    },
    store::{kept::Fence, leases::Instance, opened::Store},
};

/// A lease is renewed so many times before it runs out.
const RENEWALS: u32 = 3;
/// A store that is not there is asked again after this time at the latest.
const AGAIN: Duration = Duration::from_secs(1);

/// The share of one instance.
#[derive(Debug)]
pub struct Sharing {
    instance: Instance,
    clusters: Vec<ClusterName>,
    terms: Vec<watch::Sender<Term>>,
    store: watch::Receiver<Option<Store>>,
    /// The same over a connection of our own, once it was open.
    line: Option<Store>,
    touch: Touch,
}

/// How long the store has been there, or not.
#[derive(Clone, Copy, Debug)]
enum Touch {
    /// Every step since this moment has been taken; the newest one began at the second moment.
    Kept(Instant, Instant),
    /// No step has since this moment; whether any has before.
    Lost(Instant, bool),
}

impl Sharing {
    /// Of these clusters, with leases that last so long, in the store once it is open.
    pub fn new(
        clusters: Vec<ClusterName>,
        lasts: Duration,
        store: watch::Receiver<Option<Store>>,
    ) -> Sharing {
        let terms = clusters.iter().map(|_| watch::Sender::new(Term::unknown()));
        Sharing {
            instance: Instance::new(lasts),
            terms: terms.collect(),
            clusters,
            store,
            line: None,
            touch: Touch::Lost(Instant::now(), false),
        }
    }

    /// The posts of the clusters, in their order.
    pub fn posts(&self) -> Vec<Post> {
        let posts = self.terms.iter().map(|term| Post::new(term.subscribe()));
        posts.collect()
    }

    /// Shares until `shutdown` is done, and gives everything up then.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let within = self.instance.lasts / RENEWALS;
        loop {
            let begun = Instant::now();
            let stepped = tokio::select! {
                () = &mut shutdown => break,
                stepped = timeout(within, self.step(begun)) => stepped,
            };
            let next = match stepped {
                Ok(true) => begun + within,
                Ok(false) | Err(_) => {
                    self.without(Instant::now());
                    Instant::now() + within.min(AGAIN)
                }
            };
            tokio::select! {
                () = &mut shutdown => break,
                () = sleep_until(next) => {}
            }
        }
        self.leave(within).await;
    }

    /// One step; `false` where the store is not there.
    async fn step(&mut self, begun: Instant) -> bool {
        let Some(store) = self.line() else {
            return false;
        };
        let since = match self.touch {
            // Whoever has been paused does not know what has been meanwhile.
            Touch::Kept(since, last) if begun - last <= self.instance.lasts => since,
            _ => begun,
        };
        let heir = begun - since >= self.instance.lasts;
        let shared = store.share(&self.instance, &self.clusters, heir).await;
        let shared = match shared {
            Ok(shared) => shared,
            Err(error) => return self.failed("renew its leases", &chain(&error)),
        };
        if let Touch::Lost(..) = self.touch {
            tracing::info!(
                instances = shared.instances.len(),
                "this instance shares the clusters with others"
            );
        }
        self.touch = Touch::Kept(since, begun);
        let plan = share::plan(&self.instance.holder, &shared);
        for row in &plan.keep {
            let (holder, number) = (row.holder.clone(), row.number);
            self.hold(&row.cluster, Fence { holder, number }, begun);
        }
        let kept = |name: &str| plan.keep.iter().any(|row| row.cluster == name);
        for (cluster, term) in self.clusters.iter().zip(&self.terms) {
            if !kept(cluster.as_str()) {
                follow(cluster, term);
            }
        }
        for row in &plan.give_up {
            if let Err(error) = store.give_up_lease(&self.instance, &row.cluster).await {
                return self.failed("give a lease up", &chain(&error));
            }
        }
        for row in &plan.take {
            let asked = Instant::now();
            match store.take_lease(&self.instance, row).await {
                Ok(Some(fence)) => self.hold(&row.cluster, fence, asked),
                Ok(None) => {}
                Err(error) => return self.failed("take a lease", &chain(&error)),
            }
        }
        true
    }

    /// The store, over a connection that nobody else waits for: the keeper leaves a store alone for a while where it
    /// has failed, and leases do not last that long.
    fn line(&mut self) -> Option<Store> {
        if self.line.is_none() {
            self.line = self.store.borrow().as_ref().map(Store::aside);
        }
        self.line.clone()
    }

    fn hold(&self, cluster: &str, fence: Fence, renewed: Instant) {
        let all = self.clusters.iter().zip(&self.terms);
        for (_, term) in all.filter(|(name, _)| name.as_str() == cluster) {
            let held = term
                .borrow()
                .held(fence.clone(), renewed, self.instance.lasts);
            if held.taken != term.borrow().taken {
                tracing::info!(
                    cluster,
                    number = fence.number,
                    "this instance collects the cluster"
                );
            }
            term.send_replace(held);
        }
    }

    /// The store is not there: what is held is held without an end, because nobody can take over; and the rest is
    /// answered for, once that has lasted.
    fn without(&mut self, now: Instant) {
        let lasts = self.instance.lasts;
        let (since, ever) = match self.touch {
            Touch::Lost(since, ever) => (since, ever),
            // A pause, perhaps, and not the store: the next step tells.
            Touch::Kept(_, last) if now - last >= lasts => (now, true),
            Touch::Kept(_, last) => {
                tracing::warn!(
                    "the store that instances share is not there: this instance goes on with the clusters that it holds"
                );
                self.touch = Touch::Lost(last, true);
                self.go_on();
                return;
            }
        };
        let known = matches!(self.touch, Touch::Lost(..));
        self.touch = Touch::Lost(since, ever);
        if known {
            self.go_on();
        }
        if now - since < lasts {
            return;
        }
        let duty = match ever {
            true => Duty::Answer,
            // It may be the only one. What it reads counts if it takes the lease next.
            false => Duty::Collect(Some(Fence::next(self.instance.holder.as_str()))),
        };
        for term in &self.terms {
            let idle = term.borrow().duty == Duty::Follow;
            if idle {
                let taken = term.borrow().taken;
                let (duty, until) = (duty.clone(), None);
                term.send_replace(Term { duty, until, taken });
            }
        }
    }

    fn go_on(&self) {
        for term in &self.terms {
            term.send_if_modified(|term| term.until.take().is_some());
        }
    }

    fn failed(&self, doing: &str, error: &str) -> bool {
        match self.touch {
            Touch::Kept(..) => tracing::warn!(error, "this instance could not {doing}"),
            Touch::Lost(..) => tracing::debug!(error, "this instance still could not {doing}"),
        }
        false
    }

    /// Gives everything up, so that others take over at once.
    async fn leave(self, within: Duration) {
        let Some(store) = self.line else {
            return;
        };
        match timeout(within, store.leave(&self.instance)).await {
            Ok(Ok(())) => tracing::debug!("the leases are given up"),
            Ok(Err(error)) => {
                let error = chain(&error);
                tracing::warn!(
                    error,
                    "the leases could not be given up: others wait until they run out"
                );
            }
            Err(_) => tracing::warn!(
                "the leases could not be given up in time: others wait until they run out"
            ),
        }
        if timeout(within, store.close()).await.is_err() {
            tracing::debug!("the connection for the leases is left open");
        }
    }
}

/// Another instance collects the cluster, or will.
fn follow(cluster: &ClusterName, term: &watch::Sender<Term>) {
    let told = term.send_if_modified(|term| {
        let changed = term.duty != Duty::Follow;
        (term.duty, term.until) = (Duty::Follow, None);
        changed
    });
    if told {
        tracing::info!(%cluster, "this instance follows the cluster");
    }
}
