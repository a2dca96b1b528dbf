//! What the panel's compute stat says, by the names of the usage body.

use crate::{
    api::metrics::page::{Named, Page, time, whole},
    reading::ComputeReading,
    source::compute_stat,
};

/// Where compute comes from.
pub const SOURCE: &str = "panel";

const BYTES: Named = (
    "vhi_usage_compute_bytes",
    "A compute figure in bytes, by its name in the usage body.",
);
const ITEMS: Named = (
    "vhi_usage_compute_items",
    "A compute figure that counts machines, cores or volumes, by its name in the usage body.",
);
const RATIO: Named = (
    "vhi_usage_compute_ratio",
    "A ratio as the panel gives it, by its name in the usage body.",
);
const PERCENT: Named = (
    "vhi_usage_compute_percent",
    "A share of a hundred as the panel gives it, by its name in the usage body.",
);
const PANEL_TIME: Named = (
    "vhi_usage_compute_panel_timestamp_seconds",
    "The panel's own time of its compute figures.",
);

/// Of this cluster.
pub fn fill(page: &mut Page, cluster: &str, reading: &ComputeReading) {
    let of = [("cluster", cluster), ("source", SOURCE)];
    let named = |name| [of[0], of[1], ("quantity", name)];
    for name in compute_stat::figure_names() {
        let metric = if name.ends_with("_bytes") {
            BYTES
        } else {
            ITEMS
        };
        page.gauge(metric, &named(name), reading.figure(name).map(whole));
    }
    for name in compute_stat::ratio_names() {
        let metric = if name.ends_with("_percent") {
            PERCENT
        } else {
            RATIO
        };
        let ratio = reading.ratio(name).and_then(serde_json::Number::as_f64);
        page.gauge(metric, &named(name), ratio);
    }
    page.gauge(PANEL_TIME, &of, reading.panel_time.map(|it| time(it.at)));
}
