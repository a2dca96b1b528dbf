//! What one storage reading says, billed or a witness: the figures of the body in bytes.

use crate::{
    api::metrics::page::{Labels, Named, Page, time, whole},
    drift::Drift,
    reading::{Figure, License, Source, Space, StorageReading},
    witness::quantity::Quantity,
};

const FIGURE: [Named; 3] = [
    (
        "vhi_usage_storage_bytes",
        "A storage figure in bytes, by its place in the usage body.",
    ),
    (
        "vhi_usage_storage_min_bytes",
        "The least count of bytes that a storage figure may stand for.",
    ),
    (
        "vhi_usage_storage_max_bytes",
        "The greatest count of bytes that a storage figure may stand for.",
    ),
];
const OF_TIER: [Named; 3] = [
    (
        "vhi_usage_storage_tier_bytes",
        "A storage figure of one tier in bytes.",
    ),
    (
        "vhi_usage_storage_tier_min_bytes",
        "The least count of bytes that a figure of a tier may stand for.",
    ),
    (
        "vhi_usage_storage_tier_max_bytes",
        "The greatest count of bytes that a figure of a tier may stand for.",
    ),
];
const OF_SERVICE: [Named; 3] = [
    (
        "vhi_usage_storage_service_bytes",
        "What a service of the cluster has written, before redundancy, in bytes.",
    ),
    (
        "vhi_usage_storage_service_min_bytes",
        "The least count of bytes that the figure of a service may stand for.",
    ),
    (
        "vhi_usage_storage_service_max_bytes",
        "The greatest count of bytes that the figure of a service may stand for.",
    ),
];
const REPLICAS: Named = (
    "vhi_usage_storage_replicas",
    "Copies of each chunk: as many as there should be, and below how many writing stops.",
);
const CLUSTER_STATUS: Named = (
    "vhi_usage_storage_cluster_status_info",
    "The storage cluster's own word on its state; always 1.",
);
const UNREAD_LINES: Named = (
    "vhi_usage_report_unread_lines",
    "Lines of the newest report that no rule reads.",
);
const LICENSE: Named = (
    "vhi_usage_license_info",
    "The vendor's word on the licence, unknown where it says none; always 1.",
);
const FREE_RATIO: Named = (
    "vhi_usage_license_free_ratio",
    "How much of the licence's capacity is free, from 0 to 1.",
);
const EXPIRES: Named = (
    "vhi_usage_license_expires_timestamp_seconds",
    "When the last day of the licence begins, in UTC.",
);
/// As the body says it of a licence of which the source says nothing.
const UNKNOWN: &str = "unknown";

/// Of this source of this cluster.
pub fn fill(page: &mut Page, cluster: &str, source: Source, reading: &StorageReading) {
    let of = [("cluster", cluster), ("source", source.name())];
    for quantity in Quantity::ALL {
        let labels = [&of[..], &[("quantity", quantity.name())]].concat();
        figure(page, FIGURE, &labels, quantity.of(reading));
    }
    if let Some(replication) = reading.replication {
        for (quantity, copies) in [("normal", replication.normal), ("limit", replication.limit)] {
            let labels = [&of[..], &[("quantity", quantity)]].concat();
            page.gauge(REPLICAS, &labels, whole(copies));
        }
    }
    if let Some(status) = &reading.cluster_status {
        let labels = [&of[..], &[("status", status)]].concat();
        page.gauge(CLUSTER_STATUS, &labels, 1.0);
    }
    if let Some(drift) = Drift::of(reading) {
        let lines = i128::try_from(drift.lines.len());
        page.gauge(UNREAD_LINES, &of, lines.ok().map(whole));
    }
    if let Some(of_license) = &reading.license {
        license(page, &of, of_license);
    }
    for tier in reading.tiers.iter().flatten() {
        let of = [&of[..], &[("tier", &tier.id)]].concat();
        space(page, &of, "logical", tier.logical);
        space(page, &of, "physical", tier.physical);
    }
    for service in reading.services.iter().flatten() {
        let labels = [&of[..], &[("service", &service.name)]].concat();
        figure(page, OF_SERVICE, &labels, service.used);
    }
}

fn license(page: &mut Page, of: &Labels<'_>, license: &License) {
    let state = license.state.as_deref().unwrap_or(UNKNOWN);
    page.gauge(LICENSE, &[of, &[("state", state)]].concat(), 1.0);
    let labels = [of, &[("quantity", "license.free")]].concat();
    figure(page, FIGURE, &labels, license.free);
    let parts = license.free.zip(license.capacity);
    let ratio = parts.map(|(free, all)| whole(free.amount.bytes) / whole(all.amount.bytes));
    page.gauge(FREE_RATIO, of, ratio);
    let midnight = license
        .expires_on
        .map(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
    let midnight = midnight.and_then(Result::ok);
    page.gauge(EXPIRES, of, midnight.map(|at| time(at.timestamp())));
}

fn space(page: &mut Page, of: &Labels<'_>, kind: &str, space: Option<Space>) {
    let Some(space) = space else {
        return;
    };
    for (part, amount) in [
        ("total", space.total),
        ("used", space.used),
        ("free", space.free),
    ] {
        let quantity = format!("{kind}.{part}");
        let labels = [of, &[("quantity", &quantity)]].concat();
        figure(page, OF_TIER, &labels, Some(amount));
    }
}

fn figure(page: &mut Page, named: [Named; 3], labels: &Labels<'_>, figure: Option<Figure>) {
    let amount = figure.map(|figure| figure.amount);
    let [bytes, min, max] = named;
    page.gauge(bytes, labels, amount.map(|it| whole(it.bytes)));
    page.gauge(min, labels, amount.map(|it| whole(it.min)));
    page.gauge(max, labels, amount.map(|it| whole(it.max)));
}
