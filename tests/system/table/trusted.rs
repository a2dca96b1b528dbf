//! Rows of trust: a key that the node does not know, and host keys that we do not.
//!
//! In each of them a pause is the promise: the reason is told, the node is left alone, and no connection is made
//! until the time that is named or until a person has acted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    keys,
    site::{Site, allowed},
    table::{
        row::{Row, TRY, WAITS},
        told::{self, Part},
    },
};

/// Longer than any pause of a peer that is asked again by itself every round.
const MEANWHILE: Duration = Duration::from_secs(3);

/// For some rounds the node is left alone: nobody connects, and nothing else is told. Returns when it is asked again.
#[track_caller]
fn is_left_alone(row: &mut Row, code: &str) -> Option<Timestamp> {
    let clients = row.site.node().clients();
    row.stays(code, MEANWHILE);
    assert_eq!(row.site.node().clients(), clients, "somebody connected");
    let alone = told::left_alone(&row.service);
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert_eq!(alone[0]["code"], code);
    let next_try = alone[0]["next_try"].as_str();
    next_try.map(|at| at.parse().unwrap())
}

/// Starts the node again: whoever was connected is not, and what it is told by its files holds.
fn start_again(row: &mut Row) {
    row.site.node().stop();
    row.site.node().start_again();
}

const LOST: [&str; 2] = ["session_lost", "connect_refused"];

#[test]
fn a_key_that_is_not_authorised_is_not_offered_again_before_the_time_that_is_told() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.node().authorize(&[]);
    start_again(&mut row);
    row.tells_after(&LOST, "auth_refused");
    let offered = |log: &str| log.matches("authenticating user").count();
    assert_eq!(offered(&row.site.node().log()), 1);
    let next_try = is_left_alone(&mut row, "auth_refused").expect("a time");
    let told = row.now();
    let message = told["reason"]["message"].as_str().unwrap();
    let told = message.split("next try at ").nth(1).expect("a time");
    let told: Timestamp = told.parse().unwrap();
    assert_eq!(told, next_try);
    let pause = next_try.duration_since(Timestamp::now());
    assert!(pause > SignedDuration::from_mins(3), "{message}");
    // Not even once the key is there.
    let line = allowed(&row.site.user_key);
    row.site.node().authorize(&[line]);
    assert_eq!(is_left_alone(&mut row, "auth_refused"), Some(next_try));
    let (mut site, _) = row.ends();
    assert_eq!(offered(&site.node().log()), 1);
}

/// What a person writes to known_hosts, and who shows what.
struct Lines {
    /// The name of the node there.
    name: String,
    /// The key that the node shows.
    shown: String,
    /// One that it does not.
    other: String,
}

/// A row whose node shows a host key that these lines do not trust; the right line ends it.
#[track_caller]
fn row(known_hosts: impl Fn(&Lines) -> String, code: &str) {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    let address = row.site.node().address;
    let stranger = keys::make(&row.site.path(""), "stranger", "ed25519", &[]);
    let lines = Lines {
        name: format!("[{}]:{}", address.ip(), address.port()),
        shown: row.site.node().host_keys[0].public.clone(),
        other: stranger.public,
    };
    let right = row.site.known_hosts();
    let logins = row.site.node().logins();
    row.site.write("known_hosts", &known_hosts(&lines));
    start_again(&mut row);
    row.tells_after(&LOST, code);
    // Until a person acts.
    assert_eq!(is_left_alone(&mut row, code), None);
    assert_eq!(row.site.node().logins(), logins, "nothing is said to it");
    row.site.write("known_hosts", &right);
    row.recovers(TRY);
    row.ends();
}

#[test]
fn another_host_key_than_the_known_one() {
    let known = |it: &Lines| format!("{} {}\n", it.name, it.other);
    row(known, "host_key_changed");
}

#[test]
fn a_revoked_host_key() {
    let known = |it: &Lines| format!("@revoked {} {}\n", it.name, it.shown);
    row(known, "host_key_revoked");
}

#[test]
fn a_host_key_that_nobody_knows() {
    let known = |it: &Lines| format!("node9.example {}\n", it.shown);
    row(known, "host_key_unknown");
}

#[test]
fn a_node_that_was_installed_anew_is_trusted_when_its_new_key_is_known() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.node().stop();
    row.site.node().installed_anew();
    row.site.node().start_again();
    row.tells_after(&LOST, "host_key_changed");
    assert_eq!(is_left_alone(&mut row, "host_key_changed"), None);
    row.site.write("known_hosts", &row.site.known_hosts());
    row.recovers(TRY);
    row.ends();
}

#[test]
fn with_one_node_of_two_that_shows_another_key_the_other_goes_on() {
    let mut row = Row::of(Part::Storage, Site::with_nodes(2), WAITS);
    row.site.node().stop();
    row.site.node().installed_anew();
    row.site.node().start_again();
    row.reads_on(2);
    let clients = row.site.node().clients();
    row.reads_on(3);
    assert_eq!(row.site.node().clients(), clients, "somebody connected");
    let alone = told::left_alone(&row.service);
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert_eq!(alone[0]["code"], "host_key_changed");
    row.ends();
}
