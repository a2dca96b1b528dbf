//! Rows of the server itself: frozen, cut off, killed and started again.

use crate::{
    processes,
    site::Site,
    table::{
        row::{Row, SLOW, TRY, WAITS},
        told::Part,
    },
    wait::until,
};

#[test]
fn frozen_and_continued() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.node().signal("STOP");
    let before = ["command_timeout", "session_lost"];
    row.tells_after(&before, "connect_timeout");
    row.site.node().signal("CONT");
    row.recovers(TRY);
    row.ends();
}

#[test]
fn killed_and_started_again_at_once() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.node().stop();
    row.site.node().start_again();
    row.recovers(TRY);
    row.reads_on(2);
    row.ends();
}

#[test]
fn killed_in_mid_command_and_started_again() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.tool.hangs();
    until("the command runs", SLOW, || {
        let running = processes::with_word(row.site.tool.marker());
        (!running.is_empty()).then_some(())
    });
    row.site.node().stop();
    row.tells_after(&["session_lost", "command_timeout"], "connect_refused");
    row.site.tool.works();
    row.site.node().start_again();
    row.recovers(TRY);
    row.ends();
}

#[test]
fn a_connection_that_is_cut_between_two_rounds_costs_no_figure() {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    for _ in 0..3 {
        for id in row.site.node().serving() {
            row.site.node().cut(id);
        }
        row.reads_on(1);
    }
    row.ends();
}
