//! What witnesses say, within `storage`: of the billed figures, and of the size base.
//!
//! ```text
//! {"source": "overview", "quantity": "physical.used", "verdict": "agrees", "difference_bytes": 1083648, …}
//! ```

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::state::Why as Reason,
    clock,
    figure::Figure as Wire,
    reading::{Source, StorageReading},
    usage::{ClusterUsage, Part},
    witness::{
        Comparison,
        quantity::Quantity,
        size_base::Support,
        verdict::{Outcome, Why},
    },
};

/// Which size base the exact physical total of a source fits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SupportedSizeBase)]
pub struct Supported {
    /// The source in exact bytes.
    source: Source,
    /// The base in whose interval its physical total lies.
    supports: Support,
}

/// One quantity of one witness, held against the billed figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Witness)]
pub struct Witnessed<'a> {
    /// The witness.
    source: Source,
    /// What is compared.
    quantity: Quantity,
    /// What came of it.
    verdict: Outcome,
    /// The witness's figure less the billed one, in bytes; null where nothing was compared.
    #[schema(format = Int64)]
    difference_bytes: Option<i128>,
    /// How far apart the two may be in this direction without either being wrong, in bytes: as far as the intervals of
    /// both and the time between the two readings explain. Null where nothing was compared.
    #[schema(format = Int64)]
    tolerance_bytes: Option<u128>,
    /// The witness's own figure; null where it gives none.
    figure: Option<Wire>,
    /// When the witness was read; null where it has no usable reading.
    #[schema(format = DateTime)]
    observed_at: Option<String>,
    /// Why nothing was compared; null where the two were.
    why: Option<Why>,
    /// Why the witness has no fresh reading; null where it has.
    reason: Option<Reason<'a>>,
}

impl Supported {
    /// Of what a source supports.
    pub fn of((source, supports): &(Source, Support)) -> Supported {
        let (source, supports) = (*source, *supports);
        Supported { source, supports }
    }
}

impl<'a> Witnessed<'a> {
    /// Of a comparison within this usage.
    pub fn of(row: &Comparison, usage: &'a ClusterUsage) -> Witnessed<'a> {
        let distance = row.verdict.distance();
        let part = part_of(usage, row.source);
        let observed_at = |reading: &StorageReading| clock::rfc3339(reading.observed_at);
        Witnessed {
            source: row.source,
            quantity: row.quantity,
            verdict: row.verdict.outcome(),
            difference_bytes: distance.map(|it| it.difference),
            tolerance_bytes: distance.map(|it| it.tolerance),
            figure: row.witness.map(Wire::from),
            observed_at: part.and_then(|part| part.reading()).map(observed_at),
            why: row.verdict.why(),
            reason: part.and_then(|part| part.reason()).map(Reason::from),
        }
    }
}

fn part_of(usage: &ClusterUsage, source: Source) -> Option<&Part<StorageReading>> {
    let witness = usage.witnesses.iter().find(|it| it.source == source)?;
    Some(&witness.part)
}
