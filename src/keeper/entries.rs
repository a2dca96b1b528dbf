//! What a source said, as it is kept: the reading with the text that it was read from, or why there is none.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::quantity::{Quantity, Series},
    reading::{ComputeReading, Evidence, StorageReading},
    source::error::SourceError,
    store::{
        entry::{self, Absence, Entry, Text},
        origin::{Asked, Origin, Role},
    },
    witness,
};

/// The release whose parser reads what is kept now.
pub const PARSER: &str = env!("CARGO_PKG_VERSION");

/// For whom a source is asked.
#[derive(Clone, Debug)]
pub struct For {
    /// The cluster.
    pub cluster: ClusterName,
    /// What it is asked for.
    pub role: Role,
    /// For how many seconds what it says may stand: `max_age`.
    pub holds: u32,
}

impl For {
    /// A reading of storage.
    pub fn storage(&self, reading: &StorageReading, evidence: &Evidence) -> (Entry, Text) {
        let origin = Origin {
            source: reading.source.into(),
            node: evidence.node.clone(),
            command: evidence.command.clone(),
            cluster_status: reading.cluster_status.clone(),
            size_base: reading.size_base,
            parser: PARSER.to_owned(),
            holds: self.holds,
        };
        self.entry(origin, reading.observed_at, storage(reading), evidence)
    }

    /// A reading of compute.
    pub fn compute(&self, reading: &ComputeReading, evidence: &Evidence) -> (Entry, Text) {
        let origin = Origin {
            source: Asked::ComputeStat,
            node: None,
            command: None,
            cluster_status: None,
            size_base: None,
            parser: PARSER.to_owned(),
            holds: self.holds,
        };
        self.entry(origin, reading.observed_at, compute(reading), evidence)
    }

    /// Why this source gave none at this time.
    pub fn absence(&self, source: Asked, error: &SourceError, at: Timestamp) -> Absence {
        let reason = error.reason(at);
        Absence {
            cluster: self.cluster.clone(),
            role: self.role,
            source,
            at: to_the_millisecond(at),
            code: reason.code,
            message: reason.message,
            next_try: reason.next_try.map(to_the_millisecond),
            holds: self.holds,
        }
    }

    fn entry(
        &self,
        origin: Origin,
        observed_at: Timestamp,
        figures: Vec<(Quantity, Amount)>,
        evidence: &Evidence,
    ) -> (Entry, Text) {
        let text = Text::new(evidence.text.as_slice());
        let at = to_the_millisecond(observed_at);
        let entry = Entry {
            id: entry::id(&self.cluster, origin.source, at, &text.hash),
            cluster: self.cluster.clone(),
            role: self.role,
            at,
            origin: Arc::new(origin),
            text: text.hash,
            figures,
        };
        (entry, text)
    }
}

/// The figures of storage that are metered; one that was not read does not stand there.
pub fn storage(reading: &StorageReading) -> Vec<(Quantity, Amount)> {
    let figure = |quantity: &Quantity| {
        let mut names = witness::quantity::Quantity::ALL.into_iter();
        let named = names.find(|it| it.name() == quantity.name())?;
        Some((*quantity, named.of(reading)?.amount))
    };
    let quantities = Series::Storage.quantities().iter();
    quantities.filter_map(figure).collect()
}

/// The figures of compute that are metered; one that the panel does not give, or says to be below zero, does not stand
/// there.
pub fn compute(reading: &ComputeReading) -> Vec<(Quantity, Amount)> {
    let named = [
        (Quantity::VcpusReserved, "vcpus"),
        (Quantity::RamReserved, "vm_mem_reserved_bytes"),
        (Quantity::ProvisionedTotal, "block_capacity_bytes"),
        (Quantity::ProvisionedUsed, "block_usage_bytes"),
    ];
    let figure = |(quantity, name): (Quantity, &str)| {
        let count = u64::try_from(reading.figure(name)?).ok()?;
        Some((quantity, Amount::exact(count)))
    };
    named.into_iter().filter_map(figure).collect()
}

/// The time as it is kept: what is finer falls away, so that it is never later than it was.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    let whole = at.as_nanosecond().div_euclid(1_000_000);
    let whole = whole.saturating_mul(1_000_000);
    // It is a time that lies behind one that there is by less than a millisecond.
    Timestamp::from_nanosecond(whole).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::stat_keys;

    fn of(role: Role) -> For {
        For {
            cluster: "cluster1".parse().unwrap(),
            role,
            holds: 900,
        }
    }

    fn reading(figures: &[(&'static str, Option<i64>)]) -> ComputeReading {
        ComputeReading {
            observed_at: "2026-11-22T06:00:02.1145Z".parse().unwrap(),
            panel_time: None,
            figures: figures.to_vec(),
            ratios: Vec::new(),
        }
    }

    #[test]
    fn what_the_panel_does_not_say_or_says_to_be_below_zero_is_absent_and_a_zero_is_read() {
        let reading = reading(&[
            ("vcpus", Some(0)),
            ("vm_mem_reserved_bytes", None),
            ("block_capacity_bytes", Some(-1)),
            ("block_usage_bytes", Some(i64::MAX)),
        ]);
        let usage = Amount::exact(u64::try_from(i64::MAX).unwrap());
        let expected = [
            (Quantity::VcpusReserved, Amount::exact(0)),
            (Quantity::ProvisionedUsed, usage),
        ];
        assert_eq!(compute(&reading), expected);
    }

    #[test]
    fn every_name_of_a_compute_figure_is_one_that_the_panel_is_asked_for() {
        let names = [
            "vcpus",
            "vm_mem_reserved_bytes",
            "block_capacity_bytes",
            "block_usage_bytes",
        ];
        for name in names {
            assert!(
                stat_keys::FIGURES.iter().any(|key| key.name == name),
                "{name}"
            );
        }
    }

    #[test]
    fn a_time_is_kept_to_the_millisecond_and_never_later_than_it_was() {
        let evidence = Evidence {
            text: b"{}".to_vec(),
            node: None,
            command: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let (entry, text) = of(Role::Compute).compute(&reading(&[]), &evidence);
        assert_eq!(entry.at.to_string(), "2026-11-22T06:00:02.114Z");
        assert_eq!((entry.text, entry.origin.holds), (text.hash, 900));
        let before: Timestamp = "1969-12-31T23:59:59.9995Z".parse().unwrap();
        let kept = to_the_millisecond(before).to_string();
        assert_eq!(kept, "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn every_metered_quantity_of_storage_is_one_that_sources_are_compared_by() {
        let metered = Series::Storage.quantities().iter().map(|it| it.name());
        let compared = witness::quantity::Quantity::ALL.map(|it| it.name());
        assert_eq!(Vec::from_iter(metered), compared);
    }
}
