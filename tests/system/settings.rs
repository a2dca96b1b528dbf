//! Where the service takes its settings from, and what it says of those that cannot be used.

use std::{
    fs::{self, Permissions},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use serde_json::Value;

use crate::{
    http,
    program::{Ended, Program},
    site::{Service, Site, TOKEN, Variables, text, variables},
};

const SOON: Duration = Duration::from_secs(20);
const USAGE: &str = "/api/v1/cluster/usage";

#[test]
fn the_env_file_of_the_service_before_works_once_it_names_the_nodes() {
    let site = Site::new();
    let mut ours = site.variables();
    ours.remove("LISTEN");
    let before = variables(&[
        ("ADMIN_DOMAIN_NAME", "Default"),
        ("PORT", "0"),
        ("CACHE_TTL_SECONDS", "1"),
        ("REDIS_HOST", "redis.example"),
        ("REDIS_PORT", "6379"),
        ("REDIS_PASSWORD", "canary-of-redis"),
        ("REDIS_DB", "0"),
        ("RATE_LIMIT_RPS", "1000"),
        ("RATE_LIMIT_BURST", "2000"),
    ]);
    let mut lines = "# The Go service's\n".to_owned();
    for (name, value) in before.iter().chain(&ours) {
        lines += &format!("{name}=\"{value}\" # {name}\n");
    }
    let folder = site.empty_folder();
    fs::write(folder.join(".env"), lines).unwrap();
    let service = Service::start(Program::new(&folder, &["serve"]));
    service.becomes_ready(SOON);
    assert_eq!(service.usage()["logical_storage_used_tib"], 45.4);
    // PORT alone means every address: this is not the one of the other tests.
    assert!(service.address.ip().is_unspecified(), "{}", service.address);
    for last in [1, 2] {
        let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), service.address.port()));
        assert_eq!(http::get(address, USAGE, Some(TOKEN)).status, 200);
    }
    let ended = service.stop();
    assert_eq!(ended.stderr.matches("REDIS_* is ignored").count(), 1);
    assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
}

#[test]
fn variables_go_before_the_env_file_and_that_before_the_settings_file() {
    let site = Site::new();
    let toml = site.toml("", "");
    let toml_text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, toml_text.replace("\"cluster1\"", "\"of-toml\"")).unwrap();
    let env_file = site.write("of.env", "VSTORAGE_CLUSTER=of-env-file\n");
    let own = variables(&[("VSTORAGE_CLUSTER", "cluster1")]);
    let nothing = Variables::new();
    let files = ["--config", text(&toml), "--env-file", text(&env_file)];
    for (files, environment, name, code) in [
        (&files[..2], &nothing, "of-toml", 3),
        (&files[..], &nothing, "of-env-file", 3),
        (&files[..], &own, "cluster1", 0),
    ] {
        let args = [files, &["check", "--json"]].concat();
        let program = Program::new(&site.empty_folder(), &args).variables(environment);
        let ended = program.run();
        let line: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(line["cluster"], name);
        assert_eq!(ended.code, Some(code), "{}", ended.stdout);
    }
}

#[test]
fn a_settings_file_can_be_completed_by_variables() {
    let site = Site::new();
    let toml = site.write(
        "part.toml",
        "poll_interval = \"1s\"\nmax_age = \"3s\"\n[[cluster]]\nsize_base = 1000\n",
    );
    let args = ["--config", text(&toml), "serve"];
    let program = Program::new(&site.empty_folder(), &args);
    let service = Service::start(program.variables(&site.variables()));
    service.becomes_ready(SOON);
    let usage = service.usage();
    assert_eq!(usage["storage"]["size_base"], 1000);
    assert_eq!(usage["storage"]["size_base_origin"], "configured");
    assert_eq!(
        usage["storage"]["logical"]["total"]["bytes"],
        57_300_000_000_000_u64
    );
    assert_eq!(usage["logical_storage_total_tib"], 52.11);
    service.stop();
}

/// Settings that cannot be used end the start with 2 and a sentence that has all of these words.
#[track_caller]
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.stdout, "");
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
    }
}

#[test]
fn settings_that_cannot_be_used_are_told_with_place_and_way_out() {
    let site = Site::new();
    let serve =
        |toml: &Path| Program::new(&site.empty_folder(), &["--config", text(toml), "serve"]).run();
    let toml = site.toml("pol_interval = \"1s\"", "");
    refused(
        &serve(&toml),
        &[
            "vhi-usage.toml line 2",
            "there is no such key",
            "did you mean `poll_interval`?",
        ],
    );

    let toml = site.toml("", "node = []");
    refused(
        &serve(&toml),
        &["vhi-usage.toml line", "there is no such key", "`nodes`"],
    );

    let toml = site.toml("max_age = \"5s\"\npoll_interval = \"60\"", "");
    refused(&serve(&toml), &["line 3", "such as \"60s\""]);

    let toml = site.toml("", "");
    let changed = fs::read_to_string(&toml).unwrap();
    let changed = changed.replace(&site.nodes[0].node(), "node1.example");
    fs::write(&toml, changed.replace("\"cluster1\"", "\"-c\"")).unwrap();
    let both = [
        "for 2 reasons",
        "`node1.example` is no node",
        "root@node1.example",
        "`-c`",
    ];
    refused(&serve(&toml), &both);

    let open = site.path("api-token");
    fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
    let toml = site.toml("", "");
    refused(
        &serve(&toml),
        &["token_file in [api]", text(&open), "0644", "chmod 600"],
    );
    fs::set_permissions(&open, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&site.user_key.file, Permissions::from_mode(0o640)).unwrap();
    refused(
        &serve(&toml),
        &[
            "key_file in [cluster.ssh]",
            "id_ed25519",
            "0640",
            "chmod 600",
        ],
    );

    let gone = site.path("gone.toml");
    refused(
        &serve(&gone),
        &["gone.toml", "cannot read the settings file"],
    );
}

#[test]
fn without_a_token_there_is_no_service() {
    let site = Site::new();
    let mut own = site.variables();
    own.remove("API_BEARER_TOKEN");
    let program = Program::new(&site.empty_folder(), &["serve"]).variables(&own);
    refused(
        &program.run(),
        &[
            "API_BEARER_TOKEN",
            "token_file in [api]",
            "does not start without",
        ],
    );
}

#[test]
fn nothing_set_at_all_is_answered_with_everything_that_is_missing() {
    let site = Site::new();
    let ended = Program::new(&site.empty_folder(), &["serve"]).run();
    refused(&ended, &["VSTORAGE_CLUSTER", "VHI_PANEL_URL"]);
    refused(&ended, &["ADMIN_PASSWORD", "API_BEARER_TOKEN"]);
    let own = [("STORAGE_SOURCE".to_owned(), "ssh".to_owned())].into();
    let program = Program::new(&site.empty_folder(), &["serve"]).variables(&own);
    let names = ["VSTORAGE_NODES", "VSTORAGE_SSH_KEY", "VSTORAGE_KNOWN_HOSTS"];
    refused(&program.run(), &names);
}

#[test]
fn a_port_that_is_taken_is_told_in_a_sentence() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut own = site.variables();
    own.insert("LISTEN".to_owned(), address.clone());
    let program = Program::new(&site.empty_folder(), &["serve"]).variables(&own);
    let ended = program.run();
    refused(
        &ended,
        &[
            "cannot listen on",
            &address,
            "another process has that port",
        ],
    );
    let told = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("vhi-usage: "));
    assert_eq!(told.count(), 1, "{}", ended.stderr);
}

#[test]
fn only_the_token_opens_the_figures() {
    let site = Site::new();
    let service = site.serve_with(&site.variables());
    for path in [
        USAGE,
        "/api/v1/usage/cluster",
        "/api/v1/clusters",
        "/api/v1/nothing",
    ] {
        for token in [None, Some("another"), Some("")] {
            let answer = http::get(service.address, path, token);
            assert_eq!(answer.status, 401, "{path} {answer:?}");
            let realm = answer.header("www-authenticate");
            assert_eq!(realm, Some("Bearer realm=\"vhi-usage\""));
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json")
            );
            let body = answer.json();
            assert_eq!(body["status"], 401);
            assert_eq!(body["error"], body["detail"]);
        }
    }
    for path in ["/health", "/ready"] {
        assert_eq!(http::get(service.address, path, None).status, 200);
    }
    service.stop();
}
