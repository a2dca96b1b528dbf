//! What the exact witnesses say of the size base.
//!
//! ```text
//! in force    1024, by default; it never switches by itself
//! evidence    confirmed
//!
//! physical.total      57.3TB
//!   1024 from                       62947040690176        57.2500
//!   …
//!   overview                        63002016271565        57.3000  only 1024
//! ```

use std::io::{self, Write};

use crate::{
    amount::{Amount, SizeBase},
    cli::check::{
        columns::{self, Line},
        fold,
        found::Found,
    },
    reading::{BaseInForce, Source, StorageReading},
    vstorage::token::Size,
    witness::size_base::{SizeBaseEvidence, Support},
};

/// What a source in exact bytes supports, and with which physical total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// Which source.
    pub source: Source,
    /// Which base its total fits.
    pub support: Support,
    /// Its physical total.
    pub total: Amount,
}

/// What each source in exact bytes says of the base, the billed one first.
pub fn says(found: &Found) -> Vec<Says> {
    let support = found.compared.size_base.iter().flat_map(|it| &it.support);
    let says = |(source, support): &(Source, Support)| {
        let mut readings = found.readings();
        let reading = readings.find(|reading| reading.source == *source)?;
        Some(Says {
            source: *source,
            support: *support,
            total: reading.physical?.total.amount,
        })
    };
    support.filter_map(says).collect()
}

/// What all of them say together.
pub fn evidence(found: &Found) -> SizeBaseEvidence {
    let finding = found.compared.size_base.as_ref();
    finding.map_or(SizeBaseEvidence::Undecided, |finding| finding.evidence())
}

/// The physical total as it was printed; `None` where nothing was.
pub fn printed(found: &Found) -> Option<Size> {
    let printed = |reading: &StorageReading| reading.physical?.total.printed;
    found.readings().find_map(printed)
}

/// The base that is not in force.
pub fn other(base: SizeBase) -> SizeBase {
    match base {
        SizeBase::Binary => SizeBase::Decimal,
        SizeBase::Decimal => SizeBase::Binary,
    }
}

/// The base in force, what speaks for it and what against.
///
/// # Errors
/// The writer's own.
pub fn write(out: &mut impl Write, found: &Found, base: BaseInForce) -> io::Result<()> {
    let factor = base.base.factor();
    let origin = match base.configured {
        true => "as configured",
        false => "by default",
    };
    let words = format!("{factor}, {origin}; it is a setting and never switches by itself");
    fold::field(out, "in force", &words)?;
    let (says, evidence) = (says(found), evidence(found));
    let because = match (evidence, says.as_slice()) {
        (SizeBaseEvidence::Undecided, _) if printed(found).is_none() => {
            ": there is no reading of printed sizes"
        }
        (SizeBaseEvidence::Undecided, []) => ": no witness tells a physical total in exact bytes",
        (SizeBaseEvidence::Undecided, _) => ": no exact total fits one base alone",
        _ => "",
    };
    fold::field(out, "evidence", &format!("{}{because}", evidence.name()))?;
    if evidence == SizeBaseEvidence::Contradicted {
        let right = other(base.base);
        let words =
            format!("figures stay as they are; if {right} is right, write into [[cluster]]:");
        fold::field(out, "way out", &words)?;
        fold::field(out, "", &format!("size_base = {right}"))?;
    }
    let Some(size) = printed(found).filter(|_| !says.is_empty()) else {
        return Ok(());
    };
    writeln!(out)?;
    columns::head(out, "fits")?;
    writeln!(out, "{:<15}{:>11}", "physical.total", size.to_string())?;
    for base in [SizeBase::Binary, SizeBase::Decimal] {
        if let Some(Amount { min, max, .. }) = size.amount(base) {
            Line::of(&format!("  in {base} from"), min).write(out)?;
            Line::of(&format!("  in {base} to"), max).write(out)?;
        }
    }
    for Says {
        source,
        support,
        total,
    } in says
    {
        let word = match support {
            Support::Binary | Support::Decimal => format!("only {}", support.name()),
            Support::Both | Support::Neither => support.name().to_owned(),
        };
        let name = format!("  {}", source.name());
        let line = Line {
            word: &word,
            ..Line::of(&name, total.bytes)
        };
        line.write(out)?;
    }
    Ok(())
}
