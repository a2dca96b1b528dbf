//! A folder with a store in it that holds what a cluster used.

use std::sync::Arc;

use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    meter::quantity::Quantity,
    reason::Code,
    store::{
        entry::{Absence, Entry, Text, id},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
    },
};

use crate::place::Place;

pub(crate) const TIB: u64 = 1 << 40;
/// October 2026 begins.
pub(crate) const OCTOBER: &str = "2026-10-01T00:00:00Z";

/// A folder with `site.toml` and an empty store.
pub(crate) fn empty() -> Place {
    let place = Place::new();
    let settings = "[store]\nurl = \"sqlite:usage.db\"\n[[cluster]]\nname = \"stor1\"\n";
    place.write("site.toml", settings);
    keep(&place, &[]);
    place
}

/// Writes rounds into its store.
pub(crate) fn keep(place: &Place, rounds: &[Kept]) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite:{}", place.file("usage.db").display());
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        for some in rounds.chunks(2_000) {
            store.append(some).await.unwrap();
        }
        store.close().await;
    });
}

/// So many seconds behind the begin of October.
pub(crate) fn at(second: i64) -> Timestamp {
    let begin: Timestamp = OCTOBER.parse().unwrap();
    Timestamp::from_second(begin.as_second() + second).unwrap()
}

/// A round of a cluster: storage that is read on a node, and compute.
pub(crate) fn round(cluster: &str, second: i64, used: u64) -> Kept {
    let storage = [
        (Quantity::LogicalTotal, Amount::exact(100 * TIB)),
        (
            Quantity::LogicalUsed,
            Amount {
                bytes: used,
                min: used - 1,
                max: used + 1,
            },
        ),
        (Quantity::LogicalFree, Amount::exact(100 * TIB - used)),
    ];
    let compute = [
        (Quantity::VcpusReserved, Amount::exact(12)),
        (Quantity::RamReserved, Amount::exact(TIB / 4)),
    ];
    let readings = vec![
        reading(cluster, Role::Storage, Asked::Ssh, second, &storage),
        reading(cluster, Role::Compute, Asked::ComputeStat, second, &compute),
    ];
    Kept {
        cluster: cluster.parse().unwrap(),
        readings,
        absences: Vec::new(),
        fence: None,
    }
}

/// A round in which the node did not answer in time.
pub(crate) fn failed(cluster: &str, second: i64) -> Kept {
    let mut kept = round(cluster, second, TIB);
    kept.readings.remove(0);
    kept.absences.push(Absence {
        cluster: kept.cluster.clone(),
        role: Role::Storage,
        source: Asked::Ssh,
        at: at(second),
        code: Code::CommandTimeout,
        message: Code::CommandTimeout.message().to_owned(),
        next_try: None,
        holds: 900,
    });
    kept
}

fn reading(
    cluster: &str,
    role: Role,
    source: Asked,
    second: i64,
    figures: &[(Quantity, Amount)],
) -> (Entry, Text) {
    let text = Text::new(format!("{source:?} {second}").into_bytes());
    let cluster = cluster.parse().unwrap();
    let (at, node) = (at(second), source == Asked::Ssh);
    let entry = Entry {
        id: id(&cluster, source, at, &text.hash),
        cluster,
        role,
        at,
        origin: Arc::new(Origin {
            source,
            node: node.then(|| "node1.example".to_owned()),
            command: node.then(|| "/usr/bin/vstorage -c stor1 stat".to_owned()),
            // What a peer says may look like a formula.
            cluster_status: node.then(|| "=healthy".to_owned()),
            size_base: None,
            parser: "0.1.0".to_owned(),
            holds: 900,
        }),
        text: text.hash,
        figures: figures.to_vec(),
    };
    (entry, text)
}
