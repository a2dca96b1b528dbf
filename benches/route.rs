//! What one answer of the usage route costs, beside bare hyper, nginx and Go with the same bytes.
//!
//! ```text
//! core 0: the server whose turn it is        core 1: wrk; the others wait
//! ```
//!
//! All servers run from the beginning to the end and take turns of a few seconds, in several rounds. A ratio is taken
//! within each round, and the middle one of all rounds counts. The CPU time of a request is what the server's process
//! used in its turn, by the requests that wrk counted.

#![allow(clippy::print_stderr, reason = "what is no row goes to standard error")]

#[path = "route/answer.rs"]
mod answer;
#[path = "route/bare.rs"]
mod bare;
#[path = "route/golang.rs"]
mod golang;
mod measured;
#[path = "route/nginx.rs"]
mod nginx;
#[path = "route/rounds.rs"]
mod rounds;
mod scene;
#[path = "route/server.rs"]
mod server;
mod shown;
#[path = "route/site.rs"]
mod site;
#[path = "route/turn.rs"]
mod turn;

use std::{env, error::Error, path::Path, process::ExitCode};

use crate::{
    answer::Answer,
    rounds::{Rounds, Turns},
    server::Server,
    shown::Goal,
    site::Site,
};

/// A sentence for whoever runs the benchmark.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let end = match args.as_slice() {
        [bare::WORD, address, folder] => bare::serve(address, Path::new(folder)),
        _ => compare(),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("route: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Failure> {
    turn::stay_aside()?;
    let folder = scene::folder()?;
    let folder = folder.path();
    let site = Site::start(folder)?;
    let ours = site.serve()?;
    let told = site.first_answer(&ours)?;
    told.save(folder)?;
    let ours_tls = site.serve_tls()?;
    // Another process, which has read the cluster at another time.
    let told_tls = site.first_answer(&ours_tls)?;
    let servers = [
        ours,
        ours_tls,
        bare::start(folder)?,
        nginx::with_return(folder, &told)?,
        nginx::with_file(folder, &told)?,
        golang::start(folder, &site.token)?,
    ];
    let expected = [&told, &told_tls, &told, &told, &told, &told];
    let same = || {
        let mut pairs = servers.iter().zip(expected);
        pairs.try_for_each(|(server, told)| same_body(told, server, &site))
    };
    same()?;
    let rounds = Rounds::take(&servers, &site.token)?;
    // A round of readings in between would have been work of ours alone.
    same()?;

    let [ours, ours_tls, bare, nginx_return, nginx_file, go] = rounds.of_each();
    let nginx = match nginx_return.per_second() < nginx_file.per_second() {
        true => nginx_file,
        false => nginx_return,
    };
    cpu_row("CPU time of an answer", ours, bare, Goal::AtMost(1.15));
    cpu_row(
        "CPU time of an answer over TLS",
        ours_tls,
        bare,
        Goal::AtMost(1.6),
    );
    rate_row(ours, nginx, Goal::AtLeast(0.9));
    rate_row(ours, go, Goal::AtLeast(2.0));
    Ok(())
}

fn same_body(told: &Answer, server: &Server, site: &Site) -> Result<(), Failure> {
    let body = answer::get(server, site::USAGE, &site.token)?.body;
    match told.first_difference(&body) {
        None => Ok(()),
        Some(at) => Err(format!(
            "{} answers another body than it should, from byte {at} on: `{}`",
            server.name,
            String::from_utf8_lossy(body.get(at..).unwrap_or_default())
        )
        .into()),
    }
}

fn cpu_row(what: &str, ours: &Turns, theirs: &Turns, goal: Goal) {
    let micros = |turns: &Turns| format!("{:.2} µs", turns.cpu_micros());
    shown::ratio(
        &format!("usage route, {what}"),
        &micros(ours),
        &format!("{}, {}", micros(theirs), theirs.name),
        ours.by(theirs, |turn| turn.cpu_micros),
        goal,
    );
}

fn rate_row(ours: &Turns, theirs: &Turns, goal: Goal) {
    shown::ratio(
        "usage route, answers a second",
        &format!("{:.0}", ours.per_second()),
        &format!("{:.0}, {}", theirs.per_second(), theirs.name),
        ours.by(theirs, |turn| turn.per_second),
        goal,
    );
}
