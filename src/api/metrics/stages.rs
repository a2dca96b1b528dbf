//! How the stages of a cluster's readings do.

use crate::{
    api::metrics::page::{Named, Page, time},
    stage::Stages,
};

const UP: Named = (
    "vhi_usage_stage_up",
    "Whether the last attempt at this stage ended well.",
);
const DURATION: Named = (
    "vhi_usage_stage_duration_seconds",
    "How long attempts at this stage took, well ended or not.",
);
const FAILURES: Named = (
    "vhi_usage_stage_failures_total",
    "Attempts at this stage that failed, by reason.",
);
const LAST_SUCCESS: Named = (
    "vhi_usage_stage_last_success_timestamp_seconds",
    "When an attempt at this stage last ended well; absent where none ever has.",
);

/// Of this cluster; a stage that was never tried is not there.
pub fn fill(page: &mut Page, cluster: &str, stages: &Stages) {
    for (stage, record) in stages.records() {
        let of = [("cluster", cluster), ("stage", stage.name())];
        page.gauge(UP, &of, f64::from(record.up));
        page.durations(DURATION, &of, &record);
        for (reason, count) in &record.failures {
            let labels = [of[0], of[1], ("reason", reason)];
            page.counter(FAILURES, &labels, *count);
        }
        page.gauge(LAST_SUCCESS, &of, record.last_success.map(time));
    }
}
