//! What one storage reading says, billed or a witness: the figures of the body in bytes.

use std::collections::BTreeMap;

use crate::{
    api::metrics::page::{Labels, Named, Page, share, time, whole},
    condition::{Condition, LicenseState},
    drift::Drift,
    headroom::Headroom,
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
    "vhi_usage_storage_cluster_status",
    "What the storage cluster says of its state: 1 for each word that holds, else 0.",
);
const UNREAD_LINES: Named = (
    "vhi_usage_report_unread_lines",
    "Lines of the newest report that no rule reads.",
);
const LICENSE: Named = (
    "vhi_usage_license_state",
    "What the vendor says of the licence: 1 for the word that holds, else 0.",
);
const USED_RATIO: Named = (
    "vhi_usage_license_used_ratio",
    "How much of the licence's capacity is used, in steps of 0.0001, rounded up: above 1 where it is overdrawn.",
);
const EXPIRES: Named = (
    "vhi_usage_license_expires_timestamp_seconds",
    "When the last day of the licence begins, in UTC.",
);
/// So many tiers, and so many services, have samples: the names are a peer's, and each is a series for years.
const NAMES: usize = 64;
/// A name with more characters has none.
const LONGEST: usize = 64;

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
        let said = Condition::of(status);
        for condition in Condition::ALL {
            let labels = [&of[..], &[("status", condition.name())]].concat();
            page.gauge(
                CLUSTER_STATUS,
                &labels,
                f64::from(said.contains(&condition)),
            );
        }
    }
    if let Some(drift) = Drift::of(reading) {
        let lines = i128::try_from(drift.count);
        page.gauge(UNREAD_LINES, &of, lines.ok().map(whole));
    }
    if let Some(of_license) = &reading.license {
        license(page, &of, of_license);
    }
    for tier in named(reading.tiers.as_deref(), |tier| &tier.id) {
        let of = [&of[..], &[("tier", &tier.id)]].concat();
        space(page, &of, "logical", tier.logical);
        space(page, &of, "physical", tier.physical);
    }
    for service in named(reading.services.as_deref(), |service| &service.name) {
        let labels = [&of[..], &[("service", &service.name)]].concat();
        figure(page, OF_SERVICE, &labels, service.used);
    }
}

fn license(page: &mut Page, of: &Labels<'_>, license: &License) {
    let states = LicenseState::ALL.map(LicenseState::name);
    let state = LicenseState::of(license.state.as_deref()).name();
    page.choice(LICENSE, of, ("state", &states), state);
    let labels = [of, &[("quantity", "license.free")]].concat();
    figure(page, FIGURE, &labels, license.free);
    let amounts = license.capacity.zip(license.used);
    let headroom = amounts.map(|(all, used)| Headroom::of(all.amount, used.amount));
    // A licence for nothing is overdrawn by whatever is used.
    let ratio = headroom.map(|it| it.used.map_or(f64::INFINITY, share));
    page.gauge(USED_RATIO, of, ratio);
    let midnight = license
        .expires_on
        .map(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
    let midnight = midnight.and_then(Result::ok);
    page.gauge(EXPIRES, of, midnight.map(|at| time(at.timestamp())));
}

/// Those with a name that can be a label, and that stands once: of two of one name, neither is known to be it.
fn named<T>(all: Option<&[T]>, name: impl Fn(&T) -> &str) -> Vec<&T> {
    let all = all.unwrap_or(&[]);
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for it in all {
        *times.entry(name(it)).or_default() += 1;
    }
    let can_be_told = |it: &&T| {
        let name = name(it);
        let is_label = name.chars().count() <= LONGEST && !name.contains(char::is_control);
        is_label && times.get(name) == Some(&1)
    };
    all.iter().filter(can_be_told).take(NAMES).collect()
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
