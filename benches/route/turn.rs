//! One turn: wrk asks one server as fast as it is answered, and whatever goes wrong is an error.

use std::{
    process::{self, Command},
    time::Duration,
};

use crate::{Failure, measured, server::Server, site};

/// The core of whatever is not measured.
const ASIDE: &str = "1";
const CONNECTIONS: &str = "32";

/// What came of it.
pub(crate) struct Turn {
    /// Answers a second.
    pub(crate) per_second: f64,
    /// CPU time of the server's process for one answer, in µs.
    pub(crate) cpu_micros: f64,
}

/// Keeps this process, and what it starts, away from the core of the servers.
pub(crate) fn stay_aside() -> Result<(), Failure> {
    let pid = process::id().to_string();
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-c", "-p", ASIDE, &pid]);
    let done = taskset
        .output()
        .map_err(|error| format!("taskset cannot be started: {error}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!(
            "two cores are needed, 0 for the servers and {ASIDE} for wrk: {}",
            String::from_utf8_lossy(&done.stderr).trim()
        )
        .into()),
    }
}

/// Lets wrk ask for the usage during this time.
pub(crate) fn take(server: &Server, token: &str, during: Duration) -> Result<Turn, Failure> {
    let before = measured::cpu_time(server.pid())?;
    let asked = Command::new("wrk")
        .args(["-t", "1", "-c", CONNECTIONS, "--timeout", "5s"])
        .args(["-d", &format!("{}s", during.as_secs())])
        .args(["-H", &format!("Authorization: Bearer {token}")])
        .arg(server.url(site::USAGE))
        .output()
        .map_err(|error| format!("wrk cannot be started: {error}"))?;
    let used = server.alive(|| measured::cpu_time(server.pid()))? - before;
    let said = String::from_utf8_lossy(&asked.stdout);
    let (requests, per_second) = counted(&said).map_err(|why| {
        let stderr = String::from_utf8_lossy(&asked.stderr);
        format!(
            "{}: {why}; wrk said:\n{said}{stderr}{}",
            server.name,
            server.said()
        )
    })?;
    Ok(Turn {
        per_second,
        cpu_micros: used.as_secs_f64() * 1e6 / requests,
    })
}

/// Requests, and requests a second, where nothing went wrong.
fn counted(said: &str) -> Result<(f64, f64), &'static str> {
    for trouble in ["Socket errors:", "Non-2xx or 3xx responses:"] {
        if said.contains(trouble) {
            return Err("not every request was answered well");
        }
    }
    let requests = said
        .lines()
        .find_map(|line| line.split_once(" requests in "))
        .and_then(|(count, _)| count.trim().parse().ok());
    let per_second = said
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"))
        .and_then(|rate| rate.trim().parse().ok());
    match (requests, per_second) {
        (Some(requests), Some(per_second)) if requests > 0.0 => Ok((requests, per_second)),
        _ => Err("nothing was answered"),
    }
}
