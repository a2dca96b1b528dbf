//! Rows of a node that starts no command, or another one than it was asked for.

use std::net::TcpStream;

use crate::{
    site::{Site, text},
    table::{
        row::{Row, TRY, WAITS},
        told::Part,
    },
};

/// Starts the first node again, with these further lines of its configuration.
fn restarted(site: &mut Site, more: &str) {
    site.node().stop();
    site.node().configure(more);
    site.node().start_again();
}

#[test]
fn no_session_for_anybody() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    restarted(&mut row.site, "MaxSessions 0\n");
    row.tells_after(&["session_lost", "connect_refused"], "command_refused");
    restarted(&mut row.site, "");
    row.recovers(TRY);
    row.ends();
}

#[test]
fn one_session_and_a_command_hangs_in_it() {
    let mut site = Site::new();
    restarted(&mut site, "MaxSessions 1\n");
    let row = Row::of(Part::Storage, site, WAITS);
    row.site.tool.hangs();
    row.tells("command_timeout");
    row.site.tool.works();
    row.recovers(TRY);
    row.reads_on(2);
    let (mut site, _) = row.ends();
    let log = site.node().log();
    assert!(!log.contains("no more sessions"), "{log}");
}

#[test]
fn strangers_hold_every_login_slot() {
    let mut site = Site::new();
    restarted(&mut site, "MaxStartups 1\n");
    let mut row = Row::of(Part::Storage, site, WAITS);
    let ours = row.site.node().serving();
    let stranger = TcpStream::connect(row.site.node().address).unwrap();
    // As long as our connection stands, they take nothing from us.
    row.reads_on(2);
    ours.iter().for_each(|id| row.site.node().cut(*id));
    row.tells_after(&["session_lost"], "connect_failed");
    drop(stranger);
    row.recovers(TRY);
    row.ends();
}

/// A row whose key may run nothing but this, in the words of a shell.
#[track_caller]
fn forced(command: &str, code: &str) {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    let tool = row.site.tool.path();
    let command = command
        .replace("TOOL", text(&tool))
        .replace("REPORT", text(&row.site.path("report")))
        .replace("MARKER", row.site.tool.marker());
    let public = row.site.user_key.public.clone();
    let line = |command: &str| format!("restrict,command=\"{command}\" {public}\n");
    row.site.node().authorize(&[line(&command)]);
    restarted(&mut row.site, "");
    row.tells_after(&["session_lost", "connect_refused"], code);
    let right = format!("{} -c cluster1 stat", text(&tool));
    row.site.node().authorize(&[line(&right)]);
    restarted(&mut row.site, "");
    row.recovers(TRY);
    row.reads_on(2);
    row.ends();
}

macro_rules! forced_commands {
    ($($name:ident: $command:expr => $code:literal;)*) => {
        $(#[test] fn $name() { forced($command, $code); })*
    };
}

forced_commands! {
    forced_to_say_something_else: "echo welcome"                             => "report_unreadable";
    forced_to_say_nothing:        "true"                                     => "report_unreadable";
    forced_to_a_cluster_unknown:  "TOOL -c cluster2 stat"                    => "command_failed";
    forced_to_another_cluster:    "sed s/cluster1/cluster2/ REPORT"          => "other_cluster";
    forced_to_what_is_not_there:  "/nonexistent/vstorage -c cluster1 stat"   => "command_failed";
    forced_and_killed_at_the_end: "cat REPORT; kill -KILL $$"                => "command_failed";
    forced_and_hung:              "cat REPORT; timeout -k 1 1 sleep MARKER"  => "command_timeout";
}
