//! `store check`: looks at everything that is kept, and says what is not as it should be.
//!
//! ```text
//! WRONG text 9f86d081884c7d65…: it is not what was written
//! WRONG hour cluster1 storage 2026-10-07T12:00:00Z: it does not say what the readings say
//! 44640 texts, 89280 readings, 1488 hours, 62 days and 2 months: 2 are wrong
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    cli::{archive::Archive, exit::Failure, plain::Plain, progress::Progress},
    clock,
    config::origins::Origins,
    store::checked::{Counted, Looked, Told, Wrong},
};

/// What to do with it.
#[derive(Clone, Debug, Subcommand)]
pub enum Options {
    /// Look at everything that is kept, and say what is not as it should be
    ///
    /// The file, every raw text against its hash, every reading against its id, every hour and day against the
    /// readings where these are kept, and every month against its days. Ends with 0 where all of it is sound, with 1
    /// where anything is not, and with 3 where the store is not there. The service may go on meanwhile.
    Check(Check),
}

/// How to say it.
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Does it.
///
/// # Errors
/// Where the settings are wrong, the store cannot be read, or the result cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let Options::Check(Check { json }) = options;
    let archive = Archive::open(origins).await?;
    let ended = check(&archive, json).await;
    archive.store.close().await;
    ended
}

async fn check(archive: &Archive, as_json: bool) -> Result<ExitCode, Failure> {
    let progress = Progress::new(0);
    let (mut found, mut written) = (Vec::new(), Ok(()));
    let tell = |told| match told {
        Told::Wrong(wrong) if as_json => found.push(wrong),
        // A line at once: what is damaged may keep the check from coming to its end.
        Told::Wrong(wrong) if written.is_ok() => written = line(&wrong),
        Told::Wrong(_) => {}
        Told::SoFar { done, of, readings } => progress.show_of(done, of, readings),
    };
    let retention = archive.settings.retention;
    let counted = archive.store.check(clock::now(), retention, tell).await;
    drop(progress);
    written?;
    let counted = counted?;
    let mut out = Plain::new(io::stdout().lock());
    match as_json {
        true => writeln!(out, "{:#}", json!({"counted": counted, "wrong": found}))?,
        false => total(&mut out, counted)?,
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(counted.wrong > 0)))
}

fn line(wrong: &Wrong) -> io::Result<()> {
    let Wrong {
        kind,
        which,
        problem,
    } = wrong;
    let mut out = Plain::new(io::stdout().lock());
    match kind {
        Looked::File => writeln!(out, "WRONG file: {problem}"),
        kind => writeln!(out, "WRONG {} {which}: {problem}", kind.name()),
    }
}

fn total(out: &mut impl Write, counted: Counted) -> io::Result<()> {
    let Counted {
        texts,
        readings,
        hours,
        days,
        months,
        wrong,
        ..
    } = counted;
    writeln!(
        out,
        "{texts} texts, {readings} readings, {hours} hours, {days} days and {months} months: {wrong} are wrong"
    )
}
