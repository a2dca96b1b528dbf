//! `sim`, `check` against it, and `demo`.

use std::{fs, process::Command, time::Duration};

use serde_json::Value;

use crate::{
    folder,
    program::{Ended, Program, Running},
    text,
    wait::until,
};

pub(crate) const ENDS: Duration = Duration::from_secs(8);

/// Starts a command that goes on, and waits until it says these words.
#[track_caller]
pub(crate) fn start(folder: &tempfile::TempDir, args: &[&str], words: &str) -> Running {
    let mut running = Program::new(folder.path(), args).start();
    running.says(words);
    running
}

/// The settings that a simulator prints, those of each cluster with Grafana's token at their end.
#[track_caller]
pub(crate) fn printed_settings(sim: &Running, clusters: usize) -> String {
    until("the simulator's settings", ENDS, || {
        let said = sim.stdout.read();
        let whole = said.ends_with('\n') && said.matches("\ntoken_file = ").count() == 1 + clusters;
        whole.then_some(said)
    })
}

/// Runs `check` against a simulator with these faults.
#[track_caller]
fn check_of(faults: &str) -> Ended {
    let folder = folder();
    let fault = ["--fault", faults];
    let more = if faults.is_empty() { &[][..] } else { &fault };
    let sim = start(&folder, &[&["sim"], more].concat(), "simulating");
    let settings = printed_settings(&sim, 1);
    // Short, for what hangs.
    let settings = settings
        .replace("[cluster.ssh]", "[cluster.ssh]\ncommand_timeout = \"2s\"")
        .replace("[cluster.panel]", "[cluster.panel]\ntimeout = \"2s\"");
    let file = folder.path().join("sim.toml");
    fs::write(&file, settings).unwrap();
    let args = ["--config", text(&file), "check", "--json"];
    let ended = Program::new(folder.path(), &args).run();
    assert_eq!(sim.end_by("INT", ENDS).code, Some(0));
    ended
}

#[test]
fn what_goes_wrong_decides_how_a_check_ends() {
    for (faults, code, part, reason) in [
        ("", 0, "", ""),
        ("session-expiry", 0, "", ""),
        ("sparse-stat", 0, "", ""),
        ("old-names", 0, "", ""),
        ("half-output", 1, "storage", "report_unreadable"),
        ("no-output", 1, "storage", "report_unreadable"),
        ("not-settled", 1, "storage", "not_settled"),
        ("endless-output", 1, "storage", "output_too_long"),
        ("panel-not-json", 1, "compute", "panel_unreadable"),
        ("other-cluster", 2, "storage", "other_cluster"),
        ("exit-1", 3, "storage", "command_failed"),
        ("no-status", 3, "storage", "command_failed"),
        ("exec-refused", 3, "storage", "command_refused"),
        ("hang", 3, "storage", "command_timeout"),
        ("hang-hard", 3, "storage", "command_timeout"),
        ("login-refused", 3, "storage", "auth_refused"),
        ("host-key-changed", 3, "storage", "host_key_changed"),
        ("panel-500", 3, "compute", "panel_status"),
        ("panel-hang", 3, "compute", "panel_timeout"),
        ("panel-login-refused", 3, "compute", "auth_refused"),
        ("half-output,panel-500", 3, "compute", "panel_status"),
    ] {
        let ended = check_of(faults);
        assert_eq!(ended.code, Some(code), "{faults} {ended:?}");
        let line: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(line["cluster"], "cluster1");
        if !part.is_empty() {
            assert_eq!(line[part]["error"]["code"], reason, "{faults} {line}");
        }
        let storage = &line["storage"];
        let missing = !storage["error"].is_null();
        assert_eq!(storage["observed_at"].is_null(), missing, "{faults} {line}");
        for row in storage["figures"].as_array().unwrap() {
            // What is printed by another cluster, or by one that has not settled, is no figure.
            assert!(!missing || row["value"].is_null(), "{faults} {row}");
        }
    }
}

#[test]
fn the_simulator_prints_settings_of_every_cluster() {
    let folder = folder();
    let args = ["sim", "--clusters", "2", "--nodes", "3"];
    let sim = start(&folder, &args, "simulating");
    let settings: toml::Table = printed_settings(&sim, 2).parse().unwrap();
    let clusters = settings["cluster"].as_array().unwrap();
    assert_eq!(clusters.len(), 2);
    for cluster in clusters {
        assert_eq!(cluster["ssh"]["nodes"].as_array().unwrap().len(), 3);
    }
    let file = folder.path().join("sim.toml");
    fs::write(&file, printed_settings(&sim, 2)).unwrap();
    let check = Program::new(folder.path(), &["--config", text(&file), "check", "--json"]);
    let ended = check.run();
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 2));
    let keys = settings["api"]["token_file"].as_str().unwrap().to_owned();
    assert_eq!(sim.end_by("TERM", ENDS).code, Some(0));
    assert!(fs::metadata(&keys).is_err(), "{keys} is left behind");
}

#[test]
fn the_demo_prints_a_request_that_works_as_it_stands() {
    let folder = folder();
    let mut demo = start(&folder, &["demo"], "  curl ");
    let line = demo.says("  curl ");
    for words in ["  address  http://127.0.0.1:", "  token    "] {
        demo.says(words);
    }
    let output = Command::new("sh")
        .args(["-c", &format!("exec {}", line.trim())])
        .output();
    let output = output.expect("curl runs: tests/run installs it where it is missing");
    assert!(output.status.success(), "{output:?}");
    let answer = String::from_utf8(output.stdout).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let usage: Value = serde_json::from_str(body).unwrap();
    assert_eq!(usage["status"], "complete");
    let flat = usage.as_object().unwrap().iter();
    let numbers = flat.filter(|(name, _)| {
        let name = name.as_str();
        ["_vms", "_vcpus", "_tib", "_gib"]
            .iter()
            .any(|end| name.ends_with(end))
    });
    let numbers: Vec<_> = numbers.collect();
    assert_eq!(numbers.len(), 21);
    assert!(
        numbers.iter().all(|(_, value)| value.is_number()),
        "{numbers:?}"
    );

    let ended = demo.end_by("INT", ENDS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stdout.contains("INFO"), "{}", ended.stdout);
}

#[test]
fn the_demo_comes_up_whatever_is_wrong_in_it() {
    let folder = folder();
    let demo = start(&folder, &["demo", "--fault", "hang,panel-500"], "  curl ");
    assert_eq!(demo.end_by("INT", ENDS).code, Some(0));
}

#[test]
fn settings_of_the_caller_do_not_reach_the_demo() {
    let folder = folder();
    fs::write(
        folder.path().join(".env"),
        "VSTORAGE_CLUSTER=-x\nPORT=none\n",
    )
    .unwrap();
    let demo = start(&folder, &["demo"], "  curl ");
    assert_eq!(demo.end_by("TERM", ENDS).code, Some(0));
}

#[test]
fn logs_for_programs_are_one_object_a_line_on_stderr() {
    let folder = folder();
    let args = ["--log-format", "json", "-v", "demo"];
    let demo = start(&folder, &args, "  curl ");
    let ended = demo.end_by("INT", ENDS);
    let lines: Vec<Value> = ended
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(!lines.is_empty());
    for line in lines {
        for field in ["timestamp", "level", "message"] {
            assert!(line[field].is_string(), "{line}");
        }
    }
}
