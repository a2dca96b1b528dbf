//! What goes on with the store, one thing at a time: it is opened, or rounds are written into it.

use std::{future::pending, pin::Pin, time::Duration};

use tokio::time::timeout;

use crate::{
    chain::chain,
    keeper::{
        handle::Asked,
        opening::{self, NotOpened, Opened, Ours},
        queue::Taken,
        standing::Cause,
    },
    store::{error::StoreError, kept::Kept, place::Place},
};

/// A store that takes longer to write is slow: what is to be kept goes to the queue.
pub const WITHIN: Duration = Duration::from_secs(2);
/// Tables may have to be brought to this release.
const OPENED_WITHIN: Duration = Duration::from_secs(30);

/// What has come to its end.
#[derive(Debug)]
pub enum Done {
    /// The store is open, or not; and the word that it is ours.
    Opened(Ours, Result<Opened, Failed>),
    /// Rounds that somebody waits for: for each, whether its lease was still held.
    Written(Vec<Asked>, Result<Vec<bool>, Failed>),
    /// Rounds from the queue, likewise.
    Drained(Taken, Result<Vec<bool>, Failed>),
}

/// Why it did not come to a good end.
#[derive(Debug)]
pub struct Failed {
    /// As callers are told.
    pub cause: Cause,
    /// As the log says it.
    pub why: String,
}

/// What is going on, or nothing.
#[derive(Default)]
pub struct Work(Option<Pin<Box<dyn Future<Output = Done> + Send>>>);

impl Work {
    /// Whether something goes on.
    pub fn is_going_on(&self) -> bool {
        self.0.is_some()
    }

    /// Waits for its end; for ever where nothing goes on.
    pub async fn done(&mut self) -> Done {
        let Some(work) = &mut self.0 else {
            return pending().await;
        };
        let done = work.await;
        self.0 = None;
        done
    }

    /// Opens the store.
    pub fn open(&mut self, mut ours: Ours, place: Place) {
        self.0 = Some(Box::pin(async move {
            let opened = timeout(OPENED_WITHIN, ours.open(&place)).await;
            let opened = opened.unwrap_or(Err(NotOpened::Slow));
            let opened = opened.map_err(|error| Failed {
                cause: error.cause(),
                why: chain(&error),
            });
            Done::Opened(ours, opened)
        }));
    }

    /// Writes rounds that somebody waits for.
    pub fn write(&mut self, opened: Opened, asked: Vec<Asked>) {
        self.0 = Some(Box::pin(async move {
            let rounds: Vec<Kept> = asked.iter().map(|asked| asked.round.clone()).collect();
            Done::Written(asked, in_time(&opened, &rounds).await)
        }));
    }

    /// Writes rounds from the queue.
    pub fn drain(&mut self, opened: Opened, taken: Taken) {
        self.0 = Some(Box::pin(async move {
            let written = in_time(&opened, &taken.rounds).await;
            Done::Drained(taken, written)
        }));
    }
}

async fn in_time(opened: &Opened, rounds: &[Kept]) -> Result<Vec<bool>, Failed> {
    if !opened.is_there() {
        return Err(Failed {
            cause: Cause::Unreachable,
            why: "the file of the store was taken away".to_owned(),
        });
    }
    match timeout(WITHIN, written(opened, rounds)).await {
        Ok(written) => written.map_err(|error| Failed {
            cause: opening::cause(&error),
            why: chain(&error),
        }),
        Err(_) => Err(Failed {
            cause: Cause::Slow,
            why: NotOpened::Slow.to_string(),
        }),
    }
}

/// Writes all of them in one transaction; of each, whether it stands.
async fn written(opened: &Opened, rounds: &[Kept]) -> Result<Vec<bool>, StoreError> {
    let stand = opened.store.append(rounds).await?;
    let fenced = stand.iter().filter(|stands| !**stands).count();
    if fenced > 0 {
        tracing::warn!(
            rounds = fenced,
            "another instance had taken clusters over: what was read after that is not kept"
        );
    }
    Ok(stand)
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Work").field(&self.is_going_on()).finish()
    }
}
