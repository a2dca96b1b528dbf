//! Each storage source by itself fills the fields of the service before, with the bytes of the source.

use std::fs;

use serde_json::{Value, json};
use vhi_usage::sim::figures::Figures;

use crate::{keys, site::Site};

const TIB: u64 = 1 << 40;

/// The usage where this source is billed and no other is read, and what the simulator plays. `more` is what the
/// settings say of the source.
fn usage(source: &str, more: impl Fn(&Site) -> String) -> (Value, Figures) {
    let site = Site::new();
    let cluster = format!("storage_source = {source:?}\nwitnesses = []");
    let toml = site.toml_with("", &cluster, "");
    let text = fs::read_to_string(toml).unwrap() + &more(&site);
    let service = site.serve(&site.write("source.toml", &text));
    let usage = service.usage();
    service.stop();
    assert_eq!(usage["status"], "complete", "{usage}");
    assert_eq!(usage["storage"]["source"], source);
    assert_eq!(usage["storage"]["witnesses"], json!([]));
    (usage, site.cluster().scenario.figures())
}

/// A size in TiB to the nearest hundredth, as callers of the service before know it.
fn tib(bytes: u64) -> f64 {
    let hundredths = (u128::from(bytes) * 100 + u128::from(TIB / 2)) / u128::from(TIB);
    f64::from(u32::try_from(hundredths).unwrap()) / 100.0
}

#[track_caller]
fn fills(usage: &Value, basis: &str, total: u64, free: u64) {
    let storage = &usage["storage"];
    assert_eq!(storage["basis"], basis);
    for (part, bytes) in [("total", total), ("free", free), ("used", total - free)] {
        let field = format!("logical_storage_{part}_tib");
        assert_eq!(usage[&field], json!(tib(bytes)), "{field}");
        assert_eq!(storage["logical"][part], exact(bytes), "{part}");
    }
    assert_eq!(storage["size_base"], Value::Null);
}

fn exact(bytes: u64) -> Value {
    json!({"bytes": bytes, "min": bytes, "max": bytes})
}

/// What the two metric sources give alike.
#[track_caller]
fn fills_by_tiers(usage: &Value, it: &Figures) {
    let tiers = it.tiers();
    let total = tiers.iter().map(|tier| tier.logical_total).sum();
    let free = tiers.iter().map(|tier| tier.logical_free).sum();
    fills(usage, "tiers", total, free);
    for (shown, tier) in usage["storage"]["tiers"]
        .as_array()
        .unwrap()
        .iter()
        .zip(tiers)
    {
        assert_eq!(shown["tier"], tier.number.to_string());
        assert_eq!(shown["logical"]["total"], exact(tier.logical_total));
        assert_eq!(shown["logical"]["free"], exact(tier.logical_free));
    }
}

#[test]
fn the_overview_fills_them_with_its_own_bytes() {
    let (usage, it) = usage("overview", |_| String::new());
    fills(&usage, "logical", it.logical_total(), it.logical_free());
    let storage = &usage["storage"];
    assert_eq!(storage["physical"]["total"], exact(it.physical_total));
    assert_eq!(storage["physical"]["free"], exact(it.physical_free));
    assert_eq!(storage["license"]["capacity"], exact(it.license_capacity));
    assert_eq!(storage["license"]["used"], exact(it.user_data));
    assert_eq!(storage["user_data"], exact(it.user_data));
    for (shown, tier) in storage["tiers"].as_array().unwrap().iter().zip(it.tiers()) {
        assert_eq!(shown["physical"]["total"], exact(tier.physical_total));
    }
    let services = storage["services"].as_object().unwrap();
    let sum: u64 = services
        .values()
        .filter_map(|it| it["bytes"].as_u64())
        .sum();
    assert_eq!(sum, it.user_data);
    assert!(services.values().any(Value::is_null));
}

#[test]
fn prometheus_fills_them_with_its_own_bytes() {
    let (usage, it) = usage("prometheus", |site| {
        let url = &site.cluster().metrics.url;
        format!("[cluster.prometheus]\nurl = {url:?}\n")
    });
    fills_by_tiers(&usage, &it);
}

#[test]
fn the_variables_of_the_service_before_give_its_figures_without_a_name_for_the_cluster() {
    let site = Site::new();
    let mut own = site.variables();
    own.retain(|name, _| !name.starts_with("VSTORAGE_"));
    own.insert(
        "PROMETHEUS_URL".to_owned(),
        site.cluster().metrics.url.clone(),
    );
    let service = site.serve_with(&own);
    let usage = service.usage();
    service.stop();
    assert_eq!(
        (&usage["status"], &usage["cluster"]),
        (&json!("complete"), &json!("default"))
    );
    assert_eq!(usage["storage"]["witnesses"], json!([]));
    fills_by_tiers(&usage, &site.cluster().scenario.figures());
}

#[test]
fn grafana_fills_them_with_its_own_bytes() {
    let (usage, it) = usage("grafana", |site| {
        let panel = &site.cluster().panel;
        keys::write_secret(&site.path("grafana-token"), &panel.grafana_token);
        let uid = &panel.datasource_uid;
        format!("[cluster.grafana]\ndatasource_uid = {uid:?}\ntoken_file = \"grafana-token\"\n")
    });
    fills_by_tiers(&usage, &it);
}
