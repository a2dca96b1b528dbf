//! Several nodes, of which one is dead or hangs; one connection for all rounds; and what a kill leaves on a node.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    processes,
    program::Program,
    site::{Service, Site, text},
    table::peer::BlackHole,
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
fn with_one_node_of_three_refused_and_one_black_holed_every_poll_gives_fresh_figures() {
    let mut site = Site::with_nodes(3);
    let dead = site.nodes[0].address;
    site.nodes[0].stop();
    let _hole = BlackHole::at(dead);
    site.nodes[1].stop();
    // The waits are the usual ones, and much longer than a figure lives.
    let service = site.serve(&site.toml("poll_interval = \"1s\"\nmax_age = \"5s\"", ""));
    let (begun, before) = (Instant::now(), site.tool.calls());
    // Over the whole of a connect that nobody answers, and into the pause after it.
    while begun.elapsed() < Duration::from_secs(13) {
        let usage = service.usage();
        assert_eq!(usage["storage"]["state"], "fresh", "{usage}");
        assert_eq!(usage["storage"]["node"], "127.0.0.3");
        sleep(Duration::from_millis(100));
    }
    let asked = site.tool.calls() - before;
    assert!(asked >= 9, "{asked} readings in 13 polls");
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
