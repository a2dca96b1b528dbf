//! The table of figures: each with what it was printed as, its interval, and below it every witness.
//!
//! ```text
//! physical.total      57.3TB        63002016271565        57.3000
//!   from                            62947040690176        57.2500
//!   to                              63111967434342        57.4000
//!   overview                        63632036434280        57.8730  DIFFERS
//!     difference                      630020162715         0.5730
//!     tolerance                       109951162777         0.1000
//! ```

use std::io::{self, Write};

use crate::{
    cli::check::{
        columns::{self, Line},
        fold,
        found::Found,
        rows::{self, Row},
    },
    reading::Figure,
    witness::{Comparison, verdict::Verdict},
};

/// Every figure of the billed source and what each witness says of it.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, found: &Found) -> io::Result<()> {
    let rows = rows::rows(found);
    if rows.is_empty() {
        return writeln!(
            out,
            "none: neither the billed source nor a witness gave a reading"
        );
    }
    columns::head(out, "verdict")?;
    for row in rows {
        let Row {
            name,
            figure,
            comparisons,
        } = row;
        match figure {
            Some(figure) => amount(out, &name, figure)?,
            None => writeln!(out, "{name:<26}{:>22}", "(not given)")?,
        }
        for comparison in comparisons {
            compared(out, comparison, found)?;
        }
    }
    Ok(())
}

/// A figure, and its interval unless it is exact.
fn amount(out: &mut impl Write, name: &str, figure: Figure) -> io::Result<()> {
    let printed = figure.printed.map(|size| size.to_string());
    let amount = figure.amount;
    let line = Line {
        printed: printed.as_deref().unwrap_or(""),
        ..Line::of(name, amount.bytes)
    };
    line.write(out)?;
    if amount.min < amount.max {
        Line::of("  from", amount.min).write(out)?;
        Line::of("  to", amount.max).write(out)?;
    }
    Ok(())
}

fn compared(out: &mut impl Write, comparison: &Comparison, found: &Found) -> io::Result<()> {
    let name = format!("  {}", comparison.source.name());
    let word = match comparison.verdict {
        Verdict::Agrees(_) => "agrees",
        Verdict::Differs(_) => "DIFFERS",
        Verdict::NotComparable(_) => "not compared",
    };
    let why = comparison.verdict.why().map(|why| {
        let [here, there] = [found.billed.source, comparison.source].map(|it| it.basis().name());
        rows::why(why, here, there)
    });
    let Some(figure) = comparison.witness else {
        let words = format!("{word}: {}", why.unwrap_or_default());
        return fold::write(out, &format!("{name:<14}"), &words);
    };
    let printed = figure.printed.map(|size| size.to_string());
    let line = Line {
        printed: printed.as_deref().unwrap_or(""),
        word,
        ..Line::of(&name, figure.amount.bytes)
    };
    line.write(out)?;
    let Some(distance) = comparison.verdict.distance() else {
        return fold::write(out, "    ", &why.unwrap_or_default());
    };
    let difference = Line {
        is_negative: distance.difference < 0,
        bytes: distance.difference.unsigned_abs(),
        ..Line::of("    difference", 0)
    };
    difference.write(out)?;
    let tolerance = Line {
        bytes: distance.tolerance,
        ..Line::of("    tolerance", 0)
    };
    tolerance.write(out)
}
