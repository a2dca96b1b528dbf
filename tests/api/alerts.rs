//! What the alerts stand on: each witness with its verdict, and no name that is not exported.

use std::{fs, sync::Arc};

use jiff::Timestamp;
use vhi_usage::{
    api::scope::Scope,
    keeper::standing::Standing,
    reading::{Figure, Service, Source, Space, StorageReading, Tier},
    reason::Code,
    usage::{ClusterUsage, Part, Witness},
    vstorage::{lines::Line, unread::Unread},
};

use crate::{
    published::{Site, complete, compute, missing, storage, token, usage},
    scrape::{Samples, metrics, scrape},
    tokens::named,
};

/// The panel's overview of the same disks: exact, with a tier, a service and the licence.
fn overview(physical: Option<Space>) -> StorageReading {
    let source = Source::Overview;
    StorageReading {
        source,
        basis: source.basis(),
        node: None,
        cluster_status: None,
        size_base: None,
        logical: Space::exact(30_000, 10_000).unwrap(),
        physical,
        tiers: Some(vec![Tier {
            id: "0".to_owned(),
            logical: None,
            physical,
        }]),
        services: Some(vec![
            Service {
                name: "s3".to_owned(),
                used: Some(Figure::exact(7)),
            },
            Service {
                name: "compute".to_owned(),
                used: None,
            },
        ]),
        ..(*storage()).clone()
    }
}

fn with_witness(total: u64) -> ClusterUsage {
    let physical = Space::exact(total, 14_293_651_161_088);
    let part = Part::Fresh(Arc::new(overview(physical)));
    let source = Source::Overview;
    ClusterUsage {
        witnesses: vec![Witness { source, part }],
        ..complete()
    }
}

#[tokio::test(start_paused = true)]
async fn a_witness_has_its_figures_its_verdict_and_its_difference() {
    let total = 63_002_016_271_565;
    for (shown, verdict, evidence) in [
        (total, "agrees", "confirmed"),
        (total + total / 100, "differs", "undecided"),
        (57_300_000_000_000, "differs", "contradicted"),
    ] {
        let samples = metrics(with_witness(shown)).await;
        let of = "cluster=\"cluster1\",source=\"overview\"";
        let quantity = format!("{of},quantity=\"physical.total\"");
        let number = |name: &str| {
            samples
                .get(&format!("vhi_usage_{name}{{{quantity}}}"))
                .cloned()
        };
        for word in ["agrees", "differs", "not_comparable"] {
            let series = format!("vhi_usage_witness_verdict{{{quantity},verdict=\"{word}\"}}");
            assert_eq!(samples[&series] == "1", word == verdict, "{series}");
        }
        let difference = number("witness_difference_bytes").unwrap();
        let expected = i128::from(shown) - i128::from(total);
        assert_eq!(difference, expected.to_string());
        let tolerance: u128 = number("witness_tolerance_bytes").unwrap().parse().unwrap();
        assert_eq!(expected.unsigned_abs() <= tolerance, verdict == "agrees");
        assert!(number("storage_bytes").is_some());
        let tier =
            format!("vhi_usage_storage_tier_bytes{{{of},tier=\"0\",quantity=\"physical.total\"}}");
        assert_eq!(Some(samples[&tier].clone()), number("storage_bytes"));
        assert_eq!(
            samples[&format!("vhi_usage_storage_service_bytes{{{of},service=\"s3\"}}")],
            "7"
        );
        assert!(!samples.keys().any(|it| it.contains("service=\"compute\"")));
        let logical = format!("{{{of},quantity=\"logical.total\"}}");
        assert!(!samples.contains_key(&format!("vhi_usage_witness_difference_bytes{logical}")));
        for word in ["undecided", "confirmed", "contradicted"] {
            let series =
                format!("vhi_usage_size_base_evidence{{cluster=\"cluster1\",evidence=\"{word}\"}}");
            assert_eq!(samples[&series] == "1", word == evidence, "{series}");
        }
        let base = "vhi_usage_size_base{cluster=\"cluster1\",origin=\"default\"}";
        assert_eq!(samples[base], "1024");
    }
}

#[tokio::test(start_paused = true)]
async fn every_series_that_the_alerts_are_tested_with_is_exported() {
    let refused = usage(missing(Code::AuthRefused), missing(Code::PanelStatus));
    let mut unread = (*storage()).clone();
    let (line, text) = (9, "Erasure: 3+2".into());
    unread.unread = Unread::of(vec![Line { line, text }]);
    let unread = usage(Part::Fresh(Arc::new(unread)), Part::Fresh(compute()));
    let mut exported = Samples::new();
    for usage in [refused, unread, with_witness(57_300_000_000_000)] {
        exported.extend(metrics(usage).await);
    }
    let site = Site::new(complete());
    let (now, due) = (Timestamp::now(), Some(Timestamp::MAX));
    site.breakers
        .open("root@node1.example", Code::HostKeyChanged, now, None);
    for code in [Code::AuthRefused, Code::PanelStatus] {
        site.breakers.open("panel", code, now, due);
        exported.extend(scrape(&site).await);
    }
    let mut stored = Site::new(complete());
    stored.stands(Standing::new(now));
    exported.extend(scrape(&stored).await);
    let end = Some("2027-01-31");
    let tokens = ["billing", "prometheus"].map(|name| named(name, &Scope::ALL, end));
    site.api
        .tokens
        .exchange(tokens.into_iter().chain([token()]));
    exported.extend(scrape(&site).await);
    let deploy = |name: &str| {
        let path = format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    };
    let (rules, tests) = (deploy("alerts.yml"), deploy("alerts_test.yml"));
    let series = tests
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- series: "));
    let series: Vec<&str> = series.collect();
    assert!(series.len() > 8, "{series:?}");
    // Whether it was scraped, Prometheus says itself.
    let ours = series.iter().filter(|it| !it.starts_with("up{"));
    for series in ours {
        assert!(exported.contains_key(*series), "{series} is not exported");
    }
    let names = regex::Regex::new("vhi_usage_[a-z_]+").unwrap();
    for name in names.find_iter(&rules) {
        let name = name.as_str();
        let there = |series: &String| series.split('{').next() == Some(name);
        assert!(exported.keys().any(there), "{name} is not exported");
        let tested = series.iter().any(|series| series.starts_with(name));
        let named_only = name == "vhi_usage_witness_difference_bytes";
        assert!(tested || named_only, "{name} is in no test of the alerts");
    }
}
