//! Usages that are answered with 200, each for something that the others lack.

use vhi_usage::{
    reading::{Counter, Figure, License, Service, Source, Space, StorageReading, Tier},
    reason::Code,
    usage::{Billed, ClusterUsage, Part, Witness},
};

use crate::published::{complete, compute, compute_of, missing, stale, storage, usage};

/// A usage with this storage, which is fresh.
fn with(change: impl FnOnce(&mut StorageReading)) -> ClusterUsage {
    let mut reading = StorageReading::clone(&storage());
    change(&mut reading);
    usage(Part::Fresh(reading.into()), Part::Fresh(compute()))
}

/// What an exact source says of the same disks.
pub(crate) fn exact(source: Source) -> StorageReading {
    let mut reading = StorageReading::clone(&storage());
    let bytes = |space: &Space| (space.total.amount.bytes, space.free.amount.bytes);
    let (total, free) = bytes(&reading.logical);
    reading.logical = Space::exact(total, free).unwrap();
    let (total, free) = bytes(&reading.physical.unwrap());
    reading.physical = Space::exact(total, free);
    let share = |id: &str, physical| Tier {
        id: id.to_owned(),
        logical: None,
        physical,
    };
    reading.tiers = Some(vec![share("0", reading.physical), share("1", None)]);
    let service = |name: &str, used| Service {
        name: name.to_owned(),
        used,
    };
    let written = reading.user_data.unwrap().amount.bytes;
    reading.services = Some(vec![
        service("compute", Some(Figure::exact(written))),
        service("s3", None),
    ]);
    (reading.source, reading.basis) = (source, source.basis());
    (reading.node, reading.cluster_status, reading.size_base) = (None, None, None);
    (reading.user_data, reading.user_data_by) = (None, None);
    (reading.replication, reading.license) = (None, None);
    reading
}

/// Billed is this source, in exact bytes.
fn billed(source: Source) -> ClusterUsage {
    let parts = (Part::Fresh(exact(source).into()), Part::Fresh(compute()));
    ClusterUsage {
        billed: Billed {
            source,
            basis: source.basis(),
            size_base: None,
        },
        ..usage(parts.0, parts.1)
    }
}

/// With this witness beside the billed source.
pub(crate) fn beside(
    mut usage: ClusterUsage,
    source: Source,
    part: Part<StorageReading>,
) -> ClusterUsage {
    usage.witnesses.push(Witness { source, part });
    usage
}

/// Billed in exact bytes, by tier and service, with a witness that agrees, one that differs and one that is not there.
pub(crate) fn witnessed() -> ClusterUsage {
    let mut other = exact(Source::Prometheus);
    other.physical = Space::exact(63_002_016_271_566, 14_293_651_161_088);
    let usage = billed(Source::Overview);
    let usage = beside(usage, Source::Ssh, Part::Fresh(storage()));
    let usage = beside(usage, Source::Prometheus, Part::Fresh(other.into()));
    beside(usage, Source::Grafana, missing(Code::ConnectRefused))
}

/// Usages that are answered with 200, each for something that the others lack.
pub(crate) fn usages() -> Vec<ClusterUsage> {
    let fresh = || Part::Fresh(exact(Source::Overview).into());
    let mut other = exact(Source::Overview);
    other.physical = Space::exact(1 << 40, 1 << 39);
    // The report without an FS line has the licence's count.
    other.user_data = Some(Figure::exact(7));
    other.user_data_by = Some(Counter::FileSystem);
    let mut bare = exact(Source::Prometheus);
    bare.physical = None;
    let sparse = compute_of("panel/compute-stat-sparse.json");
    let older = compute_of("panel/compute-stat-4.7.json");
    let unsaid = |reading: &mut StorageReading| {
        (reading.user_data, reading.user_data_by) = (None, None);
        reading.license = Some(License::default());
        (reading.physical, reading.replication) = (None, None);
    };
    let mut usages = vec![
        complete(),
        usage(stale(storage(), Code::NoAnswer), Part::Fresh(compute())),
        usage(Part::Fresh(storage()), stale(compute(), Code::PanelStatus)),
        usage(Part::Fresh(storage()), Part::Fresh(sparse)),
        usage(Part::Fresh(storage()), Part::Fresh(older)),
        usage(missing(Code::NotSettled), stale(compute(), Code::NoAnswer)),
        with(|reading| reading.license = None),
        with(unsaid),
        billed(Source::Overview),
        billed(Source::Prometheus),
        billed(Source::Grafana),
        witnessed(),
        beside(complete(), Source::Overview, fresh()),
        beside(complete(), Source::Overview, Part::Fresh(other.into())),
        beside(complete(), Source::Prometheus, Part::Fresh(bare.into())),
        beside(complete(), Source::Overview, missing(Code::PanelTimeout)),
        beside(with(unsaid), Source::Overview, fresh()),
        beside(
            usage(missing(Code::NotSettled), Part::Fresh(compute())),
            Source::Overview,
            stale(exact(Source::Overview).into(), Code::PanelStatus),
        ),
    ];
    let missing = |code: &Code| usage(missing(*code), Part::Fresh(compute()));
    usages.extend(Code::ALL.iter().map(missing));
    usages
}
