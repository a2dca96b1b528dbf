//! What goes wrong on a site, while the service serves.

use std::{
    collections::BTreeMap,
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
