//! A soak: the built program for a set time among faults and clients, all of them random.
//!
//! ```text
//! tests/soak 86400 4711     a day, with the faults and clients of that seed
//! ```
//!
//! Two services, one with TLS and one without, read a site of two OpenSSH servers and a panel. Every figure that they serve is
//! held against those that were printed. The time is cut into pieces, each of noise and then of quiet; in the
//! first quiet it is measured what the services hold, and in every other one they hold no more.

#![allow(
    dead_code,
    reason = "what stands beside it is used by other tests, too"
)]

#[path = "soaked/clients.rs"]
mod clients;
#[path = "soaked/compute.rs"]
mod compute;
#[path = "soaked/held.rs"]
mod held;
#[path = "system/http.rs"]
mod http;
#[path = "soaked/judge.rs"]
mod judge;
#[path = "system/keys.rs"]
mod keys;
#[path = "soaked/line.rs"]
mod line;
#[path = "soaked/printed.rs"]
mod printed;
#[path = "system/processes.rs"]
mod processes;
#[path = "system/program.rs"]
mod program;
#[path = "soaked/run.rs"]
mod run;
#[path = "soaked/scene.rs"]
mod scene;
#[path = "system/site.rs"]
mod site;
#[path = "system/sshd.rs"]
mod sshd;
#[path = "system/tool.rs"]
mod tool;
#[path = "soaked/troubles.rs"]
mod troubles;
#[path = "system/wait.rs"]
mod wait;

#[test]
fn faults_and_clients_leave_nothing_behind_and_no_figure_is_served_that_was_not_read() {
    run::Run::new().goes_on();
}
