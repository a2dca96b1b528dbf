//! `config check` and `config show`.

use std::{collections::BTreeMap, fs};

use crate::{
    common::{RIGHT, Site, write_private, write_right},
    place::Place,
};

/// The problems that are told, each beginning with its place.
#[track_caller]
pub(crate) fn problems(place: &Place) -> Vec<String> {
    let ended = place.run(&["--config", "site.toml", "config", "check"], 2);
    assert_eq!(ended.stdout, "");
    let lines: Vec<_> = ended.stderr.lines().map(str::to_owned).collect();
    match lines.as_slice() {
        [one] => vec![one.clone()],
        [_, several @ ..] => several.iter().map(|line| line.trim().to_owned()).collect(),
        [] => Vec::new(),
    }
}

/// In this order, each with its line and these words, and no other.
#[track_caller]
fn told(place: &Place, expected: &[(&str, &str)]) {
    let found = problems(place);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (at, words)) in found.iter().zip(expected) {
        assert!(found.contains(at), "{at}: {found}");
        assert!(found.contains(words), "{words}: {found}");
    }
}

/// A folder with settings that are right.
fn right() -> Place {
    let place = Place::new();
    write_right(place.path());
    place
}

#[test]
fn settings_that_are_right_are_checked_in_silence() {
    let place = right();
    let ended = place.run(&["--config", "site.toml", "config", "check"], 0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
}

#[test]
fn six_mistakes_are_told_at_once_with_their_lines() {
    let place = right();
    place.write(
        "site.toml",
        "\
poll_interval = 60
[api]
token_fil = \"token\"
[[cluster]]
name = \"-c\"
[cluster.ssh]
nodes = [\"node1.example\"]
key_file = \"gone\"
host_key_sha256 = \"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"
[cluster.pannel]
url = \"https://panel.example:8888\"
",
    );
    told(
        &place,
        &[
            ("site.toml line 1: poll_interval: ", "such as \"60s\""),
            (
                "site.toml line 3: token_fil in [api]: ",
                "did you mean `token_file`?",
            ),
            (
                "site.toml line 10: pannel in [[cluster]]: ",
                "did you mean `panel`?",
            ),
            ("site.toml line 5: name in [[cluster]]", "name"),
            (
                "site.toml line 7: nodes in [cluster.ssh]",
                "write user@host",
            ),
            (
                "site.toml line 8: key_file in [cluster.ssh]",
                "there is no file",
            ),
        ],
    );
}

#[test]
fn a_slip_in_the_form_hides_no_other_mistake() {
    let place = right();
    let text = RIGHT
        .replace("name = \"cluster1\"", "name = \"cluster1")
        .replace("[api]", "[api]\nrate_limit_rps = 0")
        .replace("url = \"https", "url = \"http");
    place.write("site.toml", &text);
    told(
        &place,
        &[
            (
                "site.toml line 2: rate_limit_rps in [api]",
                "from 1 to 4294967295",
            ),
            ("site.toml line 5, column ", "it is no TOML"),
            ("site.toml line 11: url in [cluster.panel]", "https only"),
        ],
    );
}

#[test]
fn a_broken_header_is_told_and_not_what_stands_below_it() {
    let place = right();
    place.write("site.toml", &RIGHT.replace("[cluster.ssh]", "[cluster.ssh"));
    told(&place, &[("site.toml line 5, column ", "it is no TOML")]);
}

#[test]
fn what_is_missing_is_told_with_its_table_and_its_variable() {
    let place = right();
    place.write("site.toml", &RIGHT.replace("key_file", "#key_file"));
    told(
        &place,
        &[(
            "site.toml line 5: VSTORAGE_SSH_KEY, or key_file in [cluster.ssh] of cluster1",
            "missing",
        )],
    );
    place.write("site.toml", &RIGHT.replace("token_file", "#token_file"));
    told(&place, &[("API_BEARER_TOKEN", "token new NAME")]);
    let twice = RIGHT[RIGHT.find("[[cluster]]").unwrap()..].replace("key_file", "#key_file");
    place.write("site.toml", &format!("{RIGHT}{twice}"));
    told(
        &place,
        &[
            ("site.toml line 13: name in [[cluster]]", "another cluster"),
            (
                "site.toml line 14: key_file in [cluster.ssh] of cluster1",
                "missing",
            ),
        ],
    );
    place.write("site.toml", RIGHT);
    place.write(".env", "\nVSTORAGE_NODES=nobody\n");
    told(
        &place,
        &[(".env line 2: VSTORAGE_NODES", "write user@host")],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_names_every_origin_and_no_secret() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    place.write(
        ".env",
        "ADMIN_PASSWORD='canary-1'\nRATE_LIMIT_RPS=7\nPLAIN_HTTP=1\n",
    );
    fs::create_dir(place.file("handed")).unwrap();
    write_private(&place.file("handed/ssh-key-passphrase"), "canary-2");
    let variables = [
        ("API_BEARER_TOKEN", "canary-3".to_owned()),
        ("VSTORAGE_COMMAND", "/opt/vstorage".to_owned()),
        (
            "CREDENTIALS_DIRECTORY",
            place.file("handed").display().to_string(),
        ),
    ];
    let variables: BTreeMap<String, String> = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let args = ["--config", "site.toml", "config", "show", "--listen", ":9"];
    let ended = place.program(&args).variables(&variables).run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let text = ended.stdout;
    for line in [
        "listen = \":9\"    # flag --listen",
        "poll_interval = \"60s\"    # default",
        "max_age = \"15m\"    # default",
        "token_file = \"***\"    # environment (API_BEARER_TOKEN)",
        "plain_http = true    # .env line 3 (PLAIN_HTTP)",
        "max_connections = 512    # default",
        "trusted_proxies = []    # default",
        "rate_limit_rps = 7    # .env line 2 (RATE_LIMIT_RPS)",
        "name = \"cluster1\"    # site.toml line 7",
        "command = \"/opt/vstorage\"    # environment (VSTORAGE_COMMAND)",
        "password_file = \"***\"    # .env line 1 (ADMIN_PASSWORD)",
        "#project =    # not set: project whose scope is asked for",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    let credential = "# credential ssh-key-passphrase";
    assert!(text.contains(credential), "{text}");
    assert!(!text.contains("canary"), "{text}");
    let table: toml::Table = text.parse().unwrap();
    let nodes = table["cluster"][0]["ssh"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1);
    // What was in force is in force again, secrets apart.
    let again = text.replace("\"***\"", "\"password\"");
    write_private(&place.file("password"), "canary");
    place.write("again.toml", &again);
    place.write(".env", "");
    place.run(&["--config", "again.toml", "config", "check"], 0);
}
