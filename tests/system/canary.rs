//! No command says a secret, at the highest verbosity, whatever is wrong.
//!
//! The commands are those of which the program's own manual speaks, so that a new one is asked about here.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    canary_forms::Secrets,
    http, keys,
    keys::PASSPHRASE,
    program::{Ended, Program},
    site::{Service, Site, Variables, allowed, text, variables},
};

const SOON: Duration = Duration::from_secs(30);
/// As loud as it gets, each as arguments before a command.
pub(crate) const LOUD: [&[&str]; 2] = [&["-vv"], &["-vv", "--log-format", "json"]];

/// A folder in which a command may leave nothing.
pub(crate) struct Rooms {
    pub(crate) here: PathBuf,
    temporary: PathBuf,
}

impl Rooms {
    pub(crate) fn new(site: &Site, name: &str) -> Rooms {
        let rooms = Rooms {
            here: site.path(&format!("{name}-here")),
            temporary: site.path(&format!("{name}-temporary")),
        };
        for folder in [&rooms.here, &rooms.temporary] {
            fs::create_dir(folder).unwrap();
        }
        rooms
    }

    /// As loud as it gets, with these variables beside those that make libraries talk.
    pub(crate) fn program(&self, args: &[&str], more: &Variables) -> Program {
        let loud = variables(&[
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("TMPDIR", text(&self.temporary)),
            ("HOME", text(&self.here)),
        ]);
        let program = Program::new(&self.here, args);
        program.variables(&loud).variables(more)
    }

    /// The one folder in the temporary one.
    #[track_caller]
    fn made(&self) -> PathBuf {
        let mut entries = fs::read_dir(&self.temporary).unwrap();
        entries.next().expect("a folder").unwrap().path()
    }

    #[track_caller]
    pub(crate) fn are_empty(&self) {
        for folder in [&self.here, &self.temporary] {
            let left: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
            assert!(left.is_empty(), "left behind: {left:?}");
        }
    }
}

/// What was said on both channels, and no panic.
#[track_caller]
pub(crate) fn said(ended: &Ended) -> String {
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    format!("{}\n{}", ended.stdout, ended.stderr)
}

/// Every command that does something by itself, out of the manual.
fn commands() -> Vec<String> {
    let man = Program::new(Path::new("/"), &["man"]).run().stdout;
    let heads = man
        .lines()
        .filter_map(|line| line.strip_prefix(".SH \"VHI-USAGE "));
    heads
        .map(|head| head.trim_end_matches('"').to_lowercase())
        .collect()
}

/// How a command is asked; each way with arguments behind the command.
fn ways<'a>(command: &str, panel: &'a str, node: &'a str) -> Vec<Vec<&'a str>> {
    match command {
        "serve" => vec![vec!["--listen", "127.0.0.1:0"]],
        "demo" | "sim" => vec![
            vec![],
            vec![
                "--fault",
                "panel-login-refused,exit-1,metrics-400,grafana-401",
            ],
        ],
        "parse" => vec![vec![], vec!["--json"], vec!["no-such-file"]],
        "check" => vec![vec![], vec!["--json"], vec!["--cluster", "nobody"]],
        "config check" | "config show" | "man" => vec![vec![]],
        "token new" => vec![vec!["billing"], vec!["no name"]],
        "trust ssh" => vec![vec![node], vec!["127.0.0.1:1"]],
        "trust panel" => vec![vec![panel], vec!["https://127.0.0.1:1"]],
        "completions" => vec![vec!["bash"], vec!["no-shell"]],
        "history" => {
            let raw = [&["--step", "raw"][..], &EVER].concat();
            kept(&[&[], &["--json"], &["--csv"]], &raw)
        }
        "summary" => kept(&[&["--json"], &["--csv"], &["--period", "2020-01"]], &EVER),
        "export" => ["csv", "jsonl"]
            .map(|it| [&["--output", "-", "--format", it], &EVER[..]].concat())
            .into(),
        "close" => kept(&[&["2020-01"], &["soon"]], &[]),
        "verify" => kept(&[&["--json"], &["--period", "2020-01"]], &[]),
        "store check" => vec![vec![], vec!["--json"]],
        "replay" => kept(&[&[], &["--json", "--apply"]], &EVER),
        new => panic!("how is `{new}` asked? say it here, with all that may go wrong in it"),
    }
}

/// A window that holds all.
const EVER: [&str; 4] = [
    "--from",
    "2000-01-01T00:00:00Z",
    "--to",
    "2100-01-01T00:00:00Z",
];

/// What is kept, asked for the cluster that is there and for one that is not.
fn kept<'a>(ways: &[&[&'a str]], all: &[&'a str]) -> Vec<Vec<&'a str>> {
    let asked = |name: &'a str| move |way: &&[&'a str]| [&["--cluster", name], *way, all].concat();
    let both = ways.iter().map(asked("cluster1"));
    both.chain(ways.iter().map(asked("nobody"))).collect()
}

/// A site whose secrets are all in use, in variables, and what they are.
fn site() -> (Site, Variables, Secrets) {
    let site = Site::new();
    let key = keys::make(&site.path(""), "closed", "ed25519", &["-N", PASSPHRASE]);
    site.nodes[0].authorize(&[allowed(&key)]);
    let mut set = site.variables();
    let grafana = site.cluster().panel.grafana_token.clone();
    set.extend(variables(&[
        ("VSTORAGE_SSH_KEY", text(&key.file)),
        ("VSTORAGE_SSH_KEY_PASSPHRASE", PASSPHRASE),
        ("GRAFANA_API_KEY", &grafana),
        ("REDIS_PASSWORD", "canary-of-the-cache"),
        (
            "STORE_URL",
            &format!("sqlite:{}", text(&site.path("usage.db"))),
        ),
        ("STORE_PASSWORD", "canary-of-the-store"),
    ]));
    let mut secrets = Secrets::default();
    secrets.add_key(&key.file);
    for name in [
        "VSTORAGE_SSH_KEY_PASSPHRASE",
        "GRAFANA_API_KEY",
        "REDIS_PASSWORD",
        "STORE_PASSWORD",
        "ADMIN_PASSWORD",
        "API_BEARER_TOKEN",
    ] {
        secrets.add(name, &set[name]);
    }
    (site, set, secrets)
}

#[test]
fn no_command_says_a_secret() {
    let (site, set, mut secrets) = site();
    let panel = site.cluster().panel.url.clone();
    let node = site.nodes[0].address.to_string();
    let rooms = Rooms::new(&site, "commands");
    let mut all = Vec::new();
    for command in commands() {
        let words: Vec<&str> = command.split(' ').collect();
        let lasts = ["serve", "demo", "sim"].contains(&command.as_str());
        for (number, way) in ways(&command, &panel, &node).into_iter().enumerate() {
            for loud in &LOUD[number % LOUD.len()..] {
                let args = [loud, &words[..], &way[..]].concat();
                let program = rooms.program(&args, &set);
                let (ended, own) = match lasts {
                    true => lasting(&rooms, program, &command, &mut secrets),
                    false => (program.run(), None),
                };
                // The token that is made is said this once; the demo says the one that opens it.
                let made = (command == "token new")
                    .then(|| ended.stdout.lines().nth(1))
                    .flatten();
                let own = own.or(made.map(str::to_owned)).filter(|it| !it.is_empty());
                let ended = Ended {
                    stdout: own.map_or(ended.stdout.clone(), |own| ended.stdout.replace(&own, "")),
                    ..ended
                };
                all.push((format!("{args:?}"), said(&ended)));
            }
        }
    }
    for usage in [
        &["--no-such-flag"][..],
        &["serve", "check"],
        &["config"],
        &["--log-format", "xml", "man"],
        &[],
    ] {
        all.push((
            format!("{usage:?}"),
            said(&rooms.program(usage, &set).run()),
        ));
    }
    for word in site.cluster().scenario.handed_out() {
        secrets.add("what the panel handed out", &word);
    }
    let search = secrets.search();
    assert!(all.len() > 25, "{}", all.len());
    for (command, said) in all {
        search.finds_nothing(&command, said);
    }
    rooms.are_empty();
}

/// One that goes on until it is stopped: asked a little where it answers, and stopped. With the token that it
/// says to whoever started it.
fn lasting(
    rooms: &Rooms,
    program: Program,
    command: &str,
    secrets: &mut Secrets,
) -> (Ended, Option<String>) {
    if command == "serve" {
        let service = Service::start(program);
        service.becomes_ready(SOON);
        assert_eq!(service.get("/api/v1/cluster/usage").status, 200);
        return (service.stop(), None);
    }
    let mut running = program.start();
    running.says(if command == "sim" {
        "simulating"
    } else {
        "curl"
    });
    // Its keys and passwords live there until its end.
    let folder = rooms.made();
    let mut own = None;
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        files.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), path);
    }
    for (name, path) in files {
        match name.as_str() {
            "known_hosts" | "vhi-usage.toml" => continue,
            kept if kept.starts_with("vhi-usage.") => continue,
            "id_ed25519" => secrets.add_key(&path),
            _ => secrets.add_file(&path),
        }
        if name == "api-token" {
            own = Some(fs::read_to_string(&path).unwrap());
        }
    }
    if command == "demo" {
        let stdout = running.stdout.read();
        let address = stdout
            .split("http://")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap();
        let token = own.as_deref().unwrap();
        for path in ["/metrics", "/api/v1/cluster/usage"] {
            let answer = http::get(address.parse().unwrap(), path, Some(token));
            assert!(!answer.said().contains(token));
        }
    }
    (running.end_by("TERM", SOON), own)
}

#[test]
fn what_the_manual_lists_is_every_command_of_the_help() {
    let help = Program::new(Path::new("/"), &["--help"]).run().stdout;
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap().lines();
    let mut names: Vec<&str> = listed
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect();
    let commands = commands();
    names.sort_unstable();
    let mut firsts: Vec<&str> = commands
        .iter()
        .map(|it| it.split(' ').next().unwrap())
        .collect();
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(names, firsts);
    assert!(commands.len() >= 11, "{commands:?}");
}
