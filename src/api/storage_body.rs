//! The member `storage` of the usage body: where its figures come from, the figures, and what witnesses say.
//!
//! ```text
//! "storage": {"source": "ssh", "basis": "allocatable", "state": "fresh", …, "witnesses": [{"source": "overview", …}]}
//! ```
//!
//! What a source cannot give is `null`.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    api::state::{State, Why},
    clock,
    figure::Figure as Wire,
    reading::{
        BaseInForce, Figure, License, Replication, Service, Source, Space, StorageReading, Tier,
    },
    usage::{ClusterUsage, Part},
    witness::{
        Comparison,
        size_base::{SizeBaseEvidence, Support},
    },
};

/// The state of a licence of which the source says nothing.
const UNKNOWN: &str = "unknown";

/// The storage part.
#[derive(Debug, Serialize)]
pub struct Storage<'a> {
    source: &'static str,
    basis: &'static str,
    #[serde(flatten)]
    state: State<'a>,
    node: Option<&'a str>,
    cluster_status: Option<&'a str>,
    size_base: Option<u64>,
    size_base_origin: Option<&'static str>,
    size_base_evidence: Option<&'static str>,
    size_base_support: Vec<Supported>,
    logical: Triple,
    physical: Triple,
    user_data: Option<Wire>,
    replication: Option<Copies>,
    license: Option<Licensed<'a>>,
    tiers: Option<Vec<OfTier<'a>>>,
    services: Option<Services<'a>>,
    witnesses: Vec<Witnessed<'a>>,
}

#[derive(Debug, Serialize)]
struct Triple {
    total: Option<Wire>,
    used: Option<Wire>,
    free: Option<Wire>,
}

#[derive(Debug, Serialize)]
struct Copies {
    normal: u64,
    limit: u64,
}

#[derive(Debug, Serialize)]
struct Licensed<'a> {
    state: &'a str,
    capacity: Option<Wire>,
    used: Option<Wire>,
    free: Option<Wire>,
    expires_on: Option<jiff::civil::Date>,
}

#[derive(Debug, Serialize)]
struct OfTier<'a> {
    tier: &'a str,
    logical: Triple,
    physical: Triple,
}

/// Which size base the exact physical total of a source fits.
#[derive(Debug, Serialize)]
struct Supported {
    source: &'static str,
    supports: &'static str,
}

/// Each service by its name.
#[derive(Debug)]
struct Services<'a>(&'a [Service]);

/// One quantity of one witness.
#[derive(Debug, Serialize)]
struct Witnessed<'a> {
    source: &'static str,
    quantity: &'static str,
    verdict: &'static str,
    difference_bytes: Option<i128>,
    tolerance_bytes: Option<u128>,
    /// The witness's own figure, and its time.
    figure: Option<Wire>,
    observed_at: Option<String>,
    /// Why nothing was compared.
    why: Option<&'static str>,
    /// Why the witness has no fresh reading.
    reason: Option<Why<'a>>,
}

impl<'a> Storage<'a> {
    /// Of the usage of a cluster.
    pub fn of(usage: &'a ClusterUsage) -> Storage<'a> {
        let (reading, billed) = (usage.storage.reading(), usage.billed);
        let (base, compared) = (billed.size_base, usage.compared());
        // Without a reading, nothing speaks for or against the base.
        let evidence = compared
            .size_base
            .as_ref()
            .map_or(SizeBaseEvidence::Undecided, |finding| finding.evidence());
        let rows = compared.comparisons.iter();
        let support = compared.size_base.iter().flat_map(|it| &it.support);
        Storage {
            source: billed.source.name(),
            basis: billed.basis.name(),
            state: State::storage(&usage.storage),
            node: reading.and_then(|reading| reading.node.as_deref()),
            cluster_status: reading.and_then(|reading| reading.cluster_status.as_deref()),
            size_base: base.map(|base| base.base.factor()),
            size_base_origin: base.map(BaseInForce::origin),
            size_base_evidence: base.map(|_| evidence.name()),
            size_base_support: support.map(Supported::of).collect(),
            logical: Triple::of(reading.map(|reading| reading.logical)),
            physical: Triple::of(reading.and_then(|reading| reading.physical)),
            user_data: reading.and_then(|reading| reading.user_data.map(wire)),
            replication: reading
                .and_then(|reading| reading.replication)
                .map(|Replication { normal, limit }| Copies { normal, limit }),
            license: reading.and_then(|reading| reading.license.as_ref().map(licensed)),
            tiers: reading
                .and_then(|reading| reading.tiers.as_deref())
                .map(|tiers| tiers.iter().map(OfTier::of).collect()),
            services: reading
                .and_then(|reading| reading.services.as_deref())
                .map(Services),
            witnesses: rows.map(|row| Witnessed::of(row, usage)).collect(),
        }
    }
}

impl Triple {
    fn of(space: Option<Space>) -> Triple {
        let figure = |part: fn(Space) -> Figure| space.map(part).map(wire);
        Triple {
            total: figure(|space| space.total),
            used: figure(|space| space.used),
            free: figure(|space| space.free),
        }
    }
}

impl<'a> OfTier<'a> {
    fn of(tier: &'a Tier) -> OfTier<'a> {
        OfTier {
            tier: &tier.id,
            logical: Triple::of(tier.logical),
            physical: Triple::of(tier.physical),
        }
    }
}

impl Supported {
    fn of((source, support): &(Source, Support)) -> Supported {
        Supported {
            source: source.name(),
            supports: support.name(),
        }
    }
}

impl<'a> Witnessed<'a> {
    fn of(row: &Comparison, usage: &'a ClusterUsage) -> Witnessed<'a> {
        let distance = row.verdict.distance();
        let part = part_of(usage, row.source);
        let observed_at = |reading: &StorageReading| clock::rfc3339(reading.observed_at);
        Witnessed {
            source: row.source.name(),
            quantity: row.quantity.name(),
            verdict: row.verdict.name(),
            difference_bytes: distance.map(|it| it.difference),
            tolerance_bytes: distance.map(|it| it.tolerance),
            figure: row.witness.map(wire),
            observed_at: part.and_then(|part| part.reading()).map(observed_at),
            why: row.verdict.why().map(|why| why.name()),
            reason: part.and_then(|part| part.reason()).map(Why::from),
        }
    }
}

fn part_of(usage: &ClusterUsage, source: Source) -> Option<&Part<StorageReading>> {
    let witness = usage.witnesses.iter().find(|it| it.source == source)?;
    Some(&witness.part)
}

impl Serialize for Services<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Service { name, used } in self.0 {
            map.serialize_entry(name, &used.map(wire))?;
        }
        map.end()
    }
}

fn licensed(license: &License) -> Licensed<'_> {
    Licensed {
        state: license.state.as_deref().unwrap_or(UNKNOWN),
        capacity: license.capacity.map(wire),
        used: license.used.map(wire),
        free: license.free.map(wire),
        expires_on: license.expires_on,
    }
}

/// As callers get it.
pub fn wire(figure: Figure) -> Wire {
    match figure.printed {
        Some(size) => Wire::printed(size, figure.amount),
        None => Wire::from(figure.amount),
    }
}
