//! The billed reading held against others of the same cluster: difference, tolerance, verdict.
//!
//! ```text
//! physical.used   ssh 48708365112320 ± …   overview 48708364000000   difference -1112320   agrees
//! ```
//!
//! Only quantities that mean the same are compared. The tolerance follows from what is known: the intervals of
//! printed figures, and the time between the two readings, in which clients go on writing and deleting. A witness is
//! compared and never billed.

pub mod quantity;
pub mod size_base;
pub mod verdict;

use jiff::Timestamp;

use crate::{
    reading::{Figure, Source, StorageReading},
    witness::{
        quantity::Quantity,
        size_base::SizeBaseFinding,
        verdict::{Verdict, Why},
    },
};

/// By convention, what is used or free may move between two readings as fast as if the cluster were written full
/// within a day. A large deletion can be faster: then the next pair of readings agrees again.
const FULL_WITHIN_MS: u128 = 24 * 60 * 60 * 1000;
/// Series stand for the moment of the last scrape, and a rule over them for one before it: each a minute by
/// Prometheus's defaults.
const SERIES_LAG_MS: u128 = 2 * 60 * 1000;

/// A witness, or why there is none at this moment.
pub type Heard<'a> = (Source, Option<&'a StorageReading>);

/// Everything that was compared, and what follows for the size base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Each witness by each quantity, in their orders.
    pub comparisons: Vec<Comparison>,
    /// Of the source that prints sizes; `None` where none was read.
    pub size_base: Option<SizeBaseFinding>,
}

/// One quantity of two readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The witness.
    pub source: Source,
    /// What was compared.
    pub quantity: Quantity,
    /// The billed figure, if there is one.
    pub billed: Option<Figure>,
    /// The witness's figure, if there is one.
    pub witness: Option<Figure>,
    /// What came of it.
    pub verdict: Verdict,
}

/// Holds each witness against the billed reading. A quantity that neither gives has no row.
pub fn compare(billed: Heard<'_>, witnesses: &[Heard<'_>]) -> Compared {
    let rows = |witness: &Heard<'_>| {
        let rows = Quantity::ALL.map(|quantity| comparison(quantity, billed, *witness));
        rows.into_iter().flatten()
    };
    let readings = std::iter::once(&billed).chain(witnesses);
    Compared {
        comparisons: witnesses.iter().flat_map(rows).collect(),
        size_base: SizeBaseFinding::of(readings.filter_map(|(_, reading)| *reading)),
    }
}

fn comparison(quantity: Quantity, billed: Heard<'_>, witness: Heard<'_>) -> Option<Comparison> {
    let figure = |(_, reading): Heard<'_>| quantity.of(reading?);
    let verdict = match (billed, figure(billed), witness, figure(witness)) {
        (_, None, _, None) => return None,
        ((one, _), _, (other, _), _) if !quantity.means_the_same(one, other) => {
            Verdict::NotComparable(Why::OtherBasis)
        }
        ((_, None), ..) => Verdict::NotComparable(Why::NoBilledReading),
        (_, _, (_, None), _) => Verdict::NotComparable(Why::NoWitnessReading),
        (_, None, ..) => Verdict::NotComparable(Why::NotGivenByBilled),
        (_, _, _, None) => Verdict::NotComparable(Why::NotGivenByWitness),
        ((_, Some(one)), _, (_, Some(other)), _) if !quantity.counted_alike(one, other) => {
            Verdict::NotComparable(Why::OtherCounter)
        }
        ((_, Some(one)), Some(here), (_, Some(other)), Some(there)) => {
            let moved = if quantity.drifts() {
                moved(one, other)
            } else {
                0
            };
            Verdict::of(here, there, moved)
        }
    };
    Some(Comparison {
        source: witness.0,
        quantity,
        billed: figure(billed),
        witness: figure(witness),
        verdict,
    })
}

/// How much clients may have written or deleted between the two readings, in bytes.
fn moved(one: &StorageReading, other: &StorageReading) -> u128 {
    let apart = apart_ms(one.observed_at, other.observed_at) + lag_ms(one) + lag_ms(other);
    let total = |reading: &StorageReading| {
        let physical = reading.physical.map(|physical| physical.total);
        u128::from(physical.unwrap_or(reading.logical.total).amount.max)
    };
    total(one).max(total(other)) * apart / FULL_WITHIN_MS
}

fn apart_ms(one: Timestamp, other: Timestamp) -> u128 {
    one.duration_since(other).unsigned_abs().as_millis()
}

fn lag_ms(reading: &StorageReading) -> u128 {
    match reading.source {
        Source::Ssh | Source::Overview => 0,
        Source::Prometheus | Source::Grafana => SERIES_LAG_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Counter;

    const TIB: u64 = 1 << 40;

    fn reading(source: Source, at: i64, logical: u64) -> StorageReading {
        StorageReading {
            source,
            basis: source.basis(),
            observed_at: Timestamp::from_second(at).unwrap(),
            node: None,
            cluster_status: None,
            size_base: None,
            logical: crate::reading::Space::exact(logical, logical / 4).unwrap(),
            physical: crate::reading::Space::exact(86_400 * TIB, 400 * TIB),
            user_data: None,
            user_data_by: None,
            replication: None,
            license: None,
            tiers: None,
            services: None,
            unread: crate::vstorage::unread::Unread::default(),
        }
    }

    #[test]
    fn what_is_used_may_move_with_the_time_between_two_readings_and_what_is_there_may_not() {
        let (one, other) = (
            reading(Source::Ssh, 100, 8),
            reading(Source::Overview, 103, 8),
        );
        let compared = compare(
            (Source::Ssh, Some(&one)),
            &[(Source::Overview, Some(&other))],
        );
        let tolerance = |quantity| {
            let row = compared
                .comparisons
                .iter()
                .find(|it| it.quantity == quantity);
            row.unwrap().verdict.distance().map(|it| it.tolerance)
        };
        assert_eq!(tolerance(Quantity::PhysicalTotal), Some(0));
        assert_eq!(tolerance(Quantity::PhysicalUsed), Some(3 * u128::from(TIB)));
        assert_eq!(tolerance(Quantity::LogicalTotal), None);
    }

    #[test]
    fn a_series_may_be_two_minutes_older_than_it_says() {
        let tolerance = |one, other| {
            let (one, other) = (reading(one, 100, 8), reading(other, 103, 8));
            let compared = compare((one.source, Some(&one)), &[(other.source, Some(&other))]);
            let mut rows = compared.comparisons.into_iter();
            let row = rows.find(|it| it.quantity == Quantity::PhysicalFree);
            row.unwrap().verdict.distance().unwrap().tolerance / u128::from(TIB)
        };
        assert_eq!(tolerance(Source::Ssh, Source::Overview), 3);
        assert_eq!(tolerance(Source::Ssh, Source::Prometheus), 3 + 120);
        assert_eq!(
            tolerance(Source::Prometheus, Source::Grafana),
            3 + 120 + 120
        );
    }

    #[test]
    fn user_data_of_two_counters_is_not_compared_and_all_else_is() {
        let counted = |source, by| StorageReading {
            user_data: Some(Figure::exact(7)),
            user_data_by: Some(by),
            ..reading(source, 100, 8)
        };
        let verdict = |by, quantity| {
            let one = counted(Source::Ssh, Counter::FileSystem);
            let other = counted(Source::Overview, by);
            let compared = compare((one.source, Some(&one)), &[(other.source, Some(&other))]);
            let mut rows = compared.comparisons.into_iter();
            rows.find(|it| it.quantity == quantity).unwrap().verdict
        };
        let why = verdict(Counter::License, Quantity::UserData).why();
        assert_eq!(why, Some(Why::OtherCounter));
        for (by, quantity) in [
            (Counter::FileSystem, Quantity::UserData),
            (Counter::License, Quantity::PhysicalTotal),
        ] {
            assert_eq!(verdict(by, quantity).name(), "agrees");
        }
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let (one, other) = (
            reading(Source::Ssh, 100, 8),
            reading(Source::Overview, 100, 8),
        );
        let why = |billed, witness, quantity| {
            let compared = compare((Source::Ssh, billed), &[(Source::Overview, witness)]);
            let row = compared
                .comparisons
                .into_iter()
                .find(|it| it.quantity == quantity);
            row.map(|it| it.verdict.why().unwrap())
        };
        let total = Quantity::PhysicalTotal;
        assert_eq!(
            why(Some(&one), Some(&other), Quantity::LogicalTotal),
            Some(Why::OtherBasis)
        );
        assert_eq!(why(Some(&one), None, total), Some(Why::NoWitnessReading));
        assert_eq!(why(None, Some(&other), total), Some(Why::NoBilledReading));
        assert_eq!(why(None, None, total), None);
        assert_eq!(why(Some(&one), Some(&other), Quantity::UserData), None);
        let mut bare = other.clone();
        bare.physical = None;
        assert_eq!(
            why(Some(&one), Some(&bare), total),
            Some(Why::NotGivenByWitness)
        );
        assert_eq!(
            why(Some(&bare), Some(&one), total),
            Some(Why::NotGivenByBilled)
        );
    }
}
