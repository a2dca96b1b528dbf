//! `replay`: every kept reading once more from its raw text, by today's parser, and what differs.
//!
//! ```text
//! cluster1 2026-10-07T12:00:00.000Z storage ssh 948d0840-0e8d-5c37-ba9a-bf81eea309e6
//!     logical.used     49917986001031   ->   49917986001032 in 49863010500403..49972961501661
//!     the reading has its new figures: its month is not closed
//! 44640 readings: 1 with other figures, 0 that cannot be read any more, 0 without their text, 1 booked
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    amount::Amount,
    cli::{archive::Archive, exit::Failure, plain::Plain, span::Span},
    clock,
    cluster_name::ClusterName,
    config::origins::Origins,
    period::{
        booking,
        replay::{Change, Differs, Finding, Replay, Totals},
    },
    store::revisions::Revised,
};

/// What to read again.
#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(flatten)]
    span: Span,
    /// This cluster alone
    #[arg(long, value_name = "NAME")]
    cluster: Option<ClusterName>,
    /// Book what differs: in a month that is not closed the readings take the new figures, and of a closed one the
    /// difference becomes a correction
    #[arg(long)]
    apply: bool,
    /// One JSON object for each reading that differs, one line each, and behind them one for each cluster
    #[arg(long)]
    json: bool,
}

/// Reads again what was asked for.
///
/// # Errors
/// When the store cannot be opened or read, or the result cannot be written.
pub async fn run(origins: &Origins, options: Options) -> Result<ExitCode, Failure> {
    let archive = Archive::open(origins).await?;
    let ended = replay(&archive, &options).await;
    archive.store.close().await;
    ended
}

async fn replay(archive: &Archive, options: &Options) -> Result<ExitCode, Failure> {
    let window = options.span.window(&archive.settings.zone)?;
    let book = options.apply.then(clock::now);
    let mut same = true;
    for cluster in archive.clusters(options.cluster.as_ref()).await? {
        let mut replay = Replay::new(&archive.store, &cluster).await?;
        let told = |finding| -> Result<(), Failure> {
            let mut out = io::stdout().lock();
            match options.json {
                true => writeln!(out, "{}", line(&finding))?,
                false => show(&mut Plain::new(&mut out), &finding)?,
            }
            Ok(())
        };
        replay.run(window, book, told).await?;
        if let Some(now) = book {
            // What of closed months was found is corrected at once, and not only when a service runs next.
            let calendar = archive.ledger().calendar;
            booking::book_due(&archive.store, &calendar, &cluster, now).await?;
        }
        let totals = replay.totals();
        same &= totals.is_same();
        let mut out = io::stdout().lock();
        match options.json {
            true => writeln!(out, "{}", totals_line(&cluster, totals))?,
            false => show_totals(&mut out, &cluster, totals)?,
        }
        out.flush()?;
    }
    Ok(match same {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

fn show(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let entry = &finding.entry;
    let late = if finding.late { " late" } else { "" };
    writeln!(
        out,
        "{} {} {} {} {}{late}",
        entry.cluster,
        clock::rfc3339(entry.at),
        entry.role.name(),
        entry.origin.source.name(),
        entry.id,
    )?;
    match &finding.differs {
        Differs::Unreadable(why) => writeln!(out, "    cannot be read any more: {why}"),
        Differs::Figures { changes, booked } => {
            for Change { quantity, was, is } in changes {
                let (was, is) = (shown(*was), shown(*is));
                writeln!(out, "    {:18} {was}   ->   {is}", quantity.name())?;
            }
            match booked.map(becomes) {
                Some(what) => writeln!(out, "    {what}"),
                None => Ok(()),
            }
        }
    }
}

/// A figure with the interval that it lies in, where it has one.
fn shown(amount: Option<Amount>) -> String {
    match amount {
        None => "not read".to_owned(),
        Some(Amount { bytes, min, max }) if min == max => bytes.to_string(),
        Some(Amount { bytes, min, max }) => format!("{bytes} in {min}..{max}"),
    }
}

fn becomes(booked: Revised) -> &'static str {
    match booked {
        Revised::Replaced => "the reading has its new figures: its month is not closed",
        Revised::ToCorrect => "its month is closed: the difference becomes a correction",
        Revised::Kept => {
            "it counts in no closed month: its new figures are kept beside it, and nothing is corrected"
        }
        Revised::Same => "it was booked meanwhile",
        Revised::Unknown => "the reading is kept no longer",
    }
}

fn show_totals(out: &mut impl Write, cluster: &ClusterName, totals: Totals) -> io::Result<()> {
    let Totals {
        readings,
        changed,
        unreadable,
        without_text,
        booked,
    } = totals;
    writeln!(
        out,
        "{cluster}: {readings} readings: {changed} with other figures, {unreadable} that cannot be read any more, \
         {without_text} without their text, {booked} booked"
    )
}

/// One reading that differs, on one line.
fn line(finding: &Finding) -> Value {
    let entry = &finding.entry;
    let amount = |amount: Option<Amount>| match amount {
        None => Value::Null,
        Some(Amount { bytes, min, max }) => json!({"value": bytes, "min": min, "max": max}),
    };
    let (changes, booked, why) = match &finding.differs {
        Differs::Unreadable(why) => (Vec::new(), None, Some(why)),
        Differs::Figures { changes, booked } => {
            let change = |it: &Change| json!({"quantity": it.quantity.name(), "was": amount(it.was), "is": amount(it.is)});
            (changes.iter().map(change).collect(), *booked, None)
        }
    };
    json!({
        "cluster": entry.cluster.as_str(),
        "reading_id": entry.id,
        "observed_at": clock::rfc3339(entry.at),
        "role": entry.role.name(),
        "source": entry.origin.source.name(),
        "parser": entry.origin.parser,
        "late": finding.late,
        "changes": changes,
        "unreadable": why,
        "booked": booked.map(|it| match it {
            Revised::Replaced => "replaced",
            Revised::ToCorrect => "correction",
            Revised::Kept => "kept",
            Revised::Same | Revised::Unknown => "no",
        }),
    })
}

fn totals_line(cluster: &ClusterName, totals: Totals) -> Value {
    json!({
        "cluster": cluster.as_str(),
        "readings": totals.readings,
        "changed": totals.changed,
        "unreadable": totals.unreadable,
        "without_text": totals.without_text,
        "booked": totals.booked,
    })
}
