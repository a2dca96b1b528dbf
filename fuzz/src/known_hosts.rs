//! Which host key a node may show: none that no line of the text holds, and none that a line revokes.

use crate::{
    drawn::{Drawn, Input},
    mutated,
};
use russh::keys::PublicKey;
use std::{path::Path, sync::LazyLock};
use vhi_usage::ssh::{error::HostKeyProblem, host_keys, place::Place};

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
        assert!(found != Verdict::Known || text.contains(RIGHT), "{text:?}");
        assert_eq!(found, by_hand(text, &place), "{place}: {text:?}");
        for same in [
            text.replace("\r\n", "\n").replace('\n', "\r\n"),
            text.replace(' ', "\t"),
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

fn verdict(text: &str, place: &Place) -> Verdict {
    match host_keys::check(text, Path::new("known_hosts"), place, &KEY) {
        Ok(()) => Verdict::Known,
        Err(HostKeyProblem::Revoked { .. }) => Verdict::Revoked,
        Err(HostKeyProblem::Changed { .. }) => Verdict::Changed,
        Err(HostKeyProblem::Unknown { .. }) => Verdict::Unknown,
        Err(problem @ HostKeyProblem::File { .. }) => panic!("no file was read: {problem:?}"),
    }
}

/// The same by a plain reading of the lines.
fn by_hand(text: &str, place: &Place) -> Verdict {
    let (mut known, mut other) = (false, false);
    for line in text.lines() {
        let mut words = line.split_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        let (Some(hosts), Some(kind), Some(key)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if (marker.is_none() && hosts.starts_with('#'))
            || !speaks_of(hosts, &place.known_as())
            || !matches!(marker, None | Some("@revoked"))
        {
            continue;
        }
        match (marker, kind == TYPE && key == RIGHT) {
            (Some(_), true) => return Verdict::Revoked,
            (None, true) => known = true,
            (None, false) => {
                other |= kind == TYPE && PublicKey::from_openssh(&format!("{kind} {key}")).is_ok()
            }
            (Some(_), false) => {}
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
    if hosts.starts_with("|1|") {
        return HASHED.contains(&(hosts, name));
    }
    let fits = |pattern: &str| {
        let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
        let name: Vec<char> = name.chars().collect();
        matches(&pattern, &name)
    };
    let (not, plain): (Vec<&str>, Vec<&str>) = hosts.split(',').partition(|it| it.starts_with('!'));
    plain.iter().any(|it| fits(it)) && !not.iter().any(|it| fits(&it[1..]))
}

/// Shell-like, row by row of a table: whether the first letters of the name fit the first of the pattern.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let mut row: Vec<bool> = (0..=name.len()).map(|many| many == 0).collect();
    for wanted in pattern {
        let mut next = vec![*wanted == '*' && row[0]];
        for (at, found) in name.iter().enumerate() {
            next.push(match wanted {
                '*' => row[at + 1] || next[at],
                '?' => row[at],
                wanted => row[at] && wanted == found,
            });
        }
        row = next;
    }
    row[name.len()]
}
