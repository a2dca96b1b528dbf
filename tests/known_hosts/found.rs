//! Which lines speak of a name: ours against those that `ssh-keygen -F` finds, for names and patterns that
//! are drawn.

use std::{fs, path::Path, process::Command};

use fastrand::Rng;
use vhi_usage::ssh::{known_hosts::lines_for, place::Place};

// The public half of a key that was made for this test and thrown away.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINmtgYEHWDdv9Uv6rwuf4YvWT13iP0DleW0RdK4JPHTu";
const NODES: [&str; 9] = [
    "node1.example",
    "node1.example:2222",
    "a",
    "ab",
    "aab:22",
    "b.a:1",
    "192.0.2.1",
    "[2001:db8::1]",
    "[2001:db8::1]:2222",
];
/// Pieces of a name.
const PIECES: [&str; 24] = [
    "a",
    "b",
    "A",
    ".",
    "*",
    "?",
    "!",
    ",",
    ":",
    "[",
    "]",
    "[*]:",
    "2222",
    "22",
    "node1.example",
    "node",
    "[node1.example]:2222",
    "192.0.2.*",
    "2001:db8::1",
    "[2001:db8::1]:2222",
    "|",
    "|1|",
    "*.*",
    "\u{e9}",
];
const LINES: usize = 2000;

fn names(rng: &mut Rng) -> String {
    let many = rng.usize(1..=5);
    let pieces = (0..many).map(|_| PIECES[rng.usize(..PIECES.len())]);
    pieces.collect()
}

#[test]
fn the_lines_that_speak_of_a_node_are_those_that_openssh_finds() {
    let mut rng = Rng::with_seed(20_260_101);
    let file = tempfile::NamedTempFile::new().unwrap();
    let text: String = (0..LINES)
        .map(|_| format!("{} {KEY}\n", names(&mut rng)))
        .collect();
    fs::write(file.path(), &text).unwrap();
    let mut all = 0;
    for node in NODES {
        let node: Place = node.parse().unwrap();
        let lines = lines_for(text.as_bytes(), file.path(), &node).unwrap();
        let ours: Vec<usize> = lines.named.iter().map(|line| line.number).collect();
        let theirs = found(file.path(), &node.known_as());
        let told = |number: usize| text.lines().nth(number - 1).unwrap();
        let only_ours: Vec<_> = ours
            .iter()
            .filter(|it| !theirs.contains(it))
            .map(|it| told(*it))
            .collect();
        let only_theirs: Vec<_> = theirs
            .iter()
            .filter(|it| !ours.contains(it))
            .map(|it| told(*it))
            .collect();
        assert!(
            only_ours.is_empty() && only_theirs.is_empty(),
            "{node}: ours {only_ours:#?}, theirs {only_theirs:#?}"
        );
        assert!(!ours.is_empty(), "{node}");
        all += ours.len();
    }
    assert!(all > LINES / 10, "{all} lines");
}

/// The numbers of the lines that `ssh-keygen -F` finds.
#[track_caller]
fn found(file: &Path, name: &str) -> Vec<usize> {
    let output = Command::new("ssh-keygen")
        .args(["-F", name, "-f"])
        .arg(file)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let heads = printed
        .lines()
        .filter_map(|line| line.strip_prefix("# Host "));
    let numbers = heads.filter_map(|head| head.split_once(" found: line "));
    numbers
        .map(|(_, rest)| rest.split(' ').next().unwrap().parse().unwrap())
        .collect()
}
