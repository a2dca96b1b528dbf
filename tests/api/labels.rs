//! What a peer says is no label, or a bounded one: a series stays for as long as Prometheus keeps it.

use std::collections::BTreeSet;

use vhi_usage::{
    reading::{Figure, License, Service, Space, StorageReading, Tier},
    usage::Part,
};

use crate::{
    published::{compute, storage, usage},
    scrape::{Samples, metrics},
};

async fn with(change: impl FnOnce(&mut StorageReading)) -> Samples {
    let mut reading = StorageReading::clone(&storage());
    change(&mut reading);
    metrics(usage(Part::Fresh(reading.into()), Part::Fresh(compute()))).await
}

/// The values of a label of the samples of one name that are 1.
fn hold(samples: &Samples, name: &str, label: &str) -> Vec<String> {
    let held = samples
        .iter()
        .filter(|(series, value)| series.starts_with(&format!("{name}{{")) && *value == "1");
    let word = |series: &String| {
        let (_, rest) = series.split_once(&format!("{label}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    held.map(|(series, _)| word(series)).collect()
}

fn series(samples: &Samples) -> BTreeSet<&String> {
    samples.keys().collect()
}

#[tokio::test(start_paused = true)]
async fn whatever_a_peer_says_of_its_state_the_series_are_the_same() {
    let usual = with(|_| {}).await;
    let (status, state) = (
        "vhi_usage_storage_cluster_status",
        "vhi_usage_license_state",
    );
    for (says, condition, licence) in [
        ("healthy", &["healthy"][..], "other"),
        (
            "Degraded, SMART warning",
            &["degraded", "smart_warning"],
            "other",
        ),
        ("Expired", &["other"], "expired"),
        ("canary \"} 1\n on 192.0.2.7", &["other"], "other"),
    ] {
        let samples = with(|reading| {
            reading.cluster_status = Some(says.to_owned());
            let license = reading.license.as_mut().unwrap();
            license.state = Some(says.to_owned());
        });
        let samples = samples.await;
        assert_eq!(series(&samples), series(&usual), "{says}");
        assert_eq!(hold(&samples, status, "status"), condition, "{says}");
        assert_eq!(hold(&samples, state, "state"), [licence], "{says}");
    }
    let silent = with(|reading| {
        reading.cluster_status = None;
        reading.license = Some(License::default());
    });
    let silent = silent.await;
    assert_eq!(hold(&silent, status, "status"), [""; 0]);
    assert_eq!(hold(&silent, state, "state"), ["unknown"]);
}

#[tokio::test(start_paused = true)]
async fn tiers_and_services_have_samples_under_bounded_names_that_stand_once() {
    let (long, longest) = ("n".repeat(65), "ü".repeat(64));
    let odd = ["twice", &long, "a\nb", "twice", "s3", &longest];
    let names = odd.map(str::to_owned).into_iter();
    let names: Vec<String> = names
        .chain((0..200).map(|n| format!("more{n:03}")))
        .collect();
    let samples = with(|reading| {
        let tier = |id: &String| Tier {
            id: id.clone(),
            logical: Space::exact(1, 0),
            physical: None,
        };
        let service = |name: &String| Service {
            name: name.clone(),
            used: Some(Figure::exact(1)),
        };
        reading.tiers = Some(names.iter().map(tier).collect());
        reading.services = Some(names.iter().map(service).collect());
    });
    let samples = samples.await;
    let more = (0..62).map(|n| format!("more{n:03}"));
    let expected: BTreeSet<String> = more.chain(["s3".to_owned(), longest.clone()]).collect();
    for (name, label) in [
        ("vhi_usage_storage_tier_bytes", "tier"),
        ("vhi_usage_storage_service_bytes", "service"),
    ] {
        let held: BTreeSet<String> = hold(&samples, name, label).into_iter().collect();
        assert_eq!(held, expected, "{name}");
    }
}
