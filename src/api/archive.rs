//! The store as the routes see it: whether it is there, how long one answer may take of it, and how many ask at once.
//!
//! Nothing that is published waits for it: where the store is slow, full or lost, only what asks for what is kept is
//! answered with a problem, and never with an empty list.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, tz::TimeZone};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

use crate::{
    api::error::ApiError,
    chain, clock,
    keeper::standing::Standing,
    period::calendar::Calendar,
    store::{error::StoreError, opened::Store},
};

/// An answer has what it needs of the store within this time. A client is given ten seconds for a whole request: it
/// learns of a slow store before its connection ends.
const WITHIN: Duration = Duration::from_secs(6);
/// So many answers ask the store at once, for which there are connections; the others wait for their turn.
const SEATS: usize = 4;
/// After this time the store may be back.
const BACK: Duration = Duration::from_secs(5);

/// What is kept, as far as it can be reached. Copies share the turns.
#[derive(Clone, Debug)]
pub struct Archive {
    store: watch::Receiver<Option<Store>>,
    standing: watch::Receiver<Standing>,
    turns: Arc<Semaphore>,
    calendar: Calendar,
}

impl Archive {
    /// Of the store that is open at the moment, if one is, and of how it does.
    pub fn new(
        store: watch::Receiver<Option<Store>>,
        standing: watch::Receiver<Standing>,
    ) -> Archive {
        let turns = Arc::new(Semaphore::new(SEATS));
        let calendar = Calendar {
            zone: TimeZone::UTC,
            grace: SignedDuration::from_hours(72),
        };
        Archive {
            store,
            standing,
            turns,
            calendar,
        }
    }

    /// With months by this calendar.
    pub fn with_calendar(self, calendar: Calendar) -> Archive {
        Archive { calendar, ..self }
    }

    /// When months begin, end and close.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Of no store at all.
    pub fn none() -> Archive {
        let standing = watch::channel(Standing::new(clock::now())).1;
        Archive::new(watch::channel(None).1, standing)
    }

    /// How the store does.
    pub fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// What comes of asking the store, in its turn and in time.
    ///
    /// # Errors
    /// `NoStore` where none is open, or it takes too long; otherwise those of the question.
    pub async fn ask<T, F>(&self, question: impl FnOnce(Store) -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let store = self.store.borrow().clone();
        let store = store.ok_or(ApiError::NoStore(BACK))?;
        let answered = timeout(WITHIN, async {
            // Nobody closes it: a turn always comes.
            let _turn = self.turns.acquire().await;
            question(store).await
        });
        answered.await.unwrap_or_else(|_| {
            tracing::warn!(within = ?WITHIN, "the store did not answer a request in time");
            Err(ApiError::NoStore(BACK))
        })
    }
}

/// What callers are told of it; the operator finds the whole of it in the log.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        let why = chain::chain(&error);
        match error {
            StoreError::Damaged(_) => {
                tracing::error!(error = %why, "what is kept cannot be read");
                ApiError::Damaged
            }
            StoreError::Pruned(_, whole) => ApiError::Pruned(whole),
            _ => {
                tracing::warn!(error = %why, "a request got no answer from the store");
                ApiError::NoStore(BACK)
            }
        }
    }
}
