//! What a check found, for people: the raw text, the figures, what agrees and what does not.

use std::io::{self, Write};

use bytesize::ByteSize;

use crate::{
    chain::chain,
    cli::{
        caret, figures,
        found::{Found, Verdict},
    },
    clock,
    reading::{Evidence, StorageReading},
    source::compute_stat,
    vstorage::lines,
};

/// Everything about one cluster.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(out, "== cluster {}", found.config.name)?;
    storage(out, found)?;
    compute(out, found)?;
    let words = match found.verdict() {
        Verdict::Well => "all well: the figures were read, and print back as they were printed",
        Verdict::Differs => "NOT well: something cannot be read, or is not what it should be",
        Verdict::Misconfigured => "NOT well: the settings do not fit what is there",
        Verdict::Unreached => "NOT well: a peer cannot be reached, or refused us",
    };
    writeln!(out, "\n== {}: {words}\n", found.config.name)
}

fn storage(out: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(out, "\n-- storage, over ssh")?;
    if let Err(error) = &found.read.reading {
        writeln!(
            out,
            "no reading ({}): {}",
            error.code().name(),
            chain(error)
        )?;
    }
    let (Some(evidence), Some(report)) = (&found.read.evidence, &found.report) else {
        return Ok(());
    };
    raw(out, evidence)?;
    match report {
        Err(error) => {
            writeln!(out)?;
            caret::point(
                out,
                &evidence.node,
                &String::from_utf8_lossy(&evidence.text),
                error,
            )?;
        }
        Ok((report, space)) => {
            writeln!(out, "\nwhat it says:")?;
            figures::write(
                out,
                &figures::rows(report, *space, found.config.size_base.base),
            )?;
            for line in &report.unread {
                writeln!(out, "no rule reads line {}: {}", line.line, line.text)?;
            }
        }
    }
    if let Some(lines) = &found.printed_back {
        let all = lines.same + lines.differ.len();
        writeln!(
            out,
            "printed back: {} of {all} lines are the same to the letter",
            lines.same
        )?;
        for line in &lines.differ {
            writeln!(out, "  NOT the same: line {}: {}", line.line, line.text)?;
        }
    }
    if let Some(reading) = found.storage() {
        billed(out, reading)?;
    }
    writeln!(out, "witnesses: none is read")
}

fn raw(out: &mut impl Write, evidence: &Evidence) -> io::Result<()> {
    let at = clock::rfc3339(evidence.at);
    writeln!(out, "{}, at {at}: {}", evidence.node, evidence.command)?;
    for (number, line) in String::from_utf8_lossy(&evidence.text).lines().enumerate() {
        writeln!(out, "{:>4} | {}", number + 1, lines::without_colour(line))?;
    }
    Ok(())
}

fn billed(out: &mut impl Write, reading: &StorageReading) -> io::Result<()> {
    let size = |bytes| ByteSize::b(bytes).display().iec();
    let logical = reading.logical;
    writeln!(
        out,
        "billed: {} used of {}, basis {}",
        size(logical.used.amount.bytes),
        size(logical.total.amount.bytes),
        reading.basis.name()
    )?;
    if let Some(base) = reading.size_base {
        writeln!(
            out,
            "units: powers of {} ({}); no witness has confirmed it",
            base.base,
            base.origin().name()
        )?;
    }
    Ok(())
}

fn compute(out: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(
        out,
        "\n-- compute, from the panel {}",
        found.config.panel.url
    )?;
    let reading = match &found.compute {
        Ok(reading) => reading,
        Err(error) => {
            return writeln!(
                out,
                "no reading ({}): {}",
                error.code().name(),
                chain(error)
            );
        }
    };
    for name in compute_stat::figure_names() {
        match reading.figure(name) {
            Some(figure) => writeln!(out, "{name:<36} {figure:>20}")?,
            None => writeln!(out, "{name:<36} {:>20}", "(not given)")?,
        }
    }
    Ok(())
}
