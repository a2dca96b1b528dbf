//! The access log: who asked what, on stderr, and nothing that a caller could write into it.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::Value;

use crate::{
    http::{self, Kept},
    program::Program,
    rotation::table,
    site::{ENDS, Service, Site, TOKEN, text},
    wait::until,
};

const USAGE: &str = "/api/v1/cluster/usage";
const SOON: Duration = Duration::from_secs(20);

/// Settings with a token for billing, and this in `[api]`.
fn settings(site: &Site, api: &str) -> PathBuf {
    let path = site.toml("", "");
    let rest = fs::read_to_string(&path).unwrap();
    let rest = rest.replace("[api]\n", &format!("[api]\n{api}\n"));
    let tables = [
        table("billing", ""),
        table("old", "expires = \"2026-01-31\"\n"),
    ];
    fs::write(&path, rest + &tables.concat()).unwrap();
    path
}

#[track_caller]
fn start(site: &Site, api: &str) -> Service {
    site.serve(&settings(site, api))
}

/// Everything that callers do, well or not.
fn ask_all(service: &Service) {
    let ask = |path: &str, token: Option<&str>| http::get(service.address, path, token);
    assert_eq!(ask(USAGE, Some("billing")).status, 200);
    assert_eq!(
        ask("/api/v1/clusters/cluster1/usage?x=canary", Some(TOKEN)).status,
        200
    );
    assert_eq!(
        ask("/api/v1/clusters/canary/usage", Some(TOKEN)).status,
        404
    );
    assert_eq!(ask("/metrics", Some("billing")).status, 403);
    assert_eq!(ask(USAGE, Some("old")).status, 401);
    assert_eq!(ask(USAGE, Some("canary-of-a-guess")).status, 401);
    assert_eq!(
        ask("/canary%0aINFO%20access%20token=%22billing%22", None).status,
        404
    );
    assert_eq!(ask("/health", None).status, 200);
    assert_eq!(
        http::send(service.address, "HEAD", USAGE, "billing").status,
        200
    );
    assert_eq!(
        http::send(service.address, "CANARY", USAGE, "billing").status,
        405
    );
}

/// The lines of the access log behind their times, with `N` for counts of bytes.
fn lines(stderr: &str) -> Vec<String> {
    let bytes = regex::Regex::new("bytes=[1-9][0-9]*").unwrap();
    let lines = stderr
        .lines()
        .filter(|line| line.contains(" access token="));
    let lines = lines.map(|line| line.split_once("Z ").unwrap().1.trim());
    lines
        .map(|line| bytes.replace(line, "bytes=N").into_owned())
        .collect()
}

#[test]
fn each_request_has_a_line_with_its_token_s_name_and_nothing_of_the_caller_s_words() {
    let site = Site::new();
    let service = start(&site, "");
    ask_all(&service);
    let stderr = service.stop().stderr;
    let expected = [
        "INFO access token=\"billing\" method=\"GET\" route=\"/api/v1/cluster/usage\" status=200 address=127.0.0.1 bytes=N",
        "INFO access token=\"default\" method=\"GET\" route=\"/api/v1/clusters/{name}/usage\" status=200 address=127.0.0.1 bytes=N",
        "INFO access token=\"default\" method=\"GET\" route=\"/api/v1/clusters/{name}/usage\" status=404 address=127.0.0.1 bytes=N",
        "INFO access token=\"billing\" method=\"GET\" route=\"/metrics\" status=403 address=127.0.0.1 bytes=N",
        "WARN access token=\"old\" method=\"GET\" route=\"/api/v1/cluster/usage\" status=401 address=127.0.0.1 bytes=N",
        "WARN access token=\"-\" method=\"GET\" route=\"/api/v1/cluster/usage\" status=401 address=127.0.0.1 bytes=N",
        "INFO access token=\"-\" method=\"GET\" route=\"-\" status=404 address=127.0.0.1 bytes=N",
        "INFO access token=\"billing\" method=\"HEAD\" route=\"/api/v1/cluster/usage\" status=200 address=127.0.0.1 bytes=0",
        "INFO access token=\"billing\" method=\"-\" route=\"/api/v1/cluster/usage\" status=405 address=127.0.0.1 bytes=N",
    ];
    assert_eq!(lines(&stderr), expected);
    assert!(!stderr.contains("canary"), "{stderr}");
}

#[test]
fn the_lines_of_access_have_a_target_of_their_own_and_probes_are_there_at_debug_alone() {
    let site = Site::new();
    let path = settings(&site, "");
    let args = [
        "--config",
        text(&path),
        "-v",
        "--log-format",
        "json",
        "serve",
    ];
    let mut running = Program::new(&site.empty_folder(), &args).start();
    let line: Value = serde_json::from_str(&running.says("serving")).unwrap();
    let address = line["address"].as_str().unwrap().parse().unwrap();
    let service = Service { running, address };
    service.becomes_ready(SOON);
    assert_eq!(
        http::get(service.address, USAGE, Some("billing")).status,
        200
    );
    let stderr = service.stop().stderr;
    let lines = stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let of = |route: &str| lines.iter().find(|line| line["route"] == route).unwrap();
    let (usage, probe) = (of(USAGE), of("/ready"));
    assert_eq!([&usage["level"], &probe["level"]], ["INFO", "DEBUG"]);
    for line in [usage, probe] {
        assert_eq!(line["target"], "access");
    }
    assert_eq!(
        (&usage["token"], &usage["status"]),
        (&"billing".into(), &200.into())
    );
    let access = lines.iter().filter(|line| line["target"] == "access");
    assert!(access.into_iter().all(|line| line["message"] == "access"));
}

#[test]
fn without_the_access_log_refused_tokens_are_told_and_a_flood_of_them_is_only_counted() {
    let site = Site::new();
    let service = start(&site, "access_log = false");
    ask_all(&service);
    let mut client = Kept::new(service.address);
    for _ in 0..500 {
        assert_eq!(client.get(USAGE, "canary-of-a-guess"), 401);
    }
    let told = lines(&service.stop().stderr);
    assert!(
        told.iter()
            .all(|line| line.contains(" status=401 address=127.0.0.1 "))
    );
    // Should a minute pass meanwhile, there are as many once more.
    assert!(told.len() == 60 || told.len() == 120, "{}", told.len());
}

#[test]
fn no_answer_waits_for_whoever_reads_the_log_and_the_lines_that_are_lost_are_counted() {
    let site = Site::new();
    let service = start(&site, "");
    let unread = service.running.stderr.unread();
    let mut client = Kept::new(service.address);
    for _ in 0..8000 {
        assert_eq!(client.get(USAGE, "billing"), 200);
    }
    drop(unread);
    let lost = "lines were lost: stderr was not read in time lines=";
    until(lost, SOON, || {
        service.running.stderr.read().contains(lost).then_some(())
    });
    let ended = service.running.end_by("TERM", ENDS);
    assert_eq!(ended.code, Some(0));
    let count = ended.stderr.split(lost).nth(1).unwrap();
    let (count, log) = count.split_once(' ').unwrap();
    let count: usize = count.parse().unwrap();
    assert!(log.starts_with("log=\"access-log\""), "{log}");
    let usage = lines(&ended.stderr).len();
    assert_eq!(usage + count, 8000);
}

#[test]
fn an_end_that_is_asked_for_comes_although_nobody_reads_the_log() {
    let site = Site::new();
    let service = start(&site, "");
    let stderr = service.running.stderr.clone();
    let unread = stderr.unread();
    let mut client = Kept::new(service.address);
    // More than the pipe holds.
    for _ in 0..2000 {
        assert_eq!(client.get(USAGE, "billing"), 200);
    }
    let code = service.running.end_unread_by("TERM", ENDS);
    assert_eq!(code, Some(0));
    drop(unread);
}
