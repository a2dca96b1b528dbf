//! Nodes that die, freeze, hang or refuse, and what is left on them.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    processes,
    program::Program,
    site::{Service, Site, allowed, text},
    wait::until,
};

/// Quick, and with room for a slow machine between the rounds.
const PATIENT: &str = "poll_interval = \"1s\"\nmax_age = \"60s\"";
const SOON: Duration = Duration::from_secs(20);

#[test]
fn with_one_node_of_two_dead_the_figures_come_from_the_living_one() {
    let mut site = Site::with_nodes(2);
    site.node().stop();
    let toml = site.toml(PATIENT, "connect_timeout = \"1s\"");
    let ended = site.check(&toml, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    let service = site.serve(&toml);
    let usage = service.usage();
    assert_eq!(usage["status"], "complete");
    assert_eq!(usage["storage"]["node"], "127.0.0.2");
    assert_eq!(usage["logical_storage_used_tib"], 45.4);
    service.stop();
}

#[test]
fn over_many_polls_one_connection_is_used() {
    let mut site = Site::new();
    let service = site.serve(&site.toml(PATIENT, ""));
    until("many polls", SOON, || {
        (site.tool.calls() >= 6).then_some(())
    });
    assert_eq!(site.node().logins(), 1, "{}", site.node().log());
    service.stop();
}

#[test]
fn a_node_that_hangs_is_passed_over_for_the_next_one() {
    let site = Site::with_nodes(2);
    site.tool.does(&format!(
        "case \"$SSH_CONNECTION\" in *' 127.0.0.1 '*) sleep {} ;; esac; cat \"$here/report\"",
        site.tool.marker()
    ));
    let service = site.serve(&site.toml(PATIENT, "command_timeout = \"1s\""));
    let usage = service.usage();
    assert_eq!(usage["storage"]["node"], "127.0.0.2");
    assert_eq!(usage["logical_storage_used_tib"], 45.4);
    service.stop();
    site.tool.is_rid_of_hung_commands(Duration::from_secs(4));
}

#[test]
fn a_frozen_node_turns_its_figures_stale_and_missing_and_brings_them_back() {
    let mut site = Site::new();
    let quick = "poll_interval = \"1s\"\nmax_age = \"3s\"";
    let waits = "connect_timeout = \"1s\"\ncommand_timeout = \"1s\"";
    let service = site.serve(&site.toml(quick, waits));
    site.node().signal("STOP");
    let frozen = Instant::now();
    let stale = service.storage_becomes("stale", SOON);
    assert_eq!(stale["logical_storage_used_tib"], 45.4);
    let missing = service.storage_becomes("missing", SOON);
    let gone = frozen.elapsed();
    assert!(gone < Duration::from_millis(3_900), "{gone:?}");
    assert!(missing["logical_storage_used_tib"].is_null(), "{missing}");
    let codes = ["command_timeout", "connect_timeout", "session_lost"];
    until("a reason that tells what happened", SOON, || {
        let usage = service.usage();
        let code = usage["storage"]["reason"]["code"].as_str()?.to_owned();
        codes.contains(&code.as_str()).then_some(())
    });
    site.node().signal("CONT");
    service.storage_becomes("fresh", SOON);
    service.stop();
}

#[test]
fn a_service_that_is_killed_leaves_nothing_on_the_node() {
    let site = Site::new();
    site.tool.hangs();
    let toml = site.toml("", "command_timeout = \"2s\"");
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let service = Service::start(program);
    until("the command hangs", SOON, || {
        (!processes::with_word(site.tool.marker()).is_empty()).then_some(())
    });
    let killed = service.running.end_by("KILL", SOON);
    assert_eq!(killed.code, None);
    site.tool.is_rid_of_hung_commands(Duration::from_secs(5));
}

#[test]
fn a_key_that_is_refused_is_not_offered_again_for_minutes() {
    let mut site = Site::new();
    site.node().authorize(&[]);
    let toml = site.toml("poll_interval = \"1s\"\nmax_age = \"3s\"", "");
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let service = Service::start(program);
    let usage = until("the key is refused", SOON, || {
        let answer = service.get("/api/v1/cluster/usage");
        let usage = (answer.status == 200).then(|| answer.json())?;
        (usage["storage"]["reason"]["code"] == "auth_refused").then_some(usage)
    });
    let message = usage["storage"]["reason"]["message"].as_str().unwrap();
    assert!(message.contains("next try at 20"), "{message}");
    // Nothing is to happen, so there is nothing to wait for but the time itself.
    sleep(Duration::from_secs(8));
    let refused = site.node().log().matches("authenticating user").count();
    assert!(
        (1..=3).contains(&refused),
        "{refused} {}",
        site.node().log()
    );
    // It is the login that waits, not the answer.
    assert_eq!(service.usage()["storage"]["reason"]["code"], "auth_refused");
    let key = allowed(&site.user_key);
    site.node().authorize(&[key]);
    service.stop();
}
