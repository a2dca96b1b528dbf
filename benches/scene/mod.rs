//! What a benchmark sets up and takes down again: a folder, children, and an early end on a signal.

#![allow(
    clippy::print_stderr,
    dead_code,
    reason = "each benchmark says where it is, and none needs all of this room"
)]

pub(crate) mod started;

use std::{
    env,
    ffi::OsString,
    io,
    process::{Child, ExitCode},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

/// What is started has started within this time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Where a benchmark is, for whoever waits.
pub(crate) fn say(words: &str) {
    eprintln!("  {words}");
}

/// A folder of its own below the target folder, gone when it is dropped.
pub(crate) fn folder() -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
}

/// The program as it is released. Cargo builds one with the tests' features, too, and `tests/bench` names the
/// one without them.
pub(crate) fn program() -> OsString {
    let released = env::var_os("BENCH_PROGRAM");
    released.unwrap_or_else(|| env!("CARGO_BIN_EXE_vhi-usage").into())
}

/// Does the work in a task, as the service does its own, and prints why it came to nothing. A signal ends it
/// early; what the caller holds is dropped in either case.
pub(crate) fn perform<W>(runtime: &Runtime, work: W) -> ExitCode
where
    W: Future<Output = Result<(), String>> + Send + 'static,
{
    let end = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
        tokio::select! {
            done = tokio::spawn(work) => done.map_err(|error| error.to_string())?,
            _ = interrupt.recv() => Err("interrupted".to_owned()),
            _ = terminate.recv() => Err("asked to end".to_owned()),
        }
    });
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}

/// A child that is killed and waited for when dropped.
#[derive(Debug)]
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        // It may have ended already, and been waited for.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
