//! Rows of peers that refuse us: they are left alone, and it is told until when.

use std::{fs, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use vhi_usage::sim::{counts::Counts, fault::Fault};

use crate::{
    http, keys,
    program::Program,
    site::{Service, Site, text},
    table::{
        row::{QUICK, Row, WAITS},
        told::Part,
    },
    wait::until,
};

/// Several rounds.
const ROUNDS: Duration = Duration::from_secs(4);
const SOON: Duration = Duration::from_secs(20);

/// It is told in `/api/v1/clusters` and in `/metrics` that this peer alone is left alone, why, and for how long.
#[track_caller]
fn is_left_alone(service: &Service, peer: &str, code: &str) {
    let list = service.get("/api/v1/clusters").json();
    let breakers = list["clusters"][0]["breakers"].as_array().unwrap().clone();
    assert_eq!(breakers.len(), 1, "{breakers:?}");
    assert_eq!(breakers[0]["peer"], peer, "{breakers:?}");
    assert_eq!(breakers[0]["code"], code, "{breakers:?}");
    is_in_minutes(&breakers[0]["next_try"]);
    let metrics = service.get("/metrics").body;
    let peer = peer.replace('"', "\\\"");
    let open = format!(
        "vhi_usage_breaker_open{{cluster=\"cluster1\",peer=\"{peer}\",code=\"{code}\"}} 1\n"
    );
    assert!(metrics.contains(&open), "no {open} in {metrics}");
    assert!(metrics.contains("vhi_usage_breaker_next_try_timestamp_seconds{"));
}

#[track_caller]
fn is_in_minutes(next_try: &Value) {
    let next_try: Timestamp = next_try.as_str().expect("a time").parse().unwrap();
    let left = next_try.duration_since(Timestamp::now()).as_secs();
    assert!((240..=375).contains(&left), "in {left} s");
}

/// `/ready` tells the time to everybody, and to nobody of whom.
#[track_caller]
fn ready_says_when(service: &Service, part: Part, code: &str) {
    let ready = http::get(service.address, "/ready", None);
    assert_eq!(ready.status, 503, "{ready:?}");
    let missing = ready.json()["missing"].as_array().unwrap().clone();
    let lacks = missing.iter().find(|it| it["part"] == part.name()).unwrap();
    assert_eq!(lacks["code"], code);
    is_in_minutes(&lacks["next_try"]);
    assert!(!ready.body.contains("127.0.0.1"), "{ready:?}");
}

/// The fault is there, then not, and all the while nobody asks; a new service asks at once.
#[track_caller]
fn row(part: Part, row: Row, fault: Fault, (peer, code): (&str, &str), asked: fn(Counts) -> u64) {
    let counts = || row.site.cluster().scenario.counts();
    let scenario = &row.site.cluster().scenario;
    let logins = counts().login_attempts;
    scenario.set_fault(fault, true);
    row.tells(code);
    is_left_alone(&row.service, peer, code);
    ready_says_when(&row.service, part, code);
    let before = asked(counts());
    row.stays(code, ROUNDS);
    scenario.set_fault(fault, false);
    row.stays(code, ROUNDS);
    assert_eq!(asked(counts()), before);
    assert!(counts().login_attempts - logins <= 1);
    let (site, _) = row.ends();
    let service = site.serve(&site.path("vhi-usage.toml"));
    until("nobody is left alone", SOON, || {
        let list = service.get("/api/v1/clusters").json();
        (list["clusters"][0]["breakers"] == serde_json::json!([])).then_some(())
    });
    service.stop();
}

#[test]
fn a_panel_that_answers_401_for_ever_sees_one_login_in_a_pause() {
    let site = Row::of(Part::Compute, Site::new(), WAITS);
    let told = ("panel", "auth_refused");
    row(Part::Compute, site, Fault::Panel401, told, |it| it.requests);
}

/// Grafana is billed, with a token.
fn grafana() -> Row {
    let site = Site::new();
    let toml = site.toml_with(QUICK, "storage_source = \"grafana\"", WAITS);
    let panel = &site.cluster().panel;
    keys::write_secret(&site.path("grafana-token"), &panel.grafana_token);
    let more = format!(
        "[cluster.grafana]\ndatasource_uid = {:?}\ntoken_file = \"grafana-token\"\n",
        panel.datasource_uid
    );
    let settings = fs::read_to_string(toml).unwrap() + &more;
    let service = site.serve(&site.write("vhi-usage.toml", &settings));
    Row::watch(Part::Storage, site, service)
}

#[test]
fn a_grafana_that_refuses_the_token_is_not_shown_it_again_in_a_pause() {
    let told = ("grafana", "grafana_auth_refused");
    let asked = |it: Counts| it.grafana_requests;
    row(Part::Storage, grafana(), Fault::Grafana401, told, asked);
}

#[test]
fn a_grafana_that_forbids_the_query_is_not_asked_again_in_a_pause() {
    let peer = "grafana sum(tier:mdsd_fs_space_bytes:sum{cloud=\"\"})";
    let told = (peer, "grafana_forbidden");
    let asked = |it: Counts| it.grafana_requests;
    row(Part::Storage, grafana(), Fault::Grafana403, told, asked);
}

#[test]
fn a_wrong_password_is_tried_once_in_a_pause_and_locks_no_account() {
    let site = Site::new();
    let toml = site.toml(QUICK, WAITS);
    keys::write_secret(&site.path("panel-password"), "canary-that-is-wrong");
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let service = Service::start(program);
    let rounds = until("some rounds", SOON, || {
        (site.tool.calls() >= 6).then(|| site.tool.calls())
    });
    let counts = site.cluster().scenario.counts();
    assert_eq!(
        (counts.login_attempts, counts.logins),
        (1, 0),
        "{rounds} rounds"
    );
    assert_eq!(service.get("/api/v1/cluster/usage").status, 502);
    is_left_alone(&service, "panel", "auth_refused");
    ready_says_when(&service, Part::Compute, "auth_refused");
    let ended = service.stop();
    assert!(!ended.stderr.contains("canary-that-is-wrong"));

    keys::write_secret(&site.path("panel-password"), &site.cluster().panel.password);
    let service = site.serve(&toml);
    assert_eq!(service.usage()["compute"]["state"], "fresh");
    service.stop();
}
