//! The body of the usage: the fields of the service that this one replaces, and beside them what is
//! exact.
//!
//! Every figure is `null` where it is not known; none has a default.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    api::legacy,
    clock,
    figure::Figure as Wire,
    reading::{BaseInForce, ComputeReading, Figure, License, Replication, Space, StorageReading},
    reason::Reason,
    source::compute_stat,
    usage::{Billed, ClusterUsage, Part},
};

/// The whole body as JSON text.
///
/// # Errors
/// None that a legal usage can meet; the serializer's own are passed on.
pub fn usage(usage: &ClusterUsage) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Vec::with_capacity(4096);
    let mut writer = serde_json::Serializer::new(&mut body);
    let mut map = writer.serialize_map(None)?;
    map.serialize_entry("schema", &1)?;
    map.serialize_entry("cluster", &usage.cluster)?;
    map.serialize_entry("timestamp", &clock::rfc3339(usage.at))?;
    map.serialize_entry("status", usage.status().name())?;
    legacy::compute(&mut map, usage.compute.reading())?;
    legacy::storage(&mut map, usage.storage.reading())?;
    if let Part::Missing(reason) = &usage.storage {
        let words = format!("no usable storage figure: {}", reason.message);
        map.serialize_entry("storage_error", &words)?;
    }
    map.serialize_entry("storage", &storage(&usage.storage, usage.billed))?;
    map.serialize_entry("compute", &Compute(&usage.compute))?;
    map.end()?;
    Ok(body)
}

#[derive(Debug, Serialize)]
struct Why<'a> {
    code: &'static str,
    message: &'a str,
    since: String,
}

impl<'a> From<&'a Reason> for Why<'a> {
    fn from(reason: &'a Reason) -> Why<'a> {
        Why {
            code: reason.code.name(),
            message: &reason.message,
            since: clock::rfc3339(reason.since),
        }
    }
}

/// State, reason and time of one part, without its figures.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    state: &'static str,
    reason: Option<Why<'a>>,
    observed_at: Option<String>,
}

impl<'a> State<'a> {
    /// Of the storage part.
    pub fn storage(part: &'a Part<StorageReading>) -> State<'a> {
        State::of(part, |reading| reading.observed_at)
    }

    /// Of the compute part.
    pub fn compute(part: &'a Part<ComputeReading>) -> State<'a> {
        State::of(part, |reading| reading.observed_at)
    }

    fn of<T>(part: &'a Part<T>, observed_at: impl Fn(&T) -> jiff::Timestamp) -> State<'a> {
        State {
            state: part.state(),
            reason: part.reason().map(Why::from),
            observed_at: part
                .reading()
                .map(|reading| clock::rfc3339(observed_at(reading))),
        }
    }
}

#[derive(Serialize)]
struct Storage<'a> {
    source: &'static str,
    basis: &'static str,
    #[serde(flatten)]
    state: State<'a>,
    node: Option<&'a str>,
    cluster_status: Option<&'a str>,
    size_base: Option<u64>,
    size_base_origin: Option<&'static str>,
    size_base_evidence: Option<&'static str>,
    logical: Triple,
    physical: Triple,
    user_data: Option<Wire>,
    replication: Option<Copies>,
    license: Option<Licensed<'a>>,
    /// What a source cannot give is null: the Space line names no tier.
    tiers: Option<[(); 0]>,
    witnesses: [(); 0],
}

#[derive(Serialize)]
struct Triple {
    total: Option<Wire>,
    used: Option<Wire>,
    free: Option<Wire>,
}

impl Triple {
    const UNKNOWN: Triple = Triple {
        total: None,
        used: None,
        free: None,
    };
}

#[derive(Serialize)]
struct Copies {
    normal: u64,
    limit: u64,
}

/// The state of a licence of which the source says nothing.
const UNKNOWN: &str = "unknown";

#[derive(Serialize)]
struct Licensed<'a> {
    state: &'a str,
    capacity: Option<Wire>,
    used: Option<Wire>,
    free: Option<Wire>,
    expires_on: Option<jiff::civil::Date>,
}

fn storage(part: &Part<StorageReading>, billed: Billed) -> Storage<'_> {
    let reading = part.reading();
    let base = billed.size_base;
    Storage {
        source: billed.source.name(),
        basis: billed.basis.name(),
        state: State::storage(part),
        node: reading.and_then(|reading| reading.node.as_deref()),
        cluster_status: reading.and_then(|reading| reading.cluster_status.as_deref()),
        size_base: base.map(|base| base.base.factor()),
        size_base_origin: base.map(BaseInForce::origin),
        // Only a witness in exact bytes could say more, and none is read.
        size_base_evidence: base.map(|_| "undecided"),
        logical: reading.map_or(Triple::UNKNOWN, |reading| triple(reading.logical)),
        physical: reading
            .and_then(|reading| reading.physical)
            .map_or(Triple::UNKNOWN, triple),
        user_data: reading.and_then(|reading| reading.user_data.map(wire)),
        replication: reading
            .and_then(|reading| reading.replication)
            .map(|Replication { normal, limit }| Copies { normal, limit }),
        license: reading.and_then(|reading| reading.license.as_ref().map(licensed)),
        tiers: None,
        witnesses: [],
    }
}

fn triple(space: Space) -> Triple {
    Triple {
        total: Some(wire(space.total)),
        used: Some(wire(space.used)),
        free: Some(wire(space.free)),
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

fn wire(figure: Figure) -> Wire {
    match figure.printed {
        Some(size) => Wire::printed(size, figure.amount),
        None => Wire::from(figure.amount),
    }
}

/// Every figure of the stat in exact units, flat beside the state.
struct Compute<'a>(&'a Part<ComputeReading>);

impl Serialize for Compute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let State {
            state,
            reason,
            observed_at,
        } = State::compute(self.0);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", state)?;
        map.serialize_entry("reason", &reason)?;
        map.serialize_entry("observed_at", &observed_at)?;
        let reading = self.0.reading();
        let time = reading.and_then(|reading| reading.panel_time);
        map.serialize_entry("panel_time", &time.map(|time| clock::rfc3339(time.at)))?;
        let zone = time.map(|time| {
            if time.zone_stated {
                "stated"
            } else {
                "assumed"
            }
        });
        map.serialize_entry("panel_time_zone", &zone)?;
        for name in compute_stat::figure_names() {
            map.serialize_entry(name, &reading.and_then(|reading| reading.figure(name)))?;
        }
        for name in compute_stat::ratio_names() {
            map.serialize_entry(name, &reading.and_then(|reading| reading.ratio(name)))?;
        }
        map.end()
    }
}
