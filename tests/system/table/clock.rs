//! Rows of the wall clock, which is set back and forward under the service while its other clock goes on.

use std::{collections::BTreeMap, fs, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    program::Program,
    site::{Service, Site, text},
    table::{
        row::{QUICK, Row, SLOW, TRY, WAITS},
        told::Part,
    },
    wait::until,
};

pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A service whose wall clock is as much off as the file `clock` of the site says.
#[track_caller]
pub(crate) fn watched() -> Row {
    let site = Site::new();
    let clock = site.write("clock", "+0");
    let toml = site.toml(QUICK, WAITS);
    let program = Program::new(&site.empty_folder(), &["--config", text(&toml), "serve"]);
    let faked = [
        // The dynamic linker knows what stands for $LIB on this machine.
        ("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1"),
        ("FAKETIME_TIMESTAMP_FILE", text(&clock)),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let faked = faked.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let service = Service::start(program.variables(&BTreeMap::from(faked)));
    service.becomes_ready(Duration::from_secs(20));
    Row::watch(Part::Storage, site, service)
}

/// Sets the clock of the service off by so much.
pub(crate) fn set(row: &Row, off: &str) {
    // Renamed into place: a time that is half read would be another fault.
    fs::rename(row.site.write("clock.new", off), row.site.path("clock")).unwrap();
}

/// Waits for figures that were read, and an answer that was given, when the service's clock was off by so much.
#[track_caller]
pub(crate) fn follows(row: &Row, off: SignedDuration) {
    let is_now = |at: &Value| {
        let at: Option<Timestamp> = at.as_str()?.parse().ok();
        let really = Timestamp::now().duration_since(at? - off);
        (really.abs() < SignedDuration::from_mins(5)).then_some(())
    };
    until(&format!("times are off by {off}"), TRY + SLOW, || {
        // Set forward, everything that was read before it is too old at once.
        let answer = row.service.get("/api/v1/cluster/usage");
        let usage = (answer.status == 200).then(|| answer.json())?;
        is_now(&usage["timestamp"])?;
        is_now(&usage["storage"]["observed_at"])?;
        is_now(&usage["compute"]["observed_at"])?;
        (usage["status"] == "complete").then_some(())
    });
}

#[test]
fn set_back_an_hour_and_forward_again_costs_no_figure_and_lengthens_no_life() {
    let row = watched();
    set(&row, "-1h");
    row.reads_on(1);
    follows(&row, -HOUR);
    set(&row, "+0");
    follows(&row, SignedDuration::ZERO);
    row.ends();
}

#[test]
fn set_back_while_the_tool_fails_gives_the_last_figure_no_longer_life() {
    let row = watched();
    row.site.tool.does("exit 1");
    set(&row, "-1h");
    // The helper wants the figures gone, and a second longer without them.
    row.tells("command_failed");
    row.site.tool.works();
    follows(&row, -HOUR);
    set(&row, "+0");
    follows(&row, SignedDuration::ZERO);
    row.recovers(TRY);
    row.ends();
}

#[test]
fn set_forward_an_hour_ends_the_life_of_what_was_read_before() {
    let row = watched();
    set(&row, "+1h");
    follows(&row, HOUR);
    set(&row, "+0");
    row.recovers(TRY);
    row.ends();
}
