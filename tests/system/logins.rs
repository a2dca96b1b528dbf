//! User keys, host keys and forced commands, as OpenSSH has them.

use std::{
    fs,
    net::{IpAddr, TcpListener},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    keys::{self, PASSPHRASE},
    program::{Ended, Program},
    site::{Site, allowed},
    sshd::{Sshd, user},
};

/// A check that ends so, with this code of the closed list for the storage part.
#[track_caller]
fn refused(ended: &Ended, code: &str) {
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let line: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(line["storage"]["error"]["code"], code, "{line}");
    assert_eq!(line["verdict"], "unreached");
    assert_eq!(line["storage"]["report"], Value::Null);
}

#[track_caller]
fn well(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn user_keys_of_every_type_log_in_and_rsa_signs_with_sha_2() {
    let mut site = Site::new();
    for (name, kind, more) in [
        ("own_ed25519", "ed25519", vec![]),
        ("own_ecdsa", "ecdsa", vec!["-b", "256"]),
        ("own_ecdsa_384", "ecdsa", vec!["-b", "384"]),
        ("own_rsa", "rsa", vec!["-b", "3072"]),
        ("own_rsa_pem", "rsa", vec!["-b", "2048", "-m", "PEM"]),
    ] {
        let key = keys::make(&site.path(""), name, kind, &more);
        site.node().authorize(&[allowed(&key)]);
        let toml = site.toml("", &format!("key_file = {name:?}"));
        well(&site.check(&toml, &[]));
    }
}

#[test]
fn an_encrypted_key_opens_with_its_passphrase_and_says_what_it_wants_without() {
    let mut site = Site::new();
    let key = keys::make(&site.path(""), "closed", "ed25519", &["-N", PASSPHRASE]);
    site.node().authorize(&[allowed(&key)]);
    keys::write_secret(&site.path("passphrase"), PASSPHRASE);
    keys::write_secret(&site.path("wrong"), "another");
    let with = |file: &str| {
        let ssh = format!("key_file = \"closed\"\nkey_passphrase_file = {file:?}");
        site.check(&site.toml("", &ssh), &[])
    };
    well(&with("passphrase"));
    let wrong = with("wrong");
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stderr.contains("the passphrase is wrong"),
        "{}",
        wrong.stderr
    );
    let without = site.check(&site.toml("", "key_file = \"closed\""), &[]);
    assert_eq!(without.code, Some(2));
    assert!(
        without
            .stderr
            .contains("give its passphrase in key_passphrase_file"),
        "{}",
        without.stderr
    );
}

#[test]
fn a_host_key_of_any_type_can_be_pinned_by_its_fingerprint() {
    let mut site = Site::new();
    let known: Vec<String> = site
        .node()
        .host_keys
        .iter()
        .map(keys::fingerprint)
        .collect();
    assert_eq!(known.len(), 3);
    for fingerprint in &known {
        let pinned = format!("host_key_sha256 = {fingerprint:?}");
        well(&site.check(&site.toml("", &pinned), &[]));
    }
    let stranger = keys::make(&site.path(""), "stranger", "ed25519", &[]);
    let both = format!(
        "host_key_sha256 = [{:?}, {:?}]",
        keys::fingerprint(&stranger),
        known[0]
    );
    well(&site.check(&site.toml("", &both), &[]));
    let other = format!("host_key_sha256 = {:?}", keys::fingerprint(&stranger));
    refused(
        &site.check(&site.toml("", &other), &["--json"]),
        "host_key_changed",
    );
}

#[test]
fn one_known_host_key_of_any_type_is_enough() {
    let mut site = Site::new();
    let lines: Vec<String> = site.known_hosts().lines().map(str::to_owned).collect();
    for line in &lines {
        site.write("known_hosts", &format!("{line}\n"));
        well(&site.check(&site.toml("", ""), &[]));
    }
    assert_eq!(site.node().logins(), lines.len());
}

#[test]
fn a_node_can_be_named_by_its_host_name() {
    let mut site = Site::new();
    let port = site.node().address.port();
    let host_key = site.node().host_keys[0].public.clone();
    site.write("known_hosts", &format!("[localhost]:{port} {host_key}\n"));
    let mut own = site.variables();
    let node = format!("{}@localhost:{port}", user());
    own.insert("VSTORAGE_NODES".to_owned(), node);
    let program = Program::new(&site.empty_folder(), &["check", "--json"]);
    let ended = program.variables(&own).run();
    well(&ended);
    let line: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(line["storage"]["node"], "localhost");
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn a_node_can_have_an_address_of_the_sixth_version() {
    if TcpListener::bind("[::1]:0").is_err() {
        println!("this machine has no IPv6: nothing is tried");
        return;
    }
    let mut site = Site::new();
    let folder = site.path("node6");
    fs::create_dir(&folder).unwrap();
    let node = Sshd::start(&folder, IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]));
    node.authorize(&[allowed(&site.user_key)]);
    site.nodes = vec![node];
    site.write("known_hosts", &site.known_hosts());
    let ended = site.check(&site.toml("", ""), &["--json"]);
    well(&ended);
    let line: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(line["storage"]["node"], "::1");
}

#[test]
fn hashed_names_in_known_hosts_are_found() {
    let site = Site::new();
    keys::hash_names(&site.path("known_hosts"));
    let text = fs::read_to_string(site.path("known_hosts")).unwrap();
    assert!(text.lines().all(|line| line.starts_with("|1|")), "{text}");
    well(&site.check(&site.toml("", ""), &[]));
}

#[test]
fn an_unknown_a_changed_and_a_revoked_host_key_are_refused_before_anything_is_said() {
    let mut site = Site::new();
    let address = site.node().address;
    let name = format!("[{}]:{}", address.ip(), address.port());
    let stranger = keys::make(&site.path(""), "stranger", "ed25519", &[]);
    let shown = site.node().host_keys[0].public.clone();
    for (line, code) in [
        (String::new(), "host_key_unknown"),
        (format!("node9.example {shown}\n"), "host_key_unknown"),
        (format!("{name} {}\n", stranger.public), "host_key_changed"),
        (format!("@revoked {name} {shown}\n"), "host_key_revoked"),
    ] {
        site.write("known_hosts", &line);
        refused(&site.check(&site.toml("", ""), &["--json"]), code);
    }
    assert_eq!(site.node().logins(), 0);
}

#[test]
fn a_key_that_may_run_one_command_only_is_enough() {
    let mut site = Site::new();
    let forced = format!(
        "restrict,command=\"{} -c cluster1 stat\" {}\n",
        site.tool.path().display(),
        site.user_key.public
    );
    site.node().authorize(&[forced]);
    well(&site.check(&site.toml("", ""), &[]));
}

#[test]
fn a_forced_command_under_timeout_does_not_hang_on_the_node() {
    let mut site = Site::new();
    let forced = format!(
        "restrict,command=\"timeout -k 1 2 {} -c cluster1 stat\" {}\n",
        site.tool.path().display(),
        site.user_key.public
    );
    site.node().authorize(&[forced]);
    site.tool.hangs();
    let begun = Instant::now();
    refused(
        &site.check(&site.toml("", "command_timeout = \"2s\""), &["--json"]),
        "command_timeout",
    );
    site.tool.is_rid_of_hung_commands(Duration::from_secs(5));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_key_that_is_not_authorized_is_refused_with_the_way_out() {
    let mut site = Site::new();
    site.node().authorize(&[]);
    let ended = site.check(&site.toml("", ""), &[]);
    assert_eq!(ended.code, Some(3));
    let unfolded = ended.stdout.replace("\n  ", " ");
    assert!(
        unfolded.contains("prints to authorized_keys there"),
        "{unfolded}"
    );
    refused(&site.check(&site.toml("", ""), &["--json"]), "auth_refused");
}
