//! A real Prometheus scrapes the service, and its own tool judges names and alerts.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use crate::{
    http,
    prometheus::Prometheus,
    site::{self, Site, TOKEN, text},
    wait::until,
};

const SOON: Duration = Duration::from_secs(30);
/// A licence for nothing, a status that is in no list, and a line that no rule reads.
const OVERDRAWN: &str = "\
Cluster 'cluster1': on canary
Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
License: ACTIVE (expiration: 01/01/2100, capacity: 0TB, used: 21.2TB)
Canary: 7
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The scrape settings that the README shows.
fn shown() -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut blocks = readme.split("```yaml\n").skip(1);
    let block = blocks.find(|it| it.contains("scrape_configs:"));
    let (block, _) = block.expect("scrape settings").split_once("```").unwrap();
    block.to_owned()
}

/// Puts a place of the test where the text names another one.
#[track_caller]
fn put(settings: &mut String, shown: &str, here: &str) {
    assert!(settings.contains(shown), "{shown} is not in {settings}");
    *settings = settings.replace(shown, here);
}

fn promtool(folder: &Path, args: &[&str], input: Option<&Path>) -> Output {
    let mut tool = Command::new("promtool");
    tool.args(args).current_dir(root()).env("TMPDIR", folder);
    match input {
        Some(file) => tool.stdin(File::open(file).unwrap()),
        None => tool.stdin(Stdio::null()),
    };
    tool.output()
        .expect("promtool: tests/run installs it where it is missing")
}

#[track_caller]
fn is_well(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_real_prometheus_scrapes_the_service_and_has_its_figures() {
    let site = Site::new();
    let mut variables = site.variables();
    variables.extend(site::variables(&[("CACHE_TTL_SECONDS", "1")]));
    let service = site.serve_with(&variables);
    let mut settings = shown();
    put(
        &mut settings,
        "vhi-usage.example:8080",
        &service.address.to_string(),
    );
    put(&mut settings, "scheme: https", "scheme: http");
    put(&mut settings, "scrape_interval: 30s", "scrape_interval: 1s");
    put(
        &mut settings,
        "/etc/prometheus/vhi-usage.token",
        text(&site.path("api-token")),
    );
    let rules = root().join("deploy/alerts.yml");
    put(
        &mut settings,
        "/etc/prometheus/vhi-usage-alerts.yml",
        text(&rules),
    );
    let stranger = format!(
        "  - job_name: stranger\n    static_configs: [{{targets: ['{}']}}]\n",
        service.address
    );
    let often = "global: {scrape_interval: 1s, evaluation_interval: 1s}\n";
    let settings = format!("{often}{settings}{stranger}");
    let server = Prometheus::start(&site.path("prometheus"), &settings);

    assert_eq!(server.value("up{job=\"vhi-usage\"}"), "1");
    assert_eq!(server.value("up{job=\"stranger\"}"), "0");
    let usage = service.usage();
    let logical = &usage["storage"]["logical"];
    for part in ["total", "used", "free"] {
        let of = format!("source=\"ssh\",quantity=\"logical.{part}\"");
        let query = format!("vhi_usage_storage_bytes{{{of}}}");
        assert_eq!(server.value(&query), logical[part]["bytes"].to_string());
    }
    let servers = "vhi_usage_compute_items{quantity=\"servers_count\"}";
    assert_eq!(server.value(servers), usage["total_vms"].to_string());
    let fresh = "sum by (cluster) (vhi_usage_part_state{state=\"fresh\"})";
    assert_eq!(server.value(fresh), "3");
    let tried = "count by (cluster) (vhi_usage_stage_up == 1)";
    assert_eq!(server.value(tried), "8");

    let groups = server.get("/api/v1/rules", &[]);
    let rules = groups["data"]["groups"][0]["rules"].as_array().unwrap();
    let written = fs::read_to_string(root().join("deploy/alerts.yml")).unwrap();
    let alerts = written.matches("\n      - alert: ").count();
    assert!(alerts > 0);
    assert_eq!(rules.len(), alerts, "{groups}");
    until("each alert is evaluated, and all is well", SOON, || {
        let groups = server.get("/api/v1/rules", &[]);
        let rules = groups["data"]["groups"][0]["rules"].as_array()?.clone();
        let well = |rule: &serde_json::Value| rule["health"] == "ok" && rule["state"] == "inactive";
        rules.iter().all(well).then_some(())
    });

    // A licence for nothing is overdrawn by whatever is used.
    site.tool.prints(OVERDRAWN);
    let ratio = "vhi_usage_license_used_ratio{source=\"ssh\"}";
    until("the licence is overdrawn", SOON, || {
        (server.value(ratio) == "+Inf").then_some(())
    });

    service.running.signal("TERM");
    let gone = || server.ask("vhi_usage_build_info").is_empty().then_some(());
    until("what was scraped is gone, and not 0", SOON, gone);
    assert_eq!(server.value("up{job=\"vhi-usage\"}"), "0");
    assert!(server.ask("vhi_usage_storage_bytes").is_empty());
    service.running.end(SOON);
}

#[test]
fn every_name_is_as_prometheus_wants_it_and_every_value() {
    let site = Site::new();
    site.tool.prints(OVERDRAWN);
    let service = site.serve_with(&site.variables());
    assert_eq!(http::get(service.address, "/metrics", None).status, 401);
    let answer = until("the witness is compared", SOON, || {
        let answer = http::get(service.address, "/metrics", Some(TOKEN));
        assert_eq!(answer.status, 200, "{answer:?}");
        let compared = "vhi_usage_witness_difference_bytes{";
        answer.body.contains(compared).then_some(answer)
    });
    for sample in [
        "vhi_usage_witness_verdict{cluster=\"cluster1\",source=\"overview\",",
        "vhi_usage_storage_tier_bytes{cluster=\"cluster1\",source=\"overview\",",
        "vhi_usage_storage_service_bytes{cluster=\"cluster1\",source=\"overview\",",
        "vhi_usage_size_base_evidence{cluster=\"cluster1\",evidence=\"confirmed\"} 1\n",
        "vhi_usage_report_unread_lines{cluster=\"cluster1\",source=\"ssh\"} 1\n",
        "vhi_usage_storage_cluster_status{cluster=\"cluster1\",source=\"ssh\",status=\"other\"} 1\n",
        "vhi_usage_license_used_ratio{cluster=\"cluster1\",source=\"ssh\"} inf\n",
    ] {
        assert!(
            answer.body.contains(sample),
            "{sample} is not in {}",
            answer.body
        );
    }
    for secret in [TOKEN, &site.cluster().panel.password, "127.0.0.1", "canary"] {
        assert!(!answer.body.contains(secret), "{secret} is in it");
    }
    let page: PathBuf = site.write("metrics.txt", &answer.body);
    let judged = promtool(&site.path(""), &["check", "metrics"], Some(&page));
    is_well(&judged);
    assert!(judged.stderr.is_empty(), "{judged:?}");
    service.stop();
}

#[test]
fn each_alert_fires_and_clears() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    is_well(&promtool(
        folder.path(),
        &["check", "rules", "--lint-fatal", "deploy/alerts.yml"],
        None,
    ));
    is_well(&promtool(
        folder.path(),
        &["test", "rules", "deploy/alerts_test.yml"],
        None,
    ));
}
