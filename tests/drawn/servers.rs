//! The cluster, its servers and its licence, drawn at random.

use crate::drawn::size;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
};
use vhi_usage::vstorage::{
    license::License,
    servers::{Cluster, CsNodes, MdsNodes},
};

pub(crate) fn cluster() -> impl Strategy<Value = Cluster> {
    let statuses = vec![
        "healthy",
        "unknown",
        "degraded",
        "failure",
        "healthy, SMART warning",
    ];
    let line = ("[A-Za-z0-9._ …-]{1,12}", select(statuses));
    line.prop_map(|(name, status)| Cluster {
        name,
        status: status.into(),
    })
}

fn version() -> impl Strategy<Value = Option<String>> {
    option::of("[0-9]{1,3}(\\.[0-9a-z]{1,3})?")
}

pub(crate) fn mds_nodes() -> impl Strategy<Value = MdsNodes> {
    let uptime = option::of("[1-9][0-9]{0,2}[dhm]( [ 1-9][0-9][hms])?");
    let line = (any::<u64>(), any::<u64>(), uptime, version());
    line.prop_map(
        |(available, total, epoch_uptime, cluster_version)| MdsNodes {
            available,
            total,
            epoch_uptime,
            cluster_version,
        },
    )
}

pub(crate) fn cs_nodes() -> impl Strategy<Value = CsNodes> {
    const STATES: [&str; 5] = ["avail", "inactive", "offline", "being released", "ill_x-y"];
    let states = subsequence(&STATES[..], 1..=STATES.len()).prop_shuffle();
    let counts = vec(any::<u64>(), STATES.len());
    let line = (any::<u64>(), any::<u64>(), states, counts, version());
    line.prop_map(|(available, total, states, counts, storage_version)| {
        let states = states.into_iter().map(String::from);
        CsNodes {
            available,
            total,
            states: states.zip(counts).collect(),
            storage_version,
        }
    })
}

/// A licence of the newer dialect.
pub(crate) fn dated() -> impl Strategy<Value = License> {
    let day = (0..=9999_i16, 1..=12_i8, 1..=31_i8);
    let day = day.prop_filter_map("a day of the calendar", |(year, month, day)| {
        jiff::civil::Date::new(year, month, day).ok()
    });
    let line = ("[A-Za-z_-]{1,8}( [A-Z]{1,8})?", day, size(), size());
    line.prop_map(|(state, expires_on, capacity, used)| License::Dated {
        state,
        expires_on,
        capacity,
        used,
    })
}

/// A licence of the older dialect.
pub(crate) fn keyed() -> impl Strategy<Value = License> {
    let line = ("[A-Z]{4}\\.[0-9]{8}\\.[0-9]{4}", "[A-Z]{1,8}", size());
    line.prop_map(|(key, state, capacity)| License::Keyed {
        key,
        state,
        capacity,
    })
}

pub(crate) fn license() -> impl Strategy<Value = License> {
    prop_oneof![dated(), keyed()]
}
