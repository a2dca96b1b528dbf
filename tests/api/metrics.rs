//! What Prometheus reads: every figure that is known, and nothing that is not.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use vhi_usage::{
    reading::{Figure, License},
    reason::Code,
    usage::Part,
};

use crate::{
    USAGE, json_of,
    published::{Site, complete, compute, compute_of, missing, not_yet, stale, storage, usage},
    scrape::{metrics, scrape},
};

/// Each figure of this part of the body, by its place there.
fn figures(body: &Value, part: &str, found: &mut BTreeMap<String, u64>) {
    for (key, value) in body.as_object().unwrap() {
        let place = format!("{part}{key}");
        match value.get("bytes").and_then(Value::as_u64) {
            Some(bytes) => drop(found.insert(place, bytes)),
            None if value.is_object() => figures(value, &format!("{place}."), found),
            None => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_figure_of_the_body_is_a_sample_and_a_null_is_none() {
    for stat in ["panel/compute-stat.json", "panel/compute-stat-4.7.json"] {
        let site = Site::new(usage(Part::Fresh(storage()), Part::Fresh(compute_of(stat))));
        let body = json_of(&site.get(USAGE).await);
        let samples = scrape(&site).await;
        let of = |source: &str, place: &str| {
            format!("{{cluster=\"cluster1\",source=\"{source}\",quantity=\"{place}\"}}")
        };
        let mut found = BTreeMap::new();
        figures(&body["storage"], "", &mut found);
        assert_eq!(found.len(), 10, "{found:?}");
        for (place, bytes) in found {
            let series = format!("vhi_usage_storage_bytes{}", of("ssh", &place));
            assert_eq!(samples[&series], bytes.to_string(), "{series}");
        }
        let mut known = 0;
        for (name, value) in body["compute"].as_object().unwrap() {
            let labels = of("panel", name);
            let kinds = ["bytes", "items", "ratio", "percent"];
            let samples = kinds.iter().filter_map(|kind| {
                let series = format!("vhi_usage_compute_{kind}{labels}");
                samples.get(&series).cloned()
            });
            let expected = value.as_f64().map(|it| it.to_string());
            assert_eq!(
                samples.collect::<Vec<_>>(),
                Vec::from_iter(expected.clone()),
                "{name}"
            );
            known += usize::from(expected.is_some());
        }
        assert!(known > 15, "{known}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_printed_figure_has_the_ends_of_its_interval() {
    let samples = metrics(complete()).await;
    let of = |end: &str| {
        let labels = "cluster=\"cluster1\",source=\"ssh\",quantity=\"logical.total\"";
        samples[&format!("vhi_usage_storage_{end}{{{labels}}}")].clone()
    };
    assert_eq!(of("bytes"), "63002016271565");
    assert_eq!(of("min_bytes"), "62947040690176");
    assert_eq!(of("max_bytes"), "63111967434342");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_has_no_sample_and_a_state() {
    let half = usage(
        missing(Code::HostKeyChanged),
        stale(compute(), Code::PanelTimeout),
    );
    for (usage, parts) in [
        (half, ["missing", "stale"]),
        (not_yet(), ["missing", "missing"]),
        (complete(), ["fresh", "fresh"]),
    ] {
        let samples = metrics(usage).await;
        for ((part, source), state) in [("storage", "ssh"), ("compute", "panel")]
            .into_iter()
            .zip(parts)
        {
            let of = format!("cluster=\"cluster1\",part=\"{part}\",source=\"{source}\"");
            for word in ["fresh", "stale", "missing"] {
                let series = format!("vhi_usage_part_state{{{of},state=\"{word}\"}}");
                assert_eq!(samples[&series] == "1", word == state, "{series}");
            }
            let there = |name: &str| {
                let series = |series: &&String| series.starts_with(&format!("{name}{{{of}"));
                samples.keys().filter(series).count()
            };
            let has_figures = usize::from(state != "missing");
            assert_eq!(there("vhi_usage_observed_timestamp_seconds"), has_figures);
            let has_reason = usize::from(state != "fresh");
            assert_eq!(
                there("vhi_usage_part_reason_since_timestamp_seconds"),
                has_reason
            );
            let figures = format!("vhi_usage_{part}_");
            let figures = samples.keys().filter(|series| {
                series.starts_with(&figures) && !series.starts_with("vhi_usage_storage_source_info")
            });
            assert_eq!(figures.count() > 0, state != "missing", "{part} {state}");
        }
        if parts[0] == "missing" {
            let license = samples
                .keys()
                .filter(|it| it.starts_with("vhi_usage_license"));
            assert_eq!(license.count(), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_licence_has_what_is_used_of_it_and_its_last_day() {
    let samples = metrics(complete()).await;
    let of = "cluster=\"cluster1\",source=\"ssh\"";
    let ratio = &samples[&format!("vhi_usage_license_used_ratio{{{of}}}")];
    assert_eq!(ratio, "0.0424");
    let expires = &samples[&format!("vhi_usage_license_expires_timestamp_seconds{{{of}}}")];
    assert_eq!(expires, "4102444800");
    let state = |word: &str| format!("vhi_usage_license_state{{{of},state=\"{word}\"}}");
    assert_eq!(samples[&state("active")], "1");
    let mut silent = (*storage()).clone();
    silent.license = Some(License::default());
    let samples = metrics(usage(Part::Fresh(Arc::new(silent)), Part::Fresh(compute()))).await;
    assert_eq!(samples[&state("unknown")], "1");
    let license = |it: &&String| it.contains("license") && !it.contains("_state");
    assert_eq!(samples.keys().find(license), None);
}

#[tokio::test(start_paused = true)]
async fn a_licence_that_is_overdrawn_says_so() {
    let figure = |bytes: Option<u64>| bytes.map(Figure::exact);
    for (capacity, used, ratio) in [
        (Some(1_000), Some(900), Some("0.9")),
        (Some(1_000), Some(1_500), Some("1.5")),
        (Some(u64::MAX), Some(u64::MAX), Some("1")),
        (Some(0), Some(1), Some("inf")),
        (Some(0), Some(0), Some("inf")),
        (Some(1_000), Some(0), Some("0")),
        (None, Some(1_500), None),
        (Some(1_000), None, None),
    ] {
        let mut reading = (*storage()).clone();
        let (capacity, used) = (figure(capacity), figure(used));
        reading.license = Some(License {
            capacity,
            used,
            ..License::default()
        });
        let samples = metrics(usage(Part::Fresh(reading.into()), Part::Fresh(compute()))).await;
        let of = "{cluster=\"cluster1\",source=\"ssh\"}";
        let sample = samples.get(&format!("vhi_usage_license_used_ratio{of}"));
        assert_eq!(
            sample.map(String::as_str),
            ratio,
            "{used:?} of {capacity:?}"
        );
    }
}
