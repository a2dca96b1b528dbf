//! `trust ssh` and `trust panel`.

use std::{net::TcpListener, os::unix::fs::PermissionsExt};

use crate::{common::Site, place::Place};

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The same line with one bit of its key turned: the last bit of the key itself.
fn bent(line: &str) -> String {
    let line = line.trim_end();
    let (head, last) = line.split_at(line.len() - 1);
    // Six bits a letter, all of them the key's own: 51 bytes make 68 letters.
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = letters.find(last).unwrap() ^ 1;
    format!("{head}{}\n", &letters[value..=value])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_a_node_makes_it_trusted_and_one_bit_of_it_turned_does_not() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let node = &site.nodes()[0];
    let address = node.address.to_string();
    let before = place.names();
    let shown = place.run(&["trust", "ssh", &address], 0);
    assert_eq!(place.names(), before, "nothing is written");
    let lines: Vec<&str> = shown.stdout.lines().collect();
    let name = format!("[{}]:{}", node.address.ip(), node.address.port());
    let head = format!("# {name} ssh-ed25519 {}", node.fingerprint);
    assert_eq!(lines, [head, node.known_hosts.clone()]);
    assert!(
        shown
            .stderr
            .contains("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    );

    let check = ["--config", "site.toml", "check"];
    place.write("known_hosts", &shown.stdout);
    place.run(&check, 0);
    place.write("known_hosts", &bent(lines[1]));
    let refused = place.run(&check, 3);
    assert!(refused.stdout.contains(&node.fingerprint), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_appended_once_and_never_beside_another_key() {
    let site = Site::new(1).await;
    let place = Place::new();
    let node = &site.nodes()[0];
    let address = node.address.to_string();
    let write = ["trust", "ssh", &address, "--write", "hosts"];
    place.run(&write, 0);
    let line = format!("{}\n", node.known_hosts);
    assert_eq!(place.read("hosts"), line);
    let mode = place.file("hosts").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o022, 0, "{mode:o}");
    place.run(&write, 0);
    assert_eq!(place.read("hosts"), line, "it is there already");

    place.write("hosts", "# ours");
    place.run(&write, 0);
    assert_eq!(place.read("hosts"), format!("# ours\n{line}"));

    place.write("hosts", &bent(&line));
    let refused = place.run(&write, 2);
    assert!(
        refused.stderr.contains("nothing was written"),
        "{refused:?}"
    );
    assert_eq!(place.read("hosts"), bent(&line));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_looked_at_sees_no_login_and_no_request() {
    let site = Site::new(1).await;
    let address = site.nodes()[0].address.to_string();
    Place::new().run(&["trust", "ssh", &address], 0);
    Place::new().run(&["trust", "panel", &site.cluster().panel.url], 0);
    let counts = site.scenario().counts();
    assert_eq!(counts.connections, 5, "one for each type of key");
    assert_eq!((counts.keys_refused, counts.commands), (0, 0));
    assert_eq!((counts.login_attempts, counts.stat_requests), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_a_panel_pins_it_and_one_bit_of_it_turned_does_not() {
    let site = Site::new(1).await;
    let place = Place::connected(&site.simulator);
    let panel = &site.cluster().panel;
    let settings = place.read("site.toml");
    let (rest, _) = settings.rsplit_once("sha256 = ").unwrap();
    place.write("site.toml", rest);
    let before = place.names();
    let shown = place.run(&["trust", "panel", &panel.url], 0);
    assert_eq!(place.names(), before, "nothing is written");
    let variable = format!("PANEL_SHA256={}", panel.sha256);
    let key = format!("sha256 = \"{}\"", panel.sha256);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert_eq!(lines[lines.len() - 2..], [variable.as_str(), key.as_str()]);
    let colons = lines[1].trim_start_matches("#   ");
    assert_eq!(colons.len(), 95);
    assert_eq!(colons.replace(':', "").to_lowercase(), panel.sha256);

    let check = ["--config", "site.toml", "check"];
    place.run(&check, 3);
    place.write(".env", &format!("{variable}\n"));
    place.run(&check, 0);
    let digit = if panel.sha256.ends_with('0') {
        "1"
    } else {
        "0"
    };
    let turned = &variable[..variable.len() - 1];
    place.write(".env", &format!("{turned}{digit}\n"));
    let refused = place.run(&check, 3);
    assert!(refused.stdout.contains("pinned is SHA-256"), "{refused:?}");
    place.run(&["trust", "panel", &panel.url, "--write", ".env"], 0);
    assert_eq!(place.read(".env"), format!("{variable}\n"));
    place.run(&check, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_variables_keeps_its_mode_and_its_other_lines() {
    let site = Site::new(1).await;
    let place = Place::new();
    let panel = &site.cluster().panel;
    let write = ["trust", "panel", &panel.url, "--write", "vars"];
    let mode = || place.file("vars").metadata().unwrap().permissions().mode() & 0o777;
    place.run(&write, 0);
    assert_eq!(mode(), 0o600, "it may hold a password some day");
    place.write("vars", "ADMIN_PASSWORD='x # y'\nPANEL_SHA256=00\n");
    let open = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(place.file("vars"), open).unwrap();
    place.run(&write, 0);
    let expected = format!("ADMIN_PASSWORD='x # y'\nPANEL_SHA256={}\n", panel.sha256);
    assert_eq!((place.read("vars"), mode()), (expected, 0o640));
    assert_eq!(place.names(), ["vars"]);
}

#[test]
fn a_peer_that_cannot_be_reached_is_one_sentence() {
    let place = Place::new();
    let nobody = nobody();
    let told = place.run(&["trust", "ssh", &nobody, "--write", "hosts"], 3);
    assert_eq!(told.stderr.lines().count(), 1, "{told:?}");
    assert!(told.stderr.contains("is sshd running there"), "{told:?}");
    let url = format!("https://{nobody}");
    let told = place.run(&["trust", "panel", &url, "--write", "vars"], 3);
    assert_eq!(told.stderr.lines().count(), 1, "{told:?}");
    assert!(
        told.stderr.contains("is the panel running there"),
        "{told:?}"
    );
    assert_eq!(place.names(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_another_kind_of_server_is_told_so() {
    let site = Site::new(1).await;
    let place = Place::new();
    let panel = site.cluster().panel.url.clone();
    let node = site.nodes()[0].address.to_string();
    let told = place.run(&["trust", "panel", &format!("https://{node}")], 3);
    assert!(told.stderr.contains("no TLS handshake"), "{told:?}");
    let told = place.run(&["trust", "ssh", &panel["https://".len()..]], 3);
    assert!(told.stderr.contains("SSH handshake"), "{told:?}");
}

#[test]
fn what_names_no_peer_is_wrong_usage() {
    for args in [
        ["trust", "ssh", "root@node1"],
        ["trust", "ssh", "node1:x"],
        ["trust", "panel", "http://panel.example"],
        ["trust", "panel", "panel.example"],
    ] {
        Place::new().run(&args, 2);
    }
}
