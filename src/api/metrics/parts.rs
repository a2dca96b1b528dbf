//! The state of each part of a cluster's usage, and of each witness: fresh, stale or missing, and why.

use jiff::Timestamp;

use crate::{
    api::metrics::{
        compute,
        page::{Named, Page, time},
        storage,
    },
    reading::{ComputeReading, StorageReading},
    usage::{ClusterUsage, Part, PartState, Status},
};

const STATUS: Named = (
    "vhi_usage_cluster_status",
    "The status of the whole usage: 1 for the one that holds, else 0.",
);
const PUBLISHED: Named = (
    "vhi_usage_published_timestamp_seconds",
    "When the usage was published last.",
);
const STATE: Named = (
    "vhi_usage_part_state",
    "The state of a part of the usage, or of a witness: 1 for the one that holds, else 0.",
);
const SINCE: Named = (
    "vhi_usage_part_reason_since_timestamp_seconds",
    "Since when this reason keeps a part from being fresh; absent while it is.",
);
const OBSERVED: Named = (
    "vhi_usage_observed_timestamp_seconds",
    "When the figures of a part were read; absent while it has none.",
);
const SOURCE: Named = (
    "vhi_usage_storage_source_info",
    "What a storage source is for, and what logical means for it; always 1.",
);

/// The parts of this cluster, with their figures.
pub fn fill(page: &mut Page, usage: &ClusterUsage) {
    let cluster = ("cluster", usage.cluster.as_str());
    let statuses = Status::ALL.map(Status::name);
    let status = usage.status().name();
    page.choice(STATUS, &[cluster], ("status", &statuses), status);
    page.gauge(PUBLISHED, &[cluster], time(usage.at));
    of_storage(page, usage);
    let labels = [cluster, ("part", "compute"), ("source", compute::SOURCE)];
    let observed_at = |reading: &ComputeReading| reading.observed_at;
    state(page, labels, &usage.compute, observed_at);
    if let Some(reading) = usage.compute.reading() {
        compute::fill(page, &usage.cluster, reading);
    }
}

fn of_storage(page: &mut Page, usage: &ClusterUsage) {
    let cluster = ("cluster", usage.cluster.as_str());
    let billed = ("storage", "billed", usage.billed.source, &usage.storage);
    let witnesses = usage.witnesses.iter();
    let witnesses = witnesses.map(|it| ("witness", "witness", it.source, &it.part));
    for (part, role, source, read) in std::iter::once(billed).chain(witnesses) {
        let of = ("source", source.name());
        let basis = ("basis", source.basis().name());
        page.gauge(SOURCE, &[cluster, of, ("role", role), basis], 1.0);
        let observed_at = |reading: &StorageReading| reading.observed_at;
        state(page, [cluster, ("part", part), of], read, observed_at);
        if let Some(reading) = read.reading() {
            storage::fill(page, &usage.cluster, source, reading);
        }
    }
}

fn state<T>(
    page: &mut Page,
    labels: [(&str, &str); 3],
    part: &Part<T>,
    observed_at: impl Fn(&T) -> Timestamp,
) {
    let states = PartState::ALL.map(PartState::name);
    page.choice(STATE, &labels, ("state", &states), part.state().name());
    if let Some(reason) = part.reason() {
        let labels = [&labels[..], &[("reason", reason.code.name())]].concat();
        page.gauge(SINCE, &labels, time(reason.since));
    }
    let at = part.reading().map(observed_at);
    page.gauge(OBSERVED, &labels, at.map(time));
}
