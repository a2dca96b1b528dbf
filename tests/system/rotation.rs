//! Tokens that come and go while the service runs: SIGHUP reads the settings anew.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use crate::{
    http::{self, Kept},
    keys,
    site::{Service, Site, TOKEN},
    wait::until,
};

const USAGE: &str = "/api/v1/cluster/usage";
const SOON: Duration = Duration::from_secs(20);
const READ: &str = "the settings were read anew";
const REFUSED: &str = "the settings cannot be used: the tokens stay as they were";

/// Settings in a file, with these tables behind the rest.
struct Settings {
    path: PathBuf,
    rest: String,
}

impl Settings {
    fn new(site: &Site) -> Settings {
        let path = site.toml("", "");
        let rest = fs::read_to_string(&path).unwrap();
        Settings { path, rest }
    }

    fn write(&self, tables: &[String]) {
        fs::write(&self.path, format!("{}{}", self.rest, tables.concat())).unwrap();
    }
}

/// The table of the token of this word, which is its name, too.
pub(crate) fn table(word: &str, more: &str) -> String {
    let hash = Sha256::digest(word);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("[[api.tokens]]\nname = \"{word}\"\nsha256 = \"{hash}\"\n{more}")
}

/// Ends those who look at it when it is dropped, whatever went wrong.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends SIGHUP and waits until one more line with these words is said.
#[track_caller]
fn hangup(service: &Service, words: &str) {
    let said = || service.running.stderr.read().matches(words).count();
    let before = said();
    service.running.signal("HUP");
    until(words, SOON, || (said() > before).then_some(()));
}

#[track_caller]
fn status(service: &Service, word: &str) -> u16 {
    http::get(service.address, USAGE, Some(word)).status
}

#[test]
fn tokens_come_and_go_by_sighup_and_no_request_of_one_that_stays_fails() {
    let site = Site::new();
    let settings = Settings::new(&site);
    settings.write(&[table("stays", ""), table("goes-0", "")]);
    let service = site.serve(&settings.path);
    let (over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let clients = [(); 3].map(|()| {
            scope.spawn(|| {
                let mut client = Kept::new(service.address);
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(client.get(USAGE, "stays"), 200);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        let ends = Ends(&over);
        for turn in 0..10 {
            let (old, new) = (format!("goes-{turn}"), format!("goes-{}", turn + 1));
            // Its connection was there before, and stays.
            let mut client = Kept::new(service.address);
            assert_eq!(
                (client.get(USAGE, &old), client.get(USAGE, &new)),
                (200, 401)
            );
            settings.write(&[table(&new, ""), table("stays", "")]);
            hangup(&service, READ);
            assert_eq!(
                (client.get(USAGE, &old), client.get(USAGE, &new)),
                (401, 200)
            );
            let before = answered.load(Ordering::Relaxed);
            until("more answers", SOON, || {
                (answered.load(Ordering::Relaxed) > before).then_some(())
            });
        }
        drop(ends);
        for client in clients {
            client.join().unwrap();
        }
    });
    let stderr = service.stop().stderr;
    assert!(
        stderr.contains("tokens=\"default,goes-10,stays\""),
        "{stderr}"
    );
    assert!(!stderr.contains("takes a restart"), "{stderr}");
}

#[test]
fn settings_that_cannot_be_used_change_nothing_and_the_service_goes_on() {
    let site = Site::new();
    let settings = Settings::new(&site);
    let own = [table("own", "")];
    settings.write(&own);
    let service = site.serve(&settings.path);
    let stays = || {
        for (word, expected) in [("own", 200), (TOKEN, 200), ("new", 401)] {
            assert_eq!(status(&service, word), expected, "{word}");
        }
    };
    for tables in [
        vec![table("new", ""), "tokens = [\n".to_owned()],
        vec![table("new", "scopes = []\n")],
        vec![table("new", "expires = \"soon\"\n")],
        vec![table("new", ""), "[cluster.shh]\n".to_owned()],
    ] {
        settings.write(&tables);
        hangup(&service, REFUSED);
        stays();
    }
    fs::remove_file(&settings.path).unwrap();
    hangup(&service, REFUSED);
    stays();
    // A service without a token would be one, too.
    fs::write(&settings.path, settings.rest.replace("token_file", "#")).unwrap();
    hangup(&service, "no API token is set");
    stays();
    settings.write(&[table("new", "")]);
    hangup(&service, READ);
    assert_eq!(
        [status(&service, "own"), status(&service, "new")],
        [401, 200]
    );
    service.stop();
}

#[test]
fn what_sighup_takes_over_and_what_takes_a_restart_is_told() {
    let site = Site::new();
    let settings = Settings::new(&site);
    let service = site.serve(&settings.path);
    keys::write_secret(&site.path("api-token"), "another-canary");
    hangup(&service, READ);
    assert_eq!(
        [status(&service, TOKEN), status(&service, "another-canary")],
        [401, 200]
    );
    let text = format!("poll_interval = \"7s\"\n{}", settings.rest);
    fs::write(&settings.path, text.replace("stor", "canary-of-a-value")).unwrap();
    hangup(&service, "takes a restart");
    let ended = service.stop();
    let lines = ended
        .stderr
        .lines()
        .filter(|line| line.contains("takes a restart"));
    let lines: Vec<&str> = lines.collect();
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert!(
        line.contains("changed=\"cluster[0].ssh.command, poll_interval\""),
        "{line}"
    );
    assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
}

#[test]
fn a_token_whose_time_passes_while_the_service_runs_opens_nothing_from_then_on() {
    let site = Site::new();
    let settings = Settings::new(&site);
    settings.write(&[]);
    let service = site.serve(&settings.path);
    let end = SystemTime::now() + Duration::from_secs(5);
    let end = jiff::Timestamp::try_from(end).unwrap();
    settings.write(&[table("short", &format!("expires = \"{end}\"\n"))]);
    hangup(&service, "the token short expires at");
    assert_eq!(status(&service, "short"), 200);
    let answer = until("the end of the token", SOON, || {
        let answer = http::get(service.address, USAGE, Some("short"));
        (answer.status != 200).then_some(answer)
    });
    assert!(jiff::Timestamp::now() >= end);
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    service.stop();
}

#[test]
fn a_node_that_showed_another_host_key_is_asked_again_when_a_person_says_so() {
    let mut site = Site::new();
    let own = site.node().host_keys.iter().map(keys::fingerprint);
    let pins = format!("host_key_sha256 = {:?}", Vec::from_iter(own));
    let toml = site.toml("poll_interval = \"1s\"\nmax_age = \"3s\"", &pins);
    let service = site.serve(&toml);
    let folder = site.path("node1");
    let types = ["ed25519", "ecdsa", "rsa"];
    for kind in types {
        let name = format!("host_{kind}");
        fs::rename(folder.join(&name), folder.join(format!("own_{kind}"))).unwrap();
        keys::make(&folder, &name, kind, &[]);
    }
    site.node().stop();
    site.node().start_again();
    let usage = service.storage_becomes("missing", SOON);
    assert_eq!(usage["storage"]["reason"]["code"], "host_key_changed");
    for kind in types {
        let (own, name) = (format!("own_{kind}"), format!("host_{kind}"));
        fs::rename(folder.join(own), folder.join(name)).unwrap();
    }
    site.node().stop();
    site.node().start_again();
    let round = || service.usage()["compute"]["observed_at"].clone();
    for _ in 0..3 {
        let before = round();
        until("another round", SOON, || (round() != before).then_some(()));
    }
    assert_eq!(service.usage()["storage"]["state"], "missing");
    hangup(&service, READ);
    service.storage_becomes("fresh", SOON);
    service.stop();
}
