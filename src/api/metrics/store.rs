//! How the store does: whether readings are kept, what waits for it, and what was lost.

use crate::{
    api::{
        archive::Archive,
        metrics::page::{Named, Page, time, whole},
    },
    keeper::standing::State,
};

const STATE: Named = (
    "vhi_usage_store_state",
    "What becomes of readings: 1 for the state that holds, 0 for the others.",
);
const REASON: Named = (
    "vhi_usage_store_reason_since_timestamp_seconds",
    "Since when readings are not written into the store as they come, by the reason; absent while they are.",
);
const QUEUE_ROUNDS: Named = (
    "vhi_usage_store_queue_rounds",
    "Rounds that wait in the queue on disk.",
);
const QUEUE_BYTES: Named = (
    "vhi_usage_store_queue_bytes",
    "Bytes that wait in the queue on disk.",
);
const LAST_WRITE: Named = (
    "vhi_usage_store_last_write_timestamp_seconds",
    "When the store took readings last; absent where it has not since the start.",
);
const LOST: Named = (
    "vhi_usage_store_lost_rounds_total",
    "Rounds that were served and are kept nowhere.",
);
const FENCED: Named = (
    "vhi_usage_store_fenced_rounds_total",
    "Rounds that were not kept as another instance had taken their cluster over.",
);
const DAMAGED: Named = (
    "vhi_usage_store_queue_damaged_rounds_total",
    "Rounds of the queue that are not what was written, and were passed over.",
);

/// Of the one store.
pub fn fill(page: &mut Page, archive: &Archive) {
    let standing = archive.standing();
    let words = State::ALL.map(State::name);
    let word = standing.state.name();
    page.choice(STATE, &[], ("state", &words), word);
    if let Some(cause) = standing.cause {
        page.gauge(REASON, &[("reason", cause.name())], time(standing.since));
    }
    page.gauge(QUEUE_ROUNDS, &[], whole(standing.waiting.rounds));
    page.gauge(QUEUE_BYTES, &[], whole(standing.waiting.bytes));
    page.gauge(LAST_WRITE, &[], standing.last_write.map(time));
    page.counter(LOST, &[], standing.lost);
    page.counter(FENCED, &[], standing.fenced);
    page.counter(DAMAGED, &[], standing.found.damaged);
}
