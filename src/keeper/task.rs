//! The task of the keeper.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    clock,
    keeper::{
        desk::{Desk, DeskError},
        handle::{Asked, Counter, Outcome},
        opening::{Opened, Ours, Places},
        queue::Queue,
        standing::Cause,
        trouble::Trouble,
        writing::{Done, Failed, WITHIN, Work},
    },
    pulse::Beat,
    store::{kept::Kept, place::Place},
};

/// At the end, what is being written has this long, and the store as long to close.
const ENDING: Duration = Duration::from_millis(700);
/// Rounds that are written in one transaction.
const GROUP: usize = 256;

/// The task that keeps.
#[derive(Debug)]
pub struct Task {
    counter: Counter,
    place: Place,
    desk: Desk,
    /// Away while the store is being opened.
    ours: Option<Ours>,
    opened: Option<Opened>,
    work: Work,
    /// Those that wait for the store, and since when the first of them has.
    standing_in_line: Vec<Asked>,
    since: Instant,
    trouble: Trouble,
    beat: Beat,
}

impl Task {
    /// The task of this counter, with the store as its own.
    pub fn new(counter: Counter, places: Places, ours: Ours) -> Task {
        Task {
            counter,
            desk: Desk::new(Queue::new(places.queue, places.queue_size)),
            ours: Some(ours),
            opened: None,
            work: Work::default(),
            standing_in_line: Vec::new(),
            since: Instant::now(),
            trouble: Trouble::new(places.store.clone()),
            place: places.store,
            beat: Beat::default(),
        }
    }

    /// Answers this beat for as long as its loop turns.
    pub fn with_beat(self, beat: Beat) -> Task {
        Task { beat, ..self }
    }

    /// Keeps until `shutdown` is done, brings what waits to the disk, and closes the store.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let opened = self.desk.work(Queue::open).await;
        self.trouble.queue(opened.map(drop));
        if let Some(queue) = self.desk.queue() {
            Trouble::found(queue);
        }
        self.show();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            self.begin().await;
            let retry =
                (!self.work.is_going_on() && self.is_behind()).then_some(self.trouble.next_try);
            let late = (!self.standing_in_line.is_empty()).then_some(self.since + WITHIN);
            tokio::select! {
                () = &mut shutdown => break,
                () = self.beat.answer() => {}
                done = self.work.done() => self.take(done).await,
                asked = self.counter.inbox.recv() => match asked {
                    Some(asked) => self.ask(asked).await,
                    None => break,
                },
                () = sleep_until(late.unwrap_or(self.since)), if late.is_some() => self.queue_up(false).await,
                () = sleep_until(retry.unwrap_or(self.since)), if retry.is_some() => {}
            }
            self.show();
        }
        self.end().await;
    }

    /// Whether the store takes what comes, though the queue does not.
    fn goes_past(&self) -> bool {
        self.opened.is_some() && self.trouble.goes_past()
    }

    /// Whether something waits in the queue, or the store is not open.
    fn is_behind(&self) -> bool {
        let waiting = self.desk.queue().map(Queue::waiting);
        self.opened.is_none() || waiting.is_none_or(|it| it.bytes > 0)
    }

    /// Begins what is next to be done with the store, if that is due.
    async fn begin(&mut self) {
        if self.work.is_going_on() {
            return;
        }
        match &self.opened {
            None if Instant::now() >= self.trouble.next_try => {
                if let Some(ours) = self.ours.take() {
                    self.work.open(ours, self.place.clone());
                }
            }
            Some(opened)
                if !self.standing_in_line.is_empty()
                    && (!self.is_behind() || self.trouble.goes_past()) =>
            {
                let group = self.standing_in_line.len().min(GROUP);
                let group = self.standing_in_line.drain(..group).collect();
                self.work.write(opened.clone(), group);
            }
            Some(opened) if self.is_behind() && Instant::now() >= self.trouble.next_try => {
                let opened = opened.clone();
                let taken = match self.desk.is_there().await {
                    true => self.desk.work(Queue::take).await,
                    false => Err(DeskError::Slow),
                };
                match taken {
                    Ok(taken) => self.work.drain(opened, taken),
                    Err(error) => {
                        self.trouble.queue(Err(error));
                        self.trouble.pause();
                    }
                }
            }
            _ => {}
        }
    }

    /// Somebody has something to keep.
    async fn ask(&mut self, asked: Asked) {
        if self.standing_in_line.is_empty() {
            self.since = Instant::now();
        }
        self.standing_in_line.push(asked);
        while self.standing_in_line.len() < GROUP
            && let Ok(asked) = self.counter.inbox.try_recv()
        {
            self.standing_in_line.push(asked);
        }
        // While the store fails, nobody waits for it. Before it was ever open, everybody does, for a moment.
        let before = self.opened.is_none() && !self.trouble.has_failed();
        if self.is_behind() && !before && !self.goes_past() {
            self.queue_up(true).await;
        }
    }

    /// What has come to its end.
    async fn take(&mut self, done: Done) {
        match done {
            Done::Opened(ours, opened) => {
                self.ours = Some(ours);
                match opened {
                    Ok(opened) => {
                        self.counter.store.send_replace(Some(opened.store.clone()));
                        self.opened = Some(opened);
                        self.trouble.opened();
                    }
                    Err(failed) => {
                        self.fails(&failed);
                        self.queue_up(true).await;
                    }
                }
            }
            Done::Written(asked, Ok(held)) => {
                self.wrote(&held);
                for (asked, held) in asked.into_iter().zip(held) {
                    asked.answer(if held {
                        Outcome::Stored
                    } else {
                        Outcome::Fenced
                    });
                }
            }
            Done::Written(asked, Err(failed)) => {
                self.fails(&failed);
                self.standing_in_line.splice(..0, asked);
                self.queue_up(true).await;
            }
            Done::Drained(taken, Ok(held)) => {
                self.wrote(&held);
                let emptied = self.desk.work(move |queue| queue.done(&taken)).await;
                self.trouble.queue(emptied);
            }
            Done::Drained(_, Err(failed)) => self.fails(&failed),
        }
    }

    /// The store has written; of each round, whether its lease was held.
    fn wrote(&mut self, held: &[bool]) {
        self.trouble.wrote();
        let fenced = held.iter().filter(|held| !**held).count();
        self.counter.standing.send_modify(|standing| {
            standing.last_write = Some(clock::now());
            standing.fenced += u64::try_from(fenced).unwrap_or(u64::MAX);
        });
    }

    /// The store has failed.
    fn fails(&mut self, failed: &Failed) {
        self.trouble.failed(failed);
        // Another connection may find what this one does not, and a file may have been put back.
        let is_there = self.opened.as_ref().is_some_and(Opened::is_there);
        if !matches!(failed.cause, Cause::Slow | Cause::Full | Cause::Draining) || !is_there {
            self.opened = None;
            self.counter.store.send_replace(None);
        }
    }

    /// All that stand in line go to the queue. Where it takes nothing, they stay in line for an open store, or are lost.
    async fn queue_up(&mut self, may_stay: bool) {
        if self.standing_in_line.is_empty() {
            return;
        }
        let asked = std::mem::take(&mut self.standing_in_line);
        let rounds: Vec<Kept> = asked.iter().map(|asked| asked.round.clone()).collect();
        let queued = self.desk.work(move |queue| queue.push(&rounds)).await;
        let failed = queued.is_err();
        self.trouble.queue(queued);
        if failed && may_stay && self.goes_past() {
            self.standing_in_line = asked;
            return;
        }
        let outcome = if failed {
            Outcome::Lost
        } else {
            Outcome::Queued
        };
        if failed {
            let count = u64::try_from(asked.len()).unwrap_or(u64::MAX);
            let counted = |lost: &mut u64| *lost = lost.saturating_add(count);
            let standing = &self.counter.standing;
            standing.send_modify(|standing| counted(&mut standing.lost));
        }
        for asked in asked {
            asked.answer(outcome);
        }
    }

    /// Publishes how all this does.
    fn show(&mut self) {
        let waiting = self.desk.queue().map(Queue::waiting);
        let found = self.desk.queue().map(Queue::found);
        let behind = self.is_behind();
        let (state, cause) = self.trouble.shown(behind, self.opened.is_some());
        self.counter.standing.send_if_modified(|standing| {
            let before = *standing;
            if standing.state != state {
                standing.since = clock::now();
            }
            standing.state = state;
            standing.cause = cause;
            standing.waiting = waiting.unwrap_or(standing.waiting);
            standing.found = found.unwrap_or(standing.found);
            *standing != before
        });
    }

    /// Brings what waits to the disk, and closes the store.
    async fn end(&mut self) {
        self.counter.inbox.close();
        while let Ok(asked) = self.counter.inbox.try_recv() {
            self.standing_in_line.push(asked);
        }
        if self.work.is_going_on() {
            match timeout(ENDING, self.work.done()).await {
                Ok(done) => self.take(done).await,
                Err(_) => tracing::warn!("the store does not come to an end in time"),
            }
        }
        if !self.work.is_going_on() && !self.standing_in_line.is_empty() && !self.is_behind() {
            self.begin().await;
            if let Ok(done) = timeout(ENDING, self.work.done()).await {
                self.take(done).await;
            }
        }
        self.queue_up(false).await;
        self.show();
        self.counter.store.send_replace(None);
        if let Some(opened) = self.opened.take()
            && timeout(ENDING, opened.store.close()).await.is_err()
        {
            tracing::debug!("the store is left open");
        }
    }
}
