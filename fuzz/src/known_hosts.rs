//! Which host key a node may show: none that no line of the text holds, and none that a line revokes.

use crate::{
    drawn::{Drawn, Input},
    mutated,
};
use jiff::Timestamp;
use russh::keys::PublicKey;
use std::{path::Path, sync::LazyLock};
use vhi_usage::ssh::{
    host_key_problem::HostKeyProblem,
    known_hosts::lines_for,
    place::Place,
    verdict::{Case, Shown},
};

// Public halves of keys that were made for this and thrown away.
const TYPE: &str = "ssh-ed25519";
const RIGHT: &str = "AAAAC3NzaC1lZDI1NTE5AAAAINmtgYEHWDdv9Uv6rwuf4YvWT13iP0DleW0RdK4JPHTu";
const OTHERS: [&str; 3] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILvCUbLL30/vivDVKBhr11Ml0XStZf4ayaCk6yhjh8NB",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
];
/// Names as `ssh-keygen -H` hashes them, and what they were.
const HASHED: [(&str, &str); 2] = [
    (
        "|1|pITaQgK8s8sb1Mq85+VBeo50iV8=|5VpqmskpnUEJCnFs+QwcPuteeAU=",
        "h",
    ),
    (
        "|1|ofbsOBL62Loq71wYz7H45W+FphQ=|+sE3MwZjFIVI/kIcQ0adjoqZRf4=",
        "[node1.example]:2222",
    ),
];
const PATTERNS: [&str; 14] = [
    "node1.example",
    "[node1.example]:2222",
    "*",
    "*.example",
    "node?.example",
    "!node1.example",
    "!node2.example",
    "NODE1.example",
    "192.0.2.1",
    "[*]:2222",
    "h",
    "**e",
    "",
    "!*",
];
/// What is passed over inside of a key.
const BLANKS: [char; 3] = ['\r', '\x0b', '\x0c'];
/// Words that a mutation puts in.
const WORDS: [&str; 10] = [
    "@revoked ",
    "@cert-authority ",
    "*",
    "!",
    ",",
    " ",
    "\t",
    "#",
    "|1|",
    "ssh-rsa ",
];

static KEY: LazyLock<PublicKey> =
    LazyLock::new(|| PublicKey::from_openssh(&format!("{TYPE} {RIGHT}")).expect("a key of ours"));

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text.replace("RIGHT", &format!("{TYPE} {RIGHT}"))),
        Input::Drawn(_, mut it) => {
            let lines = lines(&mut it);
            holds(&mutated::text(&mut it, lines, &WORDS));
        }
    }
}

fn lines(it: &mut Drawn<'_>) -> Vec<String> {
    (0..1 + it.below(6)).map(|_| line(it)).collect()
}

fn line(it: &mut Drawn<'_>) -> String {
    let blank = it.one_of(&[" ", "\t", "  ", " \t "]);
    let marker = it.one_of(&["", "", "", "@revoked", "@cert-authority", "@other", "#"]);
    let marker = if marker.is_empty() {
        String::new()
    } else {
        format!("{marker}{blank}")
    };
    let hosts = match it.below(6) {
        0 => it.one_of(&HASHED).0.to_owned(),
        many => (0..many)
            .map(|_| it.one_of(&PATTERNS))
            .collect::<Vec<_>>()
            .join(","),
    };
    let key = match it.below(2) {
        0 => format!("{TYPE}{blank}{RIGHT}"),
        _ => it.one_of(&OTHERS).replace(' ', blank),
    };
    let comment = it.one_of(&["", " a comment", "\t# x", " "]);
    format!("{marker}{hosts}{blank}{key}{comment}")
}

fn holds(text: &str) {
    for place in ["node1.example", "node1.example:2222", "h"] {
        let place: Place = place.parse().expect("a place");
        let found = verdict(text, &place);
        assert_eq!(found, verdict(text, &place), "judged twice: {text:?}");
        let key_is_there = text.replace(BLANKS, "").contains(RIGHT);
        assert!(found != Verdict::Known || key_is_there, "{text:?}");
        assert_eq!(found, by_hand(text, &place), "{place}: {text:?}");
        // OpenSSH ends a marker at a space if the line has one, and so a tab there is none.
        let tabs = match text.contains('\t') {
            true => text.to_owned(),
            false => text.replace(' ', "\t"),
        };
        for same in [
            text.replace("\r\n", "\n").replace('\n', "\r\n"),
            tabs,
            format!("# a comment\n\n{text}"),
            format!("{text}\n# {}", by_the_key("@revoked *")),
            format!("other.invalid {TYPE} {RIGHT}\n{text}"),
        ] {
            assert_eq!(verdict(&same, &place), found, "{same:?}");
        }
        let revoked = format!("{text}\n{}", by_the_key("@revoked *"));
        assert_eq!(verdict(&revoked, &place), Verdict::Revoked, "{text:?}");
    }
}

fn by_the_key(before: &str) -> String {
    format!("{before} {TYPE} {RIGHT}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Known,
    Revoked,
    Changed,
    Unknown,
}

fn verdict(text: &str, node: &Place) -> Verdict {
    let path = Path::new("known_hosts");
    let shown = Shown {
        key: &KEY,
        certificate: None,
    };
    let at = Timestamp::UNIX_EPOCH;
    let lines = lines_for(text.as_bytes(), path, node).expect("a text is read to its end");
    match (Case { node, path, at }).judge(&lines, shown) {
        Ok(()) => Verdict::Known,
        Err(HostKeyProblem::Revoked { .. }) => Verdict::Revoked,
        Err(HostKeyProblem::Changed { .. }) => Verdict::Changed,
        Err(HostKeyProblem::Unknown { .. }) => Verdict::Unknown,
        Err(other) => panic!("no certificate was shown, and no file read: {other:?}"),
    }
}

/// The same by a plain reading of the lines.
fn by_hand(text: &str, place: &Place) -> Verdict {
    match under(text, &place.known_as()) {
        Verdict::Unknown if place.port() != 22 => match under(text, place.host()) {
            Verdict::Changed => Verdict::Unknown,
            found => found,
        },
        found => found,
    }
}

/// By the lines that speak of this name.
fn under(text: &str, name: &str) -> Verdict {
    let (mut known, mut other) = (false, false);
    let blank = |c: char| c == ' ' || c == '\t';
    for line in text.split('\n') {
        let line = line.split('\0').next().unwrap_or_default();
        let mut line = line.trim_start_matches(blank);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut marker = None;
        if line.starts_with('@') {
            let Some(end) = line.find(' ').or_else(|| line.find('\t')) else {
                continue;
            };
            marker = Some(&line[..end]);
            line = line[end..].trim_start_matches(blank);
            if !matches!(marker, Some("@revoked" | "@cert-authority")) || line.starts_with('@') {
                continue;
            }
        }
        let hosts = line.split(blank).next().unwrap_or_default();
        let mut words = line[hosts.len()..]
            .split(blank)
            .filter(|word| !word.is_empty());
        let (Some(kind), Some(key)) = (words.next(), words.next()) else {
            continue;
        };
        if !speaks_of(hosts, name) {
            continue;
        }
        let key = key.replace(BLANKS, "");
        match (marker, kind == TYPE && key == RIGHT) {
            (Some("@revoked"), true) => return Verdict::Revoked,
            (None, true) => known = true,
            (None, false) => other |= PublicKey::from_openssh(&format!("{kind} {key}")).is_ok(),
            (Some(_), _) => {}
        }
    }
    match (known, other) {
        (true, _) => Verdict::Known,
        (false, true) => Verdict::Changed,
        (false, false) => Verdict::Unknown,
    }
}

fn speaks_of(hosts: &str, name: &str) -> bool {
    // nobody can read a hashed name, but these are known, and another one hits no name of ours
    if hosts.starts_with('|') {
        return HASHED.contains(&(hosts, name));
    }
    let fits = |pattern: &str| matches(pattern.to_ascii_lowercase().as_bytes(), name.as_bytes());
    let (not, plain): (Vec<&str>, Vec<&str>) = hosts.split(',').partition(|it| it.starts_with('!'));
    let not: Vec<&str> = not.iter().map(|it| &it[1..]).collect();
    let too_long = not.iter().chain(&plain).any(|it| it.len() >= 1023);
    !too_long && plain.iter().any(|it| fits(it)) && !not.iter().any(|it| fits(it))
}

/// Shell-like, row by row of a table: whether the first letters of the name fit the first of the pattern.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let mut row: Vec<bool> = (0..=name.len()).map(|many| many == 0).collect();
    for wanted in pattern {
        let mut next = vec![*wanted == b'*' && row[0]];
        for (at, found) in name.iter().enumerate() {
            next.push(match wanted {
                b'*' => row[at + 1] || next[at],
                b'?' => row[at],
                wanted => row[at] && wanted == found,
            });
        }
        row = next;
    }
    row[name.len()]
}
