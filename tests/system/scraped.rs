//! Storage from a real Prometheus that scrapes the cluster, decoys of other clusters among its series.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vhi_usage::sim::{fault::Fault, figures::Figures};

use crate::{
    checks::ends,
    prometheus::Prometheus,
    site::{Service, Site},
    wait::until,
};

const SOON: Duration = Duration::from_secs(30);
const BILLED: &str = "storage_source = \"prometheus\"\nwitnesses = []";

/// A site, and the Prometheus that has scraped it once at least.
fn scraped() -> (Site, Prometheus) {
    let site = Site::new();
    let metrics = &site.cluster().metrics.url;
    let target = metrics.trim_start_matches("http://");
    let settings = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
         scrape_configs:\n  - job_name: storage\n    static_configs: [{{targets: ['{target}']}}]\n"
    );
    let server = Prometheus::start(&site.path("prometheus"), &settings);
    server.value("mdsd_cluster_free_space_bytes{cloud=\"\"}");
    (site, server)
}

/// Settings that ask this server, and say this of it.
fn toml(site: &Site, server: &Prometheus, top: &str, more: &str) -> PathBuf {
    let text = fs::read_to_string(site.toml_with(top, BILLED, "")).unwrap();
    let url = format!("http://{}", server.address);
    let table = format!("[cluster.prometheus]\nurl = {url:?}\n{more}\n");
    site.write("prometheus.toml", &(text + &table))
}

fn exact(bytes: u64) -> Value {
    json!({"bytes": bytes, "min": bytes, "max": bytes})
}

/// Every figure is the cluster's to the byte.
#[track_caller]
fn is_whole(usage: &Value, it: &Figures) {
    let storage = &usage["storage"];
    assert_eq!(storage["source"], "prometheus", "{usage}");
    assert_eq!(storage["basis"], "tiers");
    for (space, total, free) in [
        ("logical", it.logical_total(), it.logical_free()),
        ("physical", it.physical_total, it.physical_free),
    ] {
        let space = &storage[space];
        assert_eq!(space["total"], exact(total));
        assert_eq!(space["free"], exact(free));
        assert_eq!(space["used"], exact(total - free));
    }
    let tiers = storage["tiers"].as_array().unwrap();
    assert_eq!(tiers.len(), 2, "{usage}");
    for (shown, tier) in tiers.iter().zip(it.tiers()) {
        assert_eq!(shown["tier"], tier.number.to_string());
        assert_eq!(shown["logical"]["total"], exact(tier.logical_total));
        assert_eq!(shown["logical"]["free"], exact(tier.logical_free));
    }
}

#[test]
fn every_figure_is_the_clusters_to_the_byte_and_no_decoy_is_counted() {
    let (site, server) = scraped();
    let it = site.cluster().scenario.figures();
    let all = server.value("sum(tier:mdsd_fs_space_bytes:sum)");
    let all: u64 = all.parse().unwrap();
    assert!(all > 10 * it.logical_total(), "no decoys in {all}");
    let service = site.serve(&toml(&site, &server, "", ""));
    let usage = service.usage();
    assert_eq!(usage["status"], "complete", "{usage}");
    is_whole(&usage, &it);
    service.stop();
}

#[test]
fn figures_that_change_with_every_scrape_are_of_one_moment_each() {
    let (site, server) = scraped();
    site.cluster().scenario.freeze(None);
    let service = site.serve(&toml(&site, &server, "poll_interval = \"1s\"", ""));
    let mut seen: Vec<Value> = Vec::new();
    until("five readings", SOON, || {
        let usage = service.usage();
        let storage = &usage["storage"];
        assert_eq!(storage["state"], "fresh", "{usage}");
        let bytes = |part: &str| storage["logical"][part]["bytes"].as_u64().unwrap();
        assert_eq!(bytes("total"), bytes("used") + bytes("free"));
        if !seen.contains(&storage["logical"]["used"]) {
            seen.push(storage["logical"]["used"].clone());
        }
        (seen.len() >= 5).then_some(())
    });
    let ended = service.stop();
    assert!(!ended.stderr.contains("metrics_"), "{}", ended.stderr);
}

/// Asks the service all the time until its storage is in this state. Whatever it says meanwhile is no 0.
#[track_caller]
fn becomes_without_a_zero(service: &Service, state: &str, it: &Figures) -> Value {
    until(&format!("storage is {state}"), SOON, || {
        let usage = service.usage();
        match usage["storage"]["state"].as_str() {
            Some("missing") => {
                for part in ["total", "used", "free"] {
                    assert!(usage[format!("logical_storage_{part}_tib")].is_null());
                    assert!(usage["storage"]["logical"][part].is_null(), "{usage}");
                }
            }
            _ => is_whole(&usage, it),
        }
        (usage["storage"]["state"] == state).then_some(usage)
    })
}

#[test]
fn a_prometheus_that_stops_turns_its_figures_stale_and_missing_and_comes_back_within_a_poll() {
    let (site, mut server) = scraped();
    let it = site.cluster().scenario.figures();
    let quick = "poll_interval = \"2s\"\nmax_age = \"6s\"";
    let service = site.serve(&toml(&site, &server, quick, ""));
    is_whole(&service.usage(), &it);
    server.stop();
    let stale = becomes_without_a_zero(&service, "stale", &it);
    assert_eq!(stale["storage"]["reason"]["code"], "connect_refused");
    let missing = becomes_without_a_zero(&service, "missing", &it);
    assert_eq!(missing["storage"]["reason"]["code"], "connect_refused");
    assert_eq!(missing["status"], "partial");
    server.start_again();
    let again = Instant::now();
    becomes_without_a_zero(&service, "fresh", &it);
    let took = again.elapsed();
    // A poll, and what a busy machine makes of it.
    assert!(took < Duration::from_millis(3_500), "{took:?}");
    service.stop();
}

#[test]
fn what_is_scraped_and_no_figure_has_its_reason_and_passes() {
    let (site, server) = scraped();
    let quick = "poll_interval = \"1s\"\nmax_age = \"3s\"";
    let service = site.serve(&toml(&site, &server, quick, ""));
    let scenario = &site.cluster().scenario;
    for (fault, code) in [
        (Fault::MetricsEmpty, "metrics_empty"),
        (Fault::MetricsNan, "metrics_nan"),
        (Fault::MetricsInf, "metrics_infinite"),
        (Fault::MetricsPartial, "metrics_partial"),
        (Fault::MetricsMoreFree, "more_free_than_total"),
        (Fault::MetricsFraction, "metrics_fraction"),
    ] {
        scenario.set_fault(fault, true);
        let missing = service.storage_becomes("missing", SOON);
        assert_eq!(missing["storage"]["reason"]["code"], code, "{fault}");
        assert!(missing["logical_storage_used_tib"].is_null(), "{missing}");
        scenario.set_fault(fault, false);
        let fresh = service.storage_becomes("fresh", SOON);
        is_whole(&fresh, &scenario.figures());
    }
    service.stop();
}

#[test]
fn a_query_that_prometheus_cannot_read_or_evaluate_is_told_by_check() {
    let (site, server) = scraped();
    for (query, code, told) in [
        ("sum(", 2, "query_invalid"),
        (
            "tier:mdsd_fs_space_bytes:sum + on(job) tier:mdsd_fs_space_bytes:sum",
            3,
            "query_failed",
        ),
        ("mdsd_fs_gone", 1, "metrics_empty"),
        ("vector(0.5)", 1, "metrics_fraction"),
        ("vector(-1)", 1, "metrics_negative"),
        ("vector(1e300)", 1, "figure_too_large"),
    ] {
        let more = format!("total_query = {query:?}");
        let ended = site.check(&toml(&site, &server, "", &more), &[]);
        ends(&ended, code, &[told]);
    }
    let own = "matcher = 'job=\"storage\",cloud=\"\"'\ntotal_query = 'sum by (tier) (tier:mdsd_fs_space_bytes:sum{$matcher})'";
    let ended = site.check(&toml(&site, &server, "", own), &[]);
    ends(&ended, 0, &["prometheus"]);
}
