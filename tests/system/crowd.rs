//! Many clusters in one process: those that hang hold up none of the others.

use std::{collections::HashSet, fs, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tokio::runtime::Runtime;
use vhi_usage::sim::{SimSettings, Simulator, cluster::SimCluster, fault::Fault};

use crate::{
    http,
    program::Program,
    site::{ENDS, Service, text},
    wait::until,
};

const CLUSTERS: usize = 200;
/// Every tenth hangs, with its node and its panel.
const HANGING: usize = 20;
/// Long enough for two cores that share their time with two hundred simulated nodes and panels.
const POLL: Duration = Duration::from_secs(4);
/// What is hung up is noticed much later than that.
const WATCHED: Duration = Duration::from_secs(20);

fn hangs(number: usize) -> bool {
    number.is_multiple_of(CLUSTERS / HANGING)
}

/// Settings for all of them, without witnesses.
fn settings(simulator: &Simulator, folder: &std::path::Path) -> String {
    let text = simulator.settings_toml(folder, "127.0.0.1:0").unwrap();
    let top = format!(
        "poll_interval = \"{}s\"\nmax_age = \"60s\"\n",
        POLL.as_secs()
    );
    let billed = "[[cluster]]\nstorage_source = \"ssh\"\nwitnesses = []";
    top + &text.replace("[[cluster]]", billed)
}

fn begin_to_hang(clusters: &[SimCluster]) {
    for (number, cluster) in clusters.iter().enumerate() {
        if hangs(number) {
            cluster.scenario.set_fault(Fault::HangHard, true);
            cluster.scenario.set_fault(Fault::PanelHang, true);
        }
    }
}

/// How old the figures of a part are; `None` where it has none.
fn age(part: &Value) -> Option<Duration> {
    let at: Timestamp = part["observed_at"].as_str()?.parse().unwrap();
    Some(Duration::try_from(Timestamp::now().duration_since(at)).unwrap_or_default())
}

#[test]
fn twenty_clusters_that_hang_leave_the_figures_of_the_other_hundred_and_eighty_fresh() {
    let folder = tempfile::Builder::new()
        .prefix("system-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .unwrap();
    let runtime = Runtime::new().unwrap();
    let simulated = SimSettings {
        clusters: CLUSTERS,
        nodes: 1,
        ..SimSettings::default()
    };
    let simulator = runtime.block_on(Simulator::start(simulated)).unwrap();
    let toml = folder.path().join("vhi-usage.toml");
    fs::write(&toml, settings(&simulator, folder.path())).unwrap();
    let args = ["--config", text(&toml), "serve"];
    let service = Service::start(Program::new(folder.path(), &args));
    service.becomes_ready(Duration::from_secs(60));

    begin_to_hang(simulator.clusters());
    let begun = std::time::Instant::now();
    let mut late = HashSet::new();
    let mut oldest = Duration::ZERO;
    until("the time of watching", WATCHED * 2, || {
        let answer = http::get(
            service.address,
            "/api/v1/clusters",
            Some(simulator.api_token()),
        );
        let body = answer.json();
        let clusters = body["clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), CLUSTERS);
        for (number, cluster) in clusters.iter().enumerate() {
            for part in ["storage", "compute"] {
                let part = &cluster[part];
                if hangs(number) {
                    if part["state"] == "stale" {
                        late.insert(number);
                    }
                    continue;
                }
                let age = age(part).expect("figures");
                oldest = oldest.max(age);
                assert!(age <= POLL * 2, "{age:?}: {cluster}");
                assert_eq!(part["state"], "fresh", "{cluster}");
            }
        }
        (begun.elapsed() > WATCHED).then_some(())
    });
    // Otherwise nothing would have hung, and the rest would prove nothing.
    assert_eq!(late.len(), HANGING);
    assert!(oldest > Duration::ZERO);
    let ended = service.running.end_by("TERM", ENDS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    runtime.block_on(simulator.stop());
}
