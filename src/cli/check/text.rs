//! What a check found, for people: 80 columns, without colour.

use std::io::{self, Write};

use bytesize::ByteSize;

use crate::{
    chain::chain,
    cli::check::{
        base,
        columns::Line,
        fold,
        found::{Found, Printed},
        licence::Licence,
        printed_back::PrintedBack,
        raw, table,
        verdict::Verdict,
    },
    clock,
    condition::LicenseState,
    reading::{Figure, StorageReading},
    source::{compute_stat, error::SourceError},
};

/// Behind a refusal, which names the next try of a service that is refused now.
const NO_WAIT: &str = "A check does not wait: run it again once this is mended. A service that runs has a pause of its own: \
                       its /ready says in next_try when that ends.";

/// Everything about one cluster.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, found: &Found) -> io::Result<()> {
    fold::write(out, "== cluster ", found.cluster.as_str())?;
    if let Some(reading) = found.billed.reading() {
        billed(out, reading)?;
    }
    sources(out, found)?;
    if let Some(printed) = &found.printed {
        said(out, printed)?;
    }
    writeln!(out, "\n-- figures; one without from and to is exact")?;
    table::write(out, found)?;
    if let Some(base) = found.size_base {
        writeln!(out, "\n-- size base: what a printed T is a power of")?;
        base::write(out, found, base)?;
    }
    writeln!(out, "\n-- licence")?;
    licence(out, found.licence())?;
    if let Some(printed) = &found.printed
        && let Some(back) = &printed.back
    {
        printed_back(out, back)?;
        drift(out, printed)?;
    }
    compute(out, found)?;
    end(out, found)
}

fn end(out: &mut impl Write, found: &Found) -> io::Result<()> {
    let compared = found.compared.comparisons.iter();
    let compared = compared
        .filter(|it| it.verdict.distance().is_some())
        .count();
    let words = match found.verdict() {
        Verdict::Well if compared == 0 => {
            "all well: the figures were read, and print back as they were printed"
        }
        Verdict::Well => {
            "all well: the figures were read, print back as they were printed, and agree with every witness in whatever can be compared"
        }
        Verdict::Differs => "NOT well: something cannot be read, or is not what it should be",
        Verdict::Misconfigured => "NOT well: the settings do not fit what is there",
        Verdict::Unreached => "NOT well: a peer cannot be reached, or refused us",
    };
    writeln!(out)?;
    fold::write(out, "== ", &format!("{}: {words}", found.cluster))?;
    writeln!(out)
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
    )
}

/// Who was asked, when each answered, and who did not.
fn sources(out: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(out, "\n-- sources of storage")?;
    for (number, asked) in found.asked().enumerate() {
        let part = if number == 0 { "billed" } else { "witness" };
        let name = asked.source.name();
        match &asked.read.reading {
            Ok(reading) => {
                let at = clock::rfc3339(reading.observed_at);
                writeln!(out, "{name:<12}{part:<9}read at {at}")?;
            }
            Err(error) => no_reading(out, &format!("{name:<12}{part:<9}"), error)?,
        }
    }
    if found.witnesses.is_empty() {
        writeln!(
            out,
            "no witness is read: the figures are compared with nothing"
        )?;
    }
    Ok(())
}

fn no_reading(out: &mut impl Write, lead: &str, error: &SourceError) -> io::Result<()> {
    writeln!(out, "{lead}no reading ({})", error.code().name())?;
    fold::write(out, "  ", &chain(error))?;
    match error.next_try() {
        Some(_) => fold::write(out, "  ", NO_WAIT),
        None => Ok(()),
    }
}

/// What the node printed, what of it was read, and where that was not possible.
fn said(out: &mut impl Write, printed: &Printed) -> io::Result<()> {
    let evidence = &printed.evidence;
    writeln!(out)?;
    let node = evidence.node.as_deref().unwrap_or("a node");
    fold::write(out, "-- what ", &format!("{node} printed"))?;
    if let Some(command) = &evidence.command {
        fold::field(out, "command", command)?;
    }
    fold::field(out, "at", &clock::rfc3339(evidence.at))?;
    let text = printed.text();
    let marks = printed.report.as_ref().map(|(report, _)| report.marks());
    fold::field(
        out,
        "marks",
        "^ a number that was read, ? a line that no rule reads",
    )?;
    raw::write(
        out,
        &text,
        &marks.unwrap_or_default(),
        &printed.unread_numbers(),
    )?;
    if let Err(error) = &printed.report {
        writeln!(out, "\n-- where it cannot be read")?;
        raw::error(out, &text, error)?;
    }
    Ok(())
}

fn licence(out: &mut impl Write, licence: Option<Licence>) -> io::Result<()> {
    let Some(licence) = licence else {
        return fold::field(
            out,
            "state",
            "unknown: no source that was read speaks of it",
        );
    };
    let (license, warnings) = (&licence.license, licence.warnings());
    let state = LicenseState::word(license.state.as_deref());
    fold::field(
        out,
        "state",
        &format!("{state}, by {}", licence.source.name()),
    )?;
    for (name, figure) in [
        ("used", license.used),
        ("capacity", license.capacity),
        ("free", license.free),
    ] {
        figure_line(out, name, figure)?;
    }
    let headroom = match licence.headroom {
        None => "not known".to_owned(),
        Some(it) if it.least == it.most => format!("{} % left", it.left),
        Some(it) => format!(
            "{} % left; what was printed stands for {} to {} %",
            it.left, it.least, it.most
        ),
    };
    fold::field(out, "headroom", &headroom)?;
    let last = match (license.expires_on, licence.days_left) {
        (Some(last), _) if licence.is_without_end() => {
            format!("{last}, which stands for a licence without an end")
        }
        (Some(last), Some(days)) => format!("{last}, days left: {days}"),
        _ => "not known".to_owned(),
    };
    fold::field(out, "last day", &last)?;
    for warning in warnings {
        fold::field(out, "warning", &warning)?;
    }
    Ok(())
}

fn figure_line(out: &mut impl Write, name: &str, figure: Option<Figure>) -> io::Result<()> {
    let Some(figure) = figure else {
        return fold::field(out, name, "not known");
    };
    let printed = figure.printed.map(|size| size.to_string());
    let line = Line {
        printed: printed.as_deref().unwrap_or(""),
        ..Line::of(name, figure.amount.bytes)
    };
    line.write(out)
}

fn printed_back(out: &mut impl Write, back: &PrintedBack) -> io::Result<()> {
    let all = back.same + back.differ.len();
    let same = back.same;
    writeln!(
        out,
        "\n-- printed back: {same} of {all} lines are the same to the letter"
    )?;
    for line in &back.differ {
        let head = format!("NOT the same: line {}: ", line.line);
        fold::write(out, &head, &line.text)?;
    }
    writeln!(
        out,
        "{:<30}{:>12}{:>14}",
        "number", "in the text", "printed back"
    )?;
    for token in &back.tokens {
        let word = if token.is_same() {
            "same"
        } else {
            "NOT the same"
        };
        let (text, printed) = (&token.mark.text, &token.printed);
        let figure = &token.mark.figure;
        match figure.chars().count() + text.chars().count() < 42 {
            true => {
                let room = 42 - figure.chars().count();
                writeln!(out, "{figure}{text:>room$}{printed:>14}  {word}")?;
            }
            false => {
                fold::write(out, "", figure)?;
                writeln!(out, "{text:>42}{printed:>14}  {word}")?;
            }
        }
    }
    Ok(())
}

fn drift(out: &mut impl Write, printed: &Printed) -> io::Result<()> {
    let Some(message) = printed.drift() else {
        return Ok(());
    };
    writeln!(out, "\n-- lines that no rule reads")?;
    for line in printed.unread() {
        raw::unread(out, line)?;
    }
    fold::field(out, "warning", &message)
}

fn compute(out: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(out)?;
    fold::write(out, "-- compute, from the panel ", &found.panel)?;
    let reading = match &found.compute {
        Ok(reading) => reading,
        Err(error) => return no_reading(out, "", error),
    };
    for name in compute_stat::figure_names() {
        match reading.figure(name) {
            Some(figure) => writeln!(out, "{name:<36} {figure:>20}")?,
            None => writeln!(out, "{name:<36} {:>20}", "(not given)")?,
        }
    }
    Ok(())
}
