//! A variable, or a key of the settings file, that holds what cannot be right.

use std::fs;

use crate::{common::write_right, place::Place, told::Mask};

/// A folder with settings that are right.
pub(crate) fn right() -> Place {
    let place = Place::new();
    write_right(place.path());
    place
}

/// `config check` ends with 2 and this one problem.
#[track_caller]
pub(crate) fn problem(place: &Place, problem: &str) {
    let ended = place
        .program(&["--config", "site.toml", "config", "check"])
        .run();
    let sentence = format!("the settings cannot be used: {problem}");
    Mask::default()
        .folder(place.path())
        .ends(&ended, 2, &sentence);
    assert!(!ended.stderr.contains("canary"), "{ended:?}");
}

#[test]
fn a_variable_that_cannot_be_right_is_named_with_its_line() {
    let place = right();
    for (line, told) in [
        (
            "VSTORAGE_CLUSTER=a;b",
            "VSTORAGE_CLUSTER: `a;b` is no cluster name: it is made of letters, digits, `.`, `_` and `-`, and does not begin with `-`; `ls /etc/vstorage/clusters` on a node shows it",
        ),
        (
            "VSTORAGE_NODES=node1.example",
            "VSTORAGE_NODES: `node1.example` is no node: write user@host or user@host:port, such as root@node1.example",
        ),
        (
            "VSTORAGE_NODES=s@a, r@a",
            "VSTORAGE_NODES: `r@a` stands there twice: name each node once",
        ),
        (
            "VSTORAGE_NODES=,",
            "VSTORAGE_NODES: no storage node is named: write user@host[:port], such as root@node1.example",
        ),
        (
            "VSTORAGE_COMMAND=x;y",
            "VSTORAGE_COMMAND: `x;y` is no path of the tool: write /usr/bin/vstorage, or sudo -n /usr/bin/vstorage",
        ),
        (
            "SIZE_BASE=1001",
            "SIZE_BASE: a size base is 1024 or 1000: what a printed unit is a power of",
        ),
        (
            "VHI_PANEL_URL=panel.example",
            "VHI_PANEL_URL: it is no address: write one such as https://panel.example:8888",
        ),
        (
            "VHI_PANEL_URL=http://panel.example",
            "VHI_PANEL_URL: the password goes over https only: write an address such as https://panel.example:8888",
        ),
        (
            "VHI_PANEL_URL=https://admin:canary@panel.example",
            "VHI_PANEL_URL: it must be an address alone, such as https://panel.example:8888: no user, no password, no query and no `#`",
        ),
        (
            "PANEL_SHA256=12",
            "PANEL_SHA256: it must be a SHA-256 in hex, 64 digits with or without colons, as `openssl x509 -noout -fingerprint -sha256` prints it",
        ),
        (
            "PANEL_INSECURE=never",
            "PANEL_INSECURE: write 1 for no check of the panel's certificate, or 0",
        ),
        (
            "CACHE_TTL_SECONDS=0",
            "CACHE_TTL_SECONDS: a poll is 1s at least: a node needs rest between two commands",
        ),
        (
            "CACHE_TTL_SECONDS=18446744073709551615",
            "CACHE_TTL_SECONDS: write a number of seconds, within a year, such as 60",
        ),
        (
            "LISTEN=8080",
            "LISTEN: write an address and a port such as 127.0.0.1:8080, or :8080 for every address",
        ),
        (
            "PORT=http",
            "PORT: write an address and a port such as 127.0.0.1:8080, or :8080 for every address",
        ),
        (
            "RATE_LIMIT_RPS=0",
            "RATE_LIMIT_RPS: write a whole number from 1 to 4294967295, without quotes, or leave it out",
        ),
        (
            "RATE_LIMIT_BURST=-1",
            "RATE_LIMIT_BURST: write a whole number from 1 to 4294967295, without quotes, or leave it out",
        ),
    ] {
        place.write(".env", &format!("{line}\n"));
        problem(&place, &format!(".env line 1: {told}"));
    }
    place.write(
        ".env",
        &format!("PANEL_INSECURE=1\nPANEL_SHA256={}\n", "0".repeat(64)),
    );
    problem(
        &place,
        ".env line 2: PANEL_SHA256: the panel's certificate is judged in one way: keep one of ca_file (PANEL_CA_FILE), sha256 (PANEL_SHA256) and insecure (PANEL_INSECURE)",
    );
}

#[test]
fn a_line_of_the_env_file_that_cannot_be_read_is_named_and_not_shown() {
    let place = right();
    for (line, told) in [
        (
            "canary",
            "it has no `=`: write NAME=value, or # before a remark",
        ),
        (
            "a canary=1",
            "what stands before `=` is no name: write letters, digits and `_`",
        ),
        (
            "A='canary",
            "a quote is not closed: put another one at the end of the value",
        ),
        (
            "A='a'canary'",
            "something follows the closing quote: put the whole value in quotes of the other kind",
        ),
    ] {
        place.write(".env", &format!("\n{line}\n"));
        problem(&place, &format!(".env line 2: {told}"));
    }
    fs::write(place.file(".env"), b"A=\xff").unwrap();
    problem(
        &place,
        ".env: cannot read the environment file: it is no text in UTF-8",
    );
    let args = ["--env-file", "gone.env", "config", "check"];
    let sentence = "the settings cannot be used: gone.env: cannot read the environment file: there is no such file";
    Mask::default().ends(&place.program(&args).run(), 2, sentence);
}

/// With this file of variables.
#[track_caller]
pub(crate) fn problem_with(place: &Place, variables: &str, told: &str) {
    place.write(".env", variables);
    problem(place, told);
}
