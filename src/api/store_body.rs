//! How the store does, as the list of clusters says it.
//!
//! ```text
//! "store": {"state": "queued", "since": "…", "reason": "slow", "queued_rounds": 3, "queued_bytes": 4711, "lost_rounds": 0, "last_write": "…"}
//! ```

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clock,
    keeper::standing::{Cause, Standing, State},
};

/// What becomes of readings. Whatever that is, answers go on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Store)]
pub struct StoreBody {
    /// What becomes of them.
    state: State,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// Why they are not written into the store; null where they are.
    reason: Option<Cause>,
    /// Rounds that wait in the queue on disk, each a reading or the lack of one.
    queued_rounds: u64,
    /// Bytes of them.
    queued_bytes: u64,
    /// Rounds that were served since the start and are kept nowhere.
    lost_rounds: u64,
    /// When the store took readings last; null where it has not since the start.
    #[schema(format = DateTime)]
    last_write: Option<String>,
}

impl From<Standing> for StoreBody {
    fn from(standing: Standing) -> StoreBody {
        StoreBody {
            state: standing.state,
            since: clock::rfc3339(standing.since),
            reason: standing.cause,
            queued_rounds: standing.waiting.rounds,
            queued_bytes: standing.waiting.bytes,
            lost_rounds: standing.lost,
            last_write: standing.last_write.map(clock::rfc3339),
        }
    }
}
