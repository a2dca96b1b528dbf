//! Rows that OpenSSH does not show whenever it is asked to: the simulator's node shows them.

use std::fs;

use vhi_usage::sim::fault::Fault;

use crate::{
    keys,
    site::Site,
    table::{
        row::{QUICK, Row, SLOW, TRY, WAITS},
        told::Part,
    },
    wait::until,
};

/// A row on the simulator's node.
#[track_caller]
fn row(fault: Fault, code: &str) {
    let site = Site::with_nodes(0);
    let node = &site.cluster().nodes[0];
    keys::write_secret(&site.path("simulated_key"), site.simulated_key());
    site.write("known_hosts", &format!("{}\n", node.known_hosts));
    let toml = site.toml(QUICK, &format!("key_file = \"simulated_key\"\n{WAITS}"));
    let settings = fs::read_to_string(&toml).unwrap();
    let nodes = format!("nodes = [\"root@{}\"]", node.address);
    fs::write(&toml, settings.replace("nodes = []", &nodes)).unwrap();
    let service = site.serve(&toml);
    let row = Row::watch(Part::Storage, site, service);
    let scenario = &row.site.cluster().scenario;
    scenario.set_fault(fault, true);
    row.tells(code);
    scenario.set_fault(fault, false);
    row.recovers(TRY);
    until("no channel is open between two rounds", SLOW, || {
        (scenario.counts().channels_open == 0).then_some(())
    });
    row.ends();
}

macro_rules! rows {
    ($($name:ident: $fault:ident => $code:literal;)*) => {
        $(#[test] fn $name() { row(Fault::$fault, $code); })*
    };
}

rows! {
    exec_refused:           ExecRefused => "command_refused";
    closed_without_status:  NoStatus    => "command_failed";
    hung_and_deaf_to_all:   HangHard    => "command_timeout";
}
