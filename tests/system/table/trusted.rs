//! Rows of trust: a key that the node does not know, and host keys that we do not.
//!
//! In each of them a pause is the promise: the reason is told, the node is left alone, and no connection is made
//! until the time that is named or until a person has acted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    site::{Site, allowed},
    table::{
        row::{Row, WAITS},
        told::Part,
    },
};

/// Longer than any pause of a peer that is asked again by itself every round.
const MEANWHILE: Duration = Duration::from_secs(4);

/// For some rounds the node is left alone: nobody connects, and nothing else is told.
#[track_caller]
fn is_left_alone(row: &mut Row, code: &str) {
    let clients = row.site.node().clients();
    row.stays(code, MEANWHILE);
    assert_eq!(row.site.node().clients(), clients, "somebody connected");
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
    is_left_alone(&mut row, "auth_refused");
    let told = row.now();
    let message = told["reason"]["message"].as_str().unwrap();
    let next_try = message.split("next try at ").nth(1).expect("a time");
    let next_try: Timestamp = next_try.parse().unwrap();
    let pause = next_try.duration_since(Timestamp::now());
    assert!(pause > SignedDuration::from_mins(4), "{message}");
    // Not even once the key is there.
    let line = allowed(&row.site.user_key);
    row.site.node().authorize(&[line]);
    is_left_alone(&mut row, "auth_refused");
    let (mut site, _) = row.ends();
    assert_eq!(offered(&site.node().log()), 1);
}
