//! One task a cluster: rounds on a clock of their own, and the newest usage published after each.
//!
//! A round asks storage, its witnesses and compute side by side. A source that has not ended by the next round
//! is not asked twice. States follow the clock, not the end of a round: a part turns stale and then
//! missing on time, whatever its source is doing. A witness is compared and never billed: it changes no state.
//! What is read is kept before it is published. A cluster that another instance collects is followed in the store.

pub mod asking;
pub mod following;
pub mod held;
pub mod keeping;
pub mod parts;
pub mod rounds;
pub mod told;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{
    breaker::Breakers,
    clock,
    cluster_name::ClusterName,
    collector::{
        asking::Asking,
        following::{Following, Look},
        held::Timing,
        keeping::Keeping,
        parts::Parts,
        rounds::{Place, Rounds},
        told::Told,
    },
    keeper::handle::Keeper,
    lease::post::{Duty, Post},
    pulse::Beat,
    reading::{ComputeReading, StorageReading},
    source::{Sources, StorageSource, read::Read},
    stage::Stages,
    store::{opened::Store, origin::Role},
    usage::{Billed, ClusterUsage},
};

/// After so long without an end, the first round counts as one without figures.
const FIRST_ROUND: Duration = Duration::from_secs(5);

/// What a source that is asked gives, once it is kept; `None` where another instance has taken over meanwhile.
type Answer<T> = Option<Read<T>>;

/// The collector of one cluster.
#[derive(Debug)]
pub struct Collector {
    name: ClusterName,
    sources: Sources,
    timing: Timing,
    place: Place,
    newest: watch::Sender<Arc<ClusterUsage>>,
    beat: Beat,
    keeping: Keeping,
    post: Post,
    store: watch::Receiver<Option<Store>>,
}

impl Collector {
    /// A collector that has read nothing yet.
    pub fn new(name: ClusterName, sources: Sources, timing: Timing) -> Collector {
        let (now, began) = (Instant::now(), clock::now());
        let parts = Parts::new(&sources, began);
        let billed = Billed {
            source: sources.storage.source(),
            basis: sources.storage.source().basis(),
            size_base: sources.storage.size_base(),
        };
        let usage = ClusterUsage {
            cluster: name.to_string(),
            billed,
            serial: 0,
            at: began,
            published: now,
            next_round: now + FIRST_ROUND.min(timing.poll),
            poll: timing.poll,
            settled: false,
            storage: parts.storage.part(timing, now),
            compute: parts.compute.part(timing, now),
            witnesses: parts.witnesses(timing, now),
            evidence: None,
        };
        Collector {
            keeping: Keeping::nowhere(name.clone()),
            name,
            sources,
            timing,
            place: Place::default(),
            newest: watch::Sender::new(Arc::new(usage)),
            beat: Beat::default(),
            post: Post::default(),
            store: watch::channel(None).1,
        }
    }

    /// Answers this beat for as long as its loop turns.
    pub fn with_beat(self, beat: Beat) -> Collector {
        Collector { beat, ..self }
    }

    /// Takes its rounds at this place of the interval, as one of several clusters.
    pub fn at(self, place: Place) -> Collector {
        Collector { place, ..self }
    }

    /// Keeps what it reads there before it publishes it.
    pub fn with_keeper(self, keeper: Keeper) -> Collector {
        let keeping = Keeping::new(self.name.clone(), keeper, self.timing.max_age);
        Collector { keeping, ..self }
    }

    /// Collects while this post says so, and follows the cluster in this store otherwise.
    pub fn with_post(self, post: Post, store: watch::Receiver<Option<Store>>) -> Collector {
        Collector {
            post,
            store,
            ..self
        }
    }

    /// Where it is told whether it collects.
    pub fn post(&self) -> &Post {
        &self.post
    }

    /// The newest usage, now and whenever there is a newer one.
    pub fn newest(&self) -> watch::Receiver<Arc<ClusterUsage>> {
        self.newest.subscribe()
    }

    /// Where its sources note how they do.
    pub fn stages(&self) -> &Stages {
        &self.sources.stages
    }

    /// Where its sources show which peers they leave alone.
    pub fn breakers(&self) -> &Breakers {
        &self.sources.breakers
    }

    /// Reads until `shutdown` is done. What is being asked then is dropped, and ended on the nodes.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let (start, timing) = (Instant::now(), self.timing);
        let mut beat = std::mem::take(&mut self.beat);
        let mut post = self.post.clone();
        let mut following = Following::new(self.name.clone(), self.store.clone());
        let mut parts = Parts::new(&self.sources, self.newest.borrow().at);
        let witnesses = &self.sources.witnesses;
        let mut told = Told::default();
        let mut storage: Asking<'_, Answer<StorageReading>> = Asking::default();
        let mut compute: Asking<'_, Answer<ComputeReading>> = Asking::default();
        let mut asked: Vec<Asking<'_, Answer<StorageReading>>> =
            witnesses.iter().map(|_| Asking::default()).collect();
        let mut look: Asking<'_, Look> = Asking::default();
        let mut look_at = start;
        let mut duty = post.duty(start);
        // None while it follows: then the store is looked at instead.
        let mut rounds = duty
            .asks()
            .then(|| Rounds::new(start, timing.poll, self.place));
        let settle_at = start + FIRST_ROUND.min(timing.poll);
        let mut shutdown = std::pin::pin!(shutdown);
        // The moment of which the published states speak: what changes after it is still to be said.
        let mut said = start;
        loop {
            let settled = said >= settle_at || parts.ended();
            let settling = (!settled).then_some(settle_at);
            let change = parts.next_change(timing, said).into_iter().chain(settling);
            let next_change = change.min();
            let next_round = rounds.as_ref().map(Rounds::next);
            tokio::select! {
                () = &mut shutdown => return self.sources.close().await,
                () = beat.answer() => continue,
                () = post.changed() => {
                    let newer = post.duty(Instant::now());
                    if !newer.asks() {
                        // Whoever has taken over reads it now.
                        (storage, compute, rounds) = Default::default();
                        asked.iter_mut().for_each(|asking| *asking = Asking::default());
                    } else if rounds.is_none() && !newer.holds() {
                        rounds = Some(Rounds::new(Instant::now(), timing.poll, self.place));
                    }
                    if newer.asks() != duty.asks() {
                        // What another one has read last says when the next reading is due.
                        (look, look_at) = (Asking::default(), Instant::now());
                    }
                    duty = newer;
                    continue;
                }
                () = sleep_until(look_at), if rounds.is_none() => {
                    look_at = Instant::now() + following::EVERY;
                    look.start(|| following.look());
                    if !parts.turned(&self.newest.borrow(), timing, Instant::now()) {
                        continue;
                    }
                }
                seen = look.end() => {
                    let news = following.take(seen, &mut parts);
                    if rounds.is_none() && duty.asks() {
                        let due = parts.due(timing).max(Some(Instant::now()));
                        rounds = due.map(|due| Rounds::new(due, timing.poll, self.place));
                    }
                    if !news {
                        continue;
                    }
                }
                () = sleep_until(next_round.unwrap_or(said)), if next_round.is_some() => {
                    rounds.iter_mut().for_each(|rounds| rounds.begin(Instant::now()));
                    storage.start(|| self.ask(Role::Storage, &self.sources.storage, duty.clone()));
                    compute.start(|| self.ask_compute(duty.clone()));
                    for (asking, witness) in asked.iter_mut().zip(witnesses) {
                        asking.start(|| self.ask(Role::Witness, witness, duty.clone()));
                    }
                    // A new round alone changes nothing that is served, unless the machine has slept.
                    if !parts.turned(&self.newest.borrow(), timing, Instant::now()) {
                        continue;
                    }
                }
                Some(read) = storage.end() => self.take(&mut parts, read),
                Some(read) = compute.end() => parts.compute.take(read.reading, &self.name, "compute"),
                (number, Some(read)) = Asking::first(&mut asked) => {
                    self.take_witness(&mut parts, number, read);
                }
                () = sleep_until(next_change.unwrap_or(said)), if next_change.is_some() => {}
            }
            let now = Instant::now();
            said = now;
            let settled = now >= settle_at || parts.ended();
            let next_round = rounds.as_ref().map_or(look_at, Rounds::next);
            let before = Arc::clone(&self.newest.borrow());
            let usage = parts.usage(&before, timing, (now, next_round), settled);
            told.tell(&usage.compared(), &self.name);
            self.newest.send_replace(Arc::new(usage));
        }
    }

    /// Asks a storage source, and keeps what it gives.
    async fn ask(&self, role: Role, source: &StorageSource, duty: Duty) -> Answer<StorageReading> {
        let read = self.sources.read(source).await;
        let read = self
            .keeping
            .storage(role, source.source(), read, &duty)
            .await;
        // Whoever was paused, and is no longer on duty, has nothing to say.
        read.filter(|_| self.post.duty(Instant::now()).asks())
    }

    /// Asks the panel, and keeps what it says of compute.
    async fn ask_compute(&self, duty: Duty) -> Answer<ComputeReading> {
        let read = self.sources.compute.read().await;
        let read = self.keeping.compute(read, &duty).await;
        read.filter(|_| self.post.duty(Instant::now()).asks())
    }

    fn take(&self, parts: &mut Parts, read: Read<StorageReading>) {
        parts.show(read.evidence);
        parts.storage.take(read.reading, &self.name, "storage");
    }

    fn take_witness(&self, parts: &mut Parts, number: usize, read: Read<StorageReading>) {
        parts.show(read.evidence);
        if let Some((source, held)) = parts.witnesses.get_mut(number) {
            held.take(read.reading, &self.name, source.name());
        }
    }
}
