//! The member `storage` of the usage body: where its figures come from, the figures, and what witnesses say.
//!
//! ```text
//! "storage": {"source": "ssh", "basis": "allocatable", "state": "fresh", …, "witnesses": [{"source": "overview", …}]}
//! ```
//!
//! What a source cannot give is `null`.

use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};

use crate::{
    api::{
        state::State,
        witness_body::{Supported, Witnessed},
    },
    condition::LicenseState,
    figure::Figure as Wire,
    reading::{Basis, Figure, License, Replication, Service, SizeBaseOrigin, Source, Space, Tier},
    usage::ClusterUsage,
    witness::size_base::SizeBaseEvidence,
};

/// Storage of a cluster, from the one source that is billed. What a source cannot give is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct Storage<'a> {
    /// The source that is billed, also where it has no figures.
    source: Source,
    /// What *logical* means for that source.
    basis: Basis,
    #[serde(flatten)]
    state: State<'a>,
    /// The storage node that was asked; null where none was.
    node: Option<&'a str>,
    /// The cluster's own word on its state, such as `healthy`; null where the source gives none.
    cluster_status: Option<&'a str>,
    /// What a printed unit is a power of, 1024 or 1000, for the billed source or else for the witness that prints sizes;
    /// null where none does.
    size_base: Option<u64>,
    /// Who chose the size base; null where `size_base` is.
    size_base_origin: Option<SizeBaseOrigin>,
    /// What witnesses say of the size base; null where `size_base` is.
    size_base_evidence: Option<SizeBaseEvidence>,
    /// What each witness in exact bytes supports; empty where there is none, or nothing to compare it with.
    size_base_support: Vec<Supported>,
    /// The billed figures. What *logical* means, `basis` says.
    logical: Triple,
    /// The disks: with all replicas and parity, and with whatever else is on them.
    physical: Triple,
    /// What users have written, before redundancy; null where the source does not say.
    user_data: Option<Wire>,
    /// The cluster's default of copies, in whose terms *allocatable* is counted; null where the source does not say.
    replication: Option<Copies>,
    /// The licence of the storage cluster; null where the source tells nothing of licences, and where there are no
    /// figures.
    license: Option<Licensed<'a>>,
    /// Each tier of the disks; null where the source does not tell them apart.
    tiers: Option<Vec<OfTier<'a>>>,
    /// What each service of the cluster has written; null where the source tells of none.
    services: Option<Services<'a>>,
    /// Each quantity of each witness, held against the billed figure. Nothing of it is billed.
    witnesses: Vec<Witnessed<'a>>,
}

/// Total, used and free of one kind of space.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Space)]
struct Triple {
    /// All of it; null where it is not known.
    total: Option<Wire>,
    /// What is taken of it, total less free; null where it is not known.
    used: Option<Wire>,
    /// What is left of it; null where it is not known.
    free: Option<Wire>,
}

/// How many copies there are of each chunk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replication)]
struct Copies {
    /// How many there should be.
    normal: u64,
    /// Below how many writing stops.
    limit: u64,
}

/// The licence of the storage cluster. Writing stops when it is used up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = License)]
struct Licensed<'a> {
    /// The vendor's word, such as `ACTIVE`; `unknown` where the source gives none.
    state: &'a str,
    /// How much may be used; null where the source does not say.
    capacity: Option<Wire>,
    /// How much is used, before redundancy; null where the source does not say.
    used: Option<Wire>,
    /// How much may still be used; null where it is not known.
    free: Option<Wire>,
    /// The last day; null where the source does not say.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<jiff::civil::Date>,
}

/// One tier of the disks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tier)]
struct OfTier<'a> {
    /// Its id, such as `0`.
    tier: &'a str,
    /// Its share of the logical space.
    logical: Triple,
    /// Its share of the disks.
    physical: Triple,
}

/// Each service by its name.
#[derive(Debug)]
struct Services<'a>(&'a [Service]);

impl<'a> Storage<'a> {
    /// Of the usage of a cluster.
    pub fn of(usage: &'a ClusterUsage) -> Storage<'a> {
        let (reading, billed) = (usage.storage.reading(), usage.billed);
        let compared = usage.compared();
        // Of the billed source, or else of the witness that prints sizes.
        let printed = compared.size_base.as_ref().map(|finding| finding.base);
        let base = billed.size_base.or(printed);
        // Without a reading, nothing speaks for or against the base.
        let evidence = compared
            .size_base
            .as_ref()
            .map_or(SizeBaseEvidence::Undecided, |finding| finding.evidence());
        let rows = compared.comparisons.iter();
        let support = compared.size_base.iter().flat_map(|it| &it.support);
        Storage {
            source: billed.source,
            basis: billed.basis,
            state: State::storage(&usage.storage),
            node: reading.and_then(|reading| reading.node.as_deref()),
            cluster_status: reading.and_then(|reading| reading.cluster_status.as_deref()),
            size_base: base.map(|base| base.base.factor()),
            size_base_origin: base.map(|base| base.origin()),
            size_base_evidence: base.map(|_| evidence),
            size_base_support: support.map(Supported::of).collect(),
            logical: Triple::of(reading.map(|reading| reading.logical)),
            physical: Triple::of(reading.and_then(|reading| reading.physical)),
            user_data: reading.and_then(|reading| reading.user_data.map(Wire::from)),
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
        let figure = |part: fn(Space) -> Figure| space.map(part).map(Wire::from);
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

impl Serialize for Services<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Service { name, used } in self.0 {
            map.serialize_entry(name, &used.map(Wire::from))?;
        }
        map.end()
    }
}

impl PartialSchema for Services<'_> {
    fn schema() -> RefOr<Schema> {
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let figure = OneOfBuilder::new()
            .item(Ref::from_schema_name(Wire::name()))
            .item(null);
        ObjectBuilder::new()
            .description(Some(
                "What each service has written, before redundancy, by the vendor's word for it, such as `compute`; \
                 null where the source lists it without a figure.",
            ))
            .additional_properties(Some(Schema::from(figure)))
            .into()
    }
}

impl ToSchema for Services<'_> {}

fn licensed(license: &License) -> Licensed<'_> {
    Licensed {
        state: LicenseState::word(license.state.as_deref()),
        capacity: license.capacity.map(Wire::from),
        used: license.used.map(Wire::from),
        free: license.free.map(Wire::from),
        expires_on: license.expires_on,
    }
}
