//! One collection from a real OpenSSH server on loopback, beside other ways to the same bytes.
//!
//! The same command line, which prints a report of real size, goes through
//! the service's own source (pool, one kept session, parse), a new `ssh` with a connection of its own, `ssh` over a
//! warm ControlMaster, and the login shell alone, in the environment that the server gives it.
//! All take turns in one run, and each output is held against the report byte by byte.

#[path = "../tests/system/keys.rs"]
#[allow(dead_code, reason = "the system tests need more of it")]
mod keys;
mod measured;
mod scene;
mod shown;
#[path = "collection/site.rs"]
mod site;
#[path = "../tests/system/sshd.rs"]
#[allow(dead_code, reason = "the system tests need more of it")]
mod sshd;
#[path = "../tests/system/wait.rs"]
mod wait;

use std::{error::Error, fs, net::Ipv4Addr, process::ExitCode, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, task::spawn_blocking};

use scene::say;
use shown::Goal;
use site::Site;
use sshd::Sshd;

/// Ours, the bare start, ControlMaster and a new `ssh`.
const WAYS: usize = 4;
const TURNS: usize = 400;
/// A new connection is slow, and takes part in one turn of so many.
const NEW_EVERY: usize = 10;
/// Before the samples count.
const WARM_UP: usize = 20;

/// A sentence for whoever runs the benchmark.
type Failed = Box<dyn Error + Send + Sync>;

fn main() -> Result<ExitCode, Failed> {
    let folder = scene::folder()?;
    let runtime = Runtime::new()?;
    // A shell that a server starts reads what its user has in ~/.bashrc, and that may take longer than all else.
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    let home = format!("SetEnv HOME={}\n", home.display());
    let sshd = Sshd::start_with(folder.path(), Ipv4Addr::LOCALHOST.into(), &home);
    let site = Site::new(folder.path(), &sshd)?;
    let master = site.start_master()?;
    let work = async move {
        compare(Arc::new(site))
            .await
            .map_err(|error| error.to_string())
    };
    let end = scene::perform(&runtime, work);
    drop(master);
    drop(sshd);
    Ok(end)
}

async fn compare(site: Arc<Site>) -> Result<(), Failed> {
    let mut samples: [Vec<f64>; WAYS] = Default::default();
    for turn in 0..WARM_UP + TURNS {
        // Each way follows each other one as often as the rest do.
        for way in (turn..turn + WAYS).map(|place| place % WAYS) {
            let took = match way {
                0 => site.ours().await?,
                1 => apart(&site, Site::bare).await?,
                2 => apart(&site, Site::over_master).await?,
                _ if turn % NEW_EVERY == 0 => apart(&site, Site::new_ssh).await?,
                _ => continue,
            };
            if turn >= WARM_UP {
                samples[way].push(took.as_secs_f64() * 1000.0);
            }
        }
    }
    let ways = ["ours", "bare start", "ControlMaster", "new ssh"];
    let lines = site.report.split(|byte| *byte == b'\n').count() - 1;
    say(&format!(
        "a report of {lines} lines, {} bytes",
        site.report.len()
    ));
    for (way, samples) in ways.iter().zip(&samples) {
        let (p50, p99) = (measured::median(samples), measured::p99(samples));
        say(&format!(
            "{way}: p50 {p50:.2} ms, p99 {p99:.2} ms, {} samples",
            samples.len()
        ));
    }
    let [ours, bare, master, new] = samples.map(|samples| measured::median(&samples));
    row(ours, master, "`ssh` over ControlMaster", Goal::AtMost(0.4));
    row(
        ours,
        bare,
        "the bare local start of the same command",
        Goal::AtMost(1.4),
    );
    row(ours, new, "a new `ssh`", Goal::None);
    Ok(())
}

/// The samples of a child are taken where waiting for it keeps nobody from his work.
async fn apart(
    site: &Arc<Site>,
    way: fn(&Site) -> Result<Duration, Failed>,
) -> Result<Duration, Failed> {
    let site = Arc::clone(site);
    spawn_blocking(move || way(&site)).await?
}

fn row(ours: f64, beside: f64, what: &str, goal: Goal) {
    shown::ratio(
        "one collection, p50",
        &format!("{ours:.2} ms"),
        &format!("{beside:.2} ms, {what}"),
        ours / beside,
        goal,
    );
}
