//! A month as it is told.
//!
//! ```text
//! {"period": "2026-10", "state": "closed", "digest": "5b3c…", "seal": {"closed_at": "…", …}, "summary": {…}, …}
//! ```

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    hex,
    period::{
        correction::Change,
        ledger::{Correction, Period, Seal},
        state::{Cause, ClosedBy, State},
    },
    sheet::cell::Cell,
    statement::{moment::Moment, summary::Summary},
    store::entry::Hash,
};

/// The months of a cluster, from the first reading that was kept to the month that is open now, or a page of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Periods<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// In their order; empty where nothing was ever kept.
    pub periods: Vec<Told>,
    /// Say it as `cursor` with the same query for the next page; not there on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub next_cursor: Option<String>,
}

/// A month of a cluster.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Period)]
pub struct Told {
    /// Name of the cluster.
    cluster: String,
    /// The month, as `2026-10`.
    period: String,
    /// How far it is.
    state: State,
    /// Its first moment.
    from: Moment,
    /// The moment behind its last one.
    to: Moment,
    /// The zone whose midnights part it from others.
    zone: String,
    /// What seals it, a SHA-256 in hex; null before it is closed.
    digest: Option<String>,
    /// What the digest is made of beside the summary; null before it is closed.
    seal: Option<ToldSeal>,
    /// What it adds up to: up to now, and for ever once it is closed.
    summary: Summary,
    /// What is booked in it of months that were closed before; they stand in no figure of its summary.
    corrections: Vec<ToldCorrection>,
}

/// What seals a closed month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeriodSeal)]
struct ToldSeal {
    /// When it closed.
    closed_at: Moment,
    /// What closed it.
    closed_by: ClosedBy,
    /// The digest of the month before; null for the first.
    previous_digest: Option<String>,
    /// Of how many readings it is made.
    readings: u64,
    /// The SHA-256 of their names.
    readings_digest: String,
    /// The digest of the last correction that is booked in it; null where there is none.
    corrections_digest: Option<String>,
}

/// What one reading changes of a month that was closed before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Correction)]
struct ToldCorrection {
    /// Its place among those of the cluster, from 1.
    sequence: u64,
    /// The month that is corrected.
    period: String,
    /// When it was booked.
    at: Moment,
    /// Why it is corrected.
    cause: Cause,
    /// The reading that came late, or is read otherwise by now.
    reading_id: String,
    /// When that was read otherwise; null where it came late.
    revised_at: Option<Moment>,
    /// What changes of which quantity; empty where nothing does.
    changes: Vec<Change>,
    /// The digest of the correction before; null for the first.
    previous_digest: Option<String>,
    /// Its own digest, a SHA-256 in hex.
    digest: String,
}

/// The columns of months as rows.
pub const COLUMNS: [&str; 9] = [
    "cluster",
    "period",
    "state",
    "from",
    "to",
    "zone",
    "digest",
    "coverage",
    "corrections",
];

impl Told {
    /// Of a month.
    pub fn of(period: Period) -> Told {
        Told {
            cluster: period.cluster.to_string(),
            period: period.month.to_string(),
            state: period.state,
            from: period.summary.from,
            to: period.summary.to,
            zone: period.zone,
            digest: period.seal.map(|seal| hex::lower(&seal.digest)),
            seal: period.seal.map(ToldSeal::of),
            summary: period.summary,
            corrections: period
                .corrections
                .into_iter()
                .map(ToldCorrection::of)
                .collect(),
        }
    }

    /// A row under [`COLUMNS`].
    pub fn row(&self) -> Vec<Cell> {
        let corrections = u64::try_from(self.corrections.len()).unwrap_or(u64::MAX);
        vec![
            self.cluster.clone().into(),
            self.period.clone().into(),
            self.state.name().into(),
            self.from.0.into(),
            self.to.0.into(),
            self.zone.clone().into(),
            Cell::maybe(self.digest.clone()),
            self.summary.coverage.into(),
            corrections.into(),
        ]
    }
}

impl ToldSeal {
    fn of(seal: Seal) -> ToldSeal {
        ToldSeal {
            closed_at: Moment(seal.closed_at),
            closed_by: seal.closed_by,
            previous_digest: maybe(seal.previous),
            readings: seal.readings,
            readings_digest: hex::lower(&seal.readings_digest),
            corrections_digest: maybe(seal.corrections_digest),
        }
    }
}

impl ToldCorrection {
    fn of(correction: Correction) -> ToldCorrection {
        ToldCorrection {
            sequence: correction.sequence,
            period: correction.month.to_string(),
            at: Moment(correction.at),
            cause: correction.cause,
            reading_id: correction.reading.to_string(),
            revised_at: correction.revised.map(Moment),
            changes: correction.changes,
            previous_digest: maybe(correction.previous),
            digest: hex::lower(&correction.digest),
        }
    }
}

fn maybe(hash: Option<Hash>) -> Option<String> {
    hash.map(|hash| hex::lower(&hash))
}
