//! What goes wrong on a site, while the service serves.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{http, processes, site::Site, wait::until};

/// Quick enough for a test, and legal.
const QUICK: &str = "poll_interval = \"1s\"\nmax_age = \"3s\"";
/// The same with room for a slow machine between the rounds.
const PATIENT: &str = "poll_interval = \"1s\"\nmax_age = \"60s\"";
const SOON: Duration = Duration::from_secs(15);

#[track_caller]
fn has_no_figure(usage: &Value) {
    assert_eq!(usage["status"], "partial");
    for field in ["total", "used", "free"] {
        let flat = format!("logical_storage_{field}_tib");
        assert_eq!(usage.get(&flat), Some(&Value::Null), "{usage}");
        for group in ["logical", "physical"] {
            assert_eq!(usage["storage"][group][field], Value::Null, "{usage}");
        }
    }
    assert!(usage["storage_error"].is_string(), "{usage}");
    assert!(usage["total_vms"].is_number(), "{usage}");
}

#[test]
fn a_node_that_dies_takes_its_figures_along_on_time_and_brings_them_back() {
    let mut site = Site::new();
    let toml = site.toml(QUICK, "connect_timeout = \"1s\"");
    let service = site.serve(&toml);
    assert_eq!(service.usage()["status"], "complete");

    site.node().stop();
    let died = Instant::now();
    let stale = service.storage_becomes("stale", SOON);
    assert_eq!(stale["status"], "stale");
    assert_eq!(stale["logical_storage_used_tib"], 45.4);
    assert!(stale["storage"]["reason"]["code"].is_string(), "{stale}");
    let missing = service.storage_becomes("missing", SOON);
    // The last figure was read a poll before the node died at the earliest, and nothing serves it after 3 s.
    let gone = died.elapsed();
    assert!(gone < Duration::from_millis(3_900), "{gone:?}");
    has_no_figure(&missing);
    assert_eq!(missing["storage"]["reason"]["code"], "connect_refused");
    let ready = http::get(service.address, "/ready", None);
    assert_eq!(ready.status, 503, "{ready:?}");
    assert!(ready.body.contains("cluster1"), "{ready:?}");
    let required = service.get("/api/v1/cluster/usage?require=complete");
    assert_eq!(required.status, 503, "{required:?}");
    assert_eq!(http::get(service.address, "/health", None).status, 200);

    site.node().start_again();
    let back = service.storage_becomes("fresh", SOON);
    assert_eq!(back["logical_storage_used_tib"], 45.4);
    service.becomes_ready(SOON);
    service.stop();
}

#[test]
fn hung_commands_are_ended_on_the_node_and_exhaust_nothing() {
    let mut site = Site::new();
    let service = site.serve(&site.toml(QUICK, "command_timeout = \"1s\""));
    site.tool.hangs();
    // More than MaxSessions of OpenSSH, which is 10.
    let enough = site.tool.calls() + 12;
    let mut seen: BTreeMap<u32, Instant> = BTreeMap::new();
    until("12 hung commands", Duration::from_secs(60), || {
        let now = Instant::now();
        let alive = processes::with_word(site.tool.marker());
        seen.retain(|id, _| alive.contains(id));
        for id in alive {
            let age = now - *seen.entry(id).or_insert(now);
            assert!(age < Duration::from_secs(4), "{id} hangs on for {age:?}");
        }
        (site.tool.calls() >= enough).then_some(())
    });
    let usage = service.usage();
    has_no_figure(&usage);
    assert_eq!(usage["storage"]["reason"]["code"], "command_timeout");

    site.tool.works();
    let back = service.storage_becomes("fresh", SOON);
    assert_eq!(back["logical_storage_used_tib"], 45.4);
    site.tool.is_rid_of_hung_commands(Duration::from_secs(4));
    let log = site.node().log();
    assert!(!log.contains("no more sessions"), "{log}");
    // Under `timeout` the session outlives what hung in it.
    assert_eq!(site.node().logins(), 1, "{log}");
    service.stop();
}

#[test]
fn a_command_that_will_not_be_asked_to_end_is_killed_and_counts_as_late() {
    let site = Site::new();
    let service = site.serve(&site.toml(QUICK, "command_timeout = \"1s\""));
    let stubborn = format!("trap '' TERM; sleep {}", site.tool.marker());
    site.tool.does(&stubborn);
    let enough = site.tool.calls() + 4;
    let mut codes = BTreeSet::new();
    until("4 stubborn commands", Duration::from_secs(40), || {
        let reason = &service.usage()["storage"]["reason"]["code"];
        codes.extend(reason.as_str().map(str::to_owned));
        (site.tool.calls() >= enough).then_some(())
    });
    // Before the first of them has failed, the source has merely not answered.
    codes.remove("no_answer");
    assert_eq!(codes, BTreeSet::from(["command_timeout".to_owned()]));
    site.tool.works();
    service.storage_becomes("fresh", SOON);
    site.tool.is_rid_of_hung_commands(Duration::from_secs(4));
    service.stop();
}

#[test]
fn what_does_not_end_well_is_no_reading_however_good_it_looks() {
    let site = Site::new();
    let service = site.serve(&site.toml(QUICK, ""));
    for (deed, code) in [
        ("cat \"$here/report\"; exit 1", "command_failed"),
        ("cat \"$here/report\"; kill -KILL $$", "command_failed"),
        ("head -c 60 \"$here/report\"", "report_unreadable"),
        (":", "report_unreadable"),
        ("sed s/cluster1/cluster2/ \"$here/report\"", "other_cluster"),
        ("sed s/healthy/unknown/ \"$here/report\"", "not_settled"),
        ("cat /dev/zero", "output_too_long"),
    ] {
        site.tool.does(deed);
        let usage = until(code, SOON, || {
            let usage = service.usage();
            let reason = &usage["storage"]["reason"]["code"];
            (usage["storage"]["state"] == "missing" && reason == code).then_some(usage)
        });
        has_no_figure(&usage);
        site.tool.works();
        service.storage_becomes("fresh", SOON);
    }
    service.stop();
}

#[test]
fn chatter_of_a_login_shell_and_words_on_stderr_change_nothing() {
    let site = Site::new();
    let service = site.serve(&site.toml(PATIENT, ""));
    let quiet = service.usage();
    site.tool.does(
        "printf 'Last login: today\\r\\n\\377 caf\\351\\nSpace: the final frontier\\n'; \
         echo 'connected to MDS#1' >&2; cat \"$here/report\"; echo done >&2",
    );
    until("the chatter was read", SOON, || {
        let raw = service.get("/api/v1/clusters/cluster1/raw");
        raw.body.contains("the final frontier").then_some(())
    });
    let usage = service.usage();
    assert_eq!(usage["storage"]["logical"], quiet["storage"]["logical"]);
    assert_eq!(usage["storage"]["license"], quiet["storage"]["license"]);
    assert_eq!(usage["status"], "complete");
    service.stop();
}

#[test]
fn clients_that_never_finish_their_request_hold_nothing_up() {
    let site = Site::new();
    let service = site.serve(&site.toml("", ""));
    let dawdlers: Vec<_> = (0..50)
        .map(|_| http::unfinished_client(service.address))
        .collect();
    assert_eq!(service.usage()["status"], "complete");
    service.stop();
    drop(dawdlers);
}
