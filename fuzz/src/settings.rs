//! The settings file and the `.env` file: every problem has its line, and none shows a secret.

use crate::{
    drawn::{Drawn, Input},
    env, ground, mutated,
};
use std::path::Path;
use vhi_usage::config::{
    error::Problem,
    file::{self, File},
    keys::{KEYS, TABLES, header},
    variables::Variables,
};

/// Lines with a secret in a place where somebody may have put it by mistake.
const SLIPS: [&str; 15] = [
    "password = \"c4nary-w0rd\"",
    "pasword_file = \"c4nary-w0rd\"",
    "token = c4nary-w0rd",
    "nodes = \"c4nary-w0rd\"",
    "x = \"c4nary-w0rd",
    "poll_interval = \"c4nary-w0rd\"",
    "session_index = \"c4nary-w0rd\"",
    "api = \"c4nary-w0rd\"",
    "cluster = [\"c4nary-w0rd\"]",
    "insecure = \"\"\"c4nary-w0rd",
    "host_key_sha256 = [\"c4nary-w0rd\", 1]",
    "x = { y = \"c4nary-w0rd\" }",
    "# c4nary-w0rd",
    "url = 'c4nary-w0rd",
    "url = \"https://admin:c4nary-w0rd@panel.example\"",
];
/// Words that a mutation puts in.
pub const WORDS: [&str; 16] = [
    "[",
    "]",
    "[[",
    "=",
    "\"",
    "'",
    "#",
    "\\",
    "\n",
    "{",
    "cluster.ssh.",
    "\"\"\"",
    "$",
    "${A}",
    "export ",
    "é",
];
/// What may stand behind a key, right or wrong.
pub const VALUES: [&str; 26] = [
    "\"60s\"",
    "\"1h 30m\"",
    "\"0s\"",
    "\"9999w\"",
    "60",
    "0",
    "-1",
    "0x1F",
    "1_000",
    "4294967296",
    "true",
    "false",
    "\"\"",
    "\"cluster1\"",
    "\"ssh\"",
    "1024",
    "1000",
    "[\"root@node1.example\", \"root@node2.example:2222\"]",
    "[\"a\", 1]",
    "\"https://panel.example:8888\"",
    "\"http://[::1]/\"",
    "\"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"",
    "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
    "\"127.0.0.1:0\"",
    "\":8080\"",
    "1.5",
];
const FILE: &str = "/site/config.toml";

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => {
            holds(&text);
            env::holds(&text);
        }
        Input::Drawn(form, mut it) => match form % 4 {
            0 => {
                let lines = toml(&mut it, &[]);
                holds(&mutated::text(&mut it, lines, &WORDS));
            }
            1 => {
                let text = toml(&mut it, &SLIPS).join("\n");
                let (file, found) = problems(&text);
                let found = ground::problems(file, found, Variables::default());
                ground::shows_no_secret(&found, &text);
            }
            other => env::drawn(&mut it, other == 3),
        },
    }
}

/// Lines of settings, known and unknown, and the slips between them.
fn toml(it: &mut Drawn<'_>, slips: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut table = "";
    while !it.is_empty() && lines.len() < 30 {
        match it.below(8) {
            0 | 1 => {
                table = it.one_of(TABLES).0;
                lines.push(header(table).unwrap_or_default());
            }
            2 if !slips.is_empty() => lines.push(it.one_of(slips).to_owned()),
            2 => lines.push(
                it.one_of(&["", "# a comment", "[other]", "[api", "x = 1", "[cluster]"])
                    .to_owned(),
            ),
            other => {
                let own: Vec<&str> = KEYS
                    .iter()
                    .map(|key| key.split())
                    .filter(|key| key.0 == table || other == 7)
                    .map(|key| key.1)
                    .collect();
                lines.push(format!("{} = {}", it.one_of(&own), it.one_of(&VALUES)));
            }
        }
    }
    lines
}

fn problems(text: &str) -> (File, Vec<Problem>) {
    file::parse(text, Path::new(FILE))
}

fn holds(text: &str) {
    let (file, found) = problems(text);
    let again = problems(text);
    assert_eq!(
        (format!("{file:?}"), &found),
        (format!("{:?}", again.0), &again.1),
        "read twice"
    );
    let last = text.matches('\n').count() + 1;
    let mut before = 0;
    for problem in &found {
        let behind = problem
            .place
            .strip_prefix(FILE)
            .and_then(|behind| behind.strip_prefix(" line "));
        let number = behind.map(|behind| behind.split([':', ',']).next().unwrap_or_default());
        let line: usize = number
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no line: {problem}"));
        assert!((1..=last).contains(&line) && line >= before, "{problem}");
        assert!(
            !problem.why.is_empty() && !problem.why.contains(char::is_control),
            "{problem}"
        );
        before = line;
    }
    ground::problems(file, found, Variables::default());
}
