//! Reports drawn at random.

use proptest::{collection::vec, option, prelude::*, sample::select};
use vhi_usage::vstorage::{
    chunks::{ChunkState, Chunks, Replication},
    fs::Fs,
    io::{Both, Flow, Io, QueueDepth, Sync},
    kept::Kept,
    license::License,
    rate::{Ops, Rate},
    report::StatReport,
    servers::{Cluster, CsNodes, MdsNodes},
    space::{Left, Space},
    table::Table,
    token::Size,
};

/// Reads what is drawn as text.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: String) -> T {
    text.parse().unwrap()
}

/// A size as text: up to four digits, up to three decimals, any unit.
pub(crate) fn size_text() -> impl Strategy<Value = String> + Clone {
    let with_unit = (
        "[0-9]{1,4}(\\.[0-9]{1,3})?",
        select(vec!["K", "M", "G", "T", "P"]),
    );
    prop_oneof![
        9 => with_unit.prop_map(|(number, unit)| format!("{number}{unit}B")),
        1 => "[0-9]{1,6}B",
    ]
}

fn size() -> impl Strategy<Value = Size> {
    size_text().prop_map(parsed)
}

fn left() -> impl Strategy<Value = Left> {
    (size(), size()).prop_map(|(free, total)| Left { free, total })
}

fn space() -> impl Strategy<Value = Space> {
    let tag = option::of("[A-Z a-z%0-9]{0,8}");
    let line = (tag, left(), left());
    line.prop_map(|(tag, allocatable, free)| Space {
        tag,
        allocatable,
        free,
    })
}

fn ops() -> impl Strategy<Value = Ops> {
    "[0-9]{1,3}(\\.[0-9])?[KM]?(ops/s|op/s|ops|op)".prop_map(parsed)
}

fn both<T: std::fmt::Debug>(
    it: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Both<T>> {
    (it.clone(), it).prop_map(|(read, write)| Both { read, write })
}

fn flow<T: std::fmt::Debug>(bytes: impl Strategy<Value = T>) -> impl Strategy<Value = Flow<T>> {
    (bytes, ops()).prop_map(|(bytes, ops)| Flow { bytes, ops })
}

fn rate() -> impl Strategy<Value = Rate> + Clone {
    size_text().prop_map(|it| Rate(parsed(it)))
}

fn io() -> impl Strategy<Value = Io> {
    let current = (flow(rate()), flow(rate())).prop_map(|(read, write)| Both { read, write });
    let total = (flow(size()), flow(size())).prop_map(|(read, write)| Both { read, write });
    let sync = (ops(), ops()).prop_map(|(sync, datasync)| Sync { sync, datasync });
    let depth = ("[0-9]{1,3}\\.[0-9]", "[0-9]{1,3}");
    let queue_depth = depth.prop_map(|(average, max)| QueueDepth {
        average: parsed(average),
        max: parsed(max),
    });
    (
        option::of(current),
        option::of(total),
        option::of(both(rate())),
        option::of(sync),
        option::of(queue_depth),
    )
        .prop_map(|(current, total, replication, sync, queue_depth)| Io {
            current,
            total,
            replication,
            sync,
            queue_depth,
        })
}

fn license() -> impl Strategy<Value = License> {
    let day = (2000..2200_i16, 1..=12_i8, 1..=28_i8);
    let dated = ("[A-Z]{1,8}( [A-Z]{1,8})?", day, size(), size());
    let dated = dated.prop_map(
        |(state, (year, month, day), capacity, used)| License::Dated {
            state,
            expires_on: jiff::civil::Date::new(year, month, day).unwrap(),
            capacity,
            used,
        },
    );
    let keyed = ("[A-Z]{4}\\.[0-9]{8}\\.[0-9]{4}", "[A-Z]{1,8}", size());
    let keyed = keyed.prop_map(|(key, state, capacity)| License::Keyed {
        key,
        state,
        capacity,
    });
    prop_oneof![dated, keyed]
}

fn fs() -> impl Strategy<Value = Fs> {
    let counts = (
        any::<u64>(),
        any::<u64>(),
        any::<u64>(),
        any::<u64>(),
        any::<u64>(),
    );
    (size(), counts).prop_map(
        |(size, (files, inodes, file_maps, chunks, chunk_replicas))| Fs {
            size,
            files,
            inodes,
            file_maps,
            chunks,
            chunk_replicas,
        },
    )
}

const STATES: [&str; 11] = [
    "healthy",
    "standby",
    "degraded",
    "urgent",
    "blocked",
    "pending",
    "offline",
    "replicating",
    "overcommitted",
    "deleting",
    "void",
];

fn chunks() -> impl Strategy<Value = Chunks> {
    let state = (any::<u64>(), "[0-9]{1,3}(\\.[0-9])?");
    let states = vec(state, 1..=STATES.len());
    (option::of("[A-Z ]{0,5}"), states).prop_map(|(tag, states)| Chunks {
        tag,
        states: (STATES.into_iter().zip(states))
            .map(|(name, (count, percent))| {
                let percent = parsed(percent);
                (name.to_string(), ChunkState { count, percent })
            })
            .collect(),
    })
}

fn servers() -> impl Strategy<Value = (MdsNodes, CsNodes, Replication)> {
    let uptime = option::of("[1-9][0-9]{0,2}d [ 1-2][0-9]h");
    let version = option::of("[0-9]{1,3}");
    let mds = (any::<u64>(), any::<u64>(), uptime, version.clone());
    let mds = mds.prop_map(
        |(available, total, epoch_uptime, cluster_version)| MdsNodes {
            available,
            total,
            epoch_uptime,
            cluster_version,
        },
    );
    let states = vec(any::<u64>(), 1..4);
    let cs = (any::<u64>(), any::<u64>(), states, version);
    let cs = cs.prop_map(|(available, total, states, storage_version)| {
        let names = ["avail", "in maintenance", "offline"].map(String::from);
        CsNodes {
            available,
            total,
            states: names.into_iter().zip(states).collect(),
            storage_version,
        }
    });
    let replication = (any::<u64>(), any::<u64>());
    let replication = replication.prop_map(|(normal, limit)| Replication { normal, limit });
    (mds, cs, replication)
}

fn table(
    columns: &'static str,
    cells: [&'static str; 4],
    mds: bool,
) -> impl Strategy<Value = Table> {
    let optional_flags = columns.ends_with("FLAGS");
    let row = (any::<bool>(), cells, any::<bool>());
    let row = row.prop_map(move |(master, cells, has_last)| {
        let is_flag_missing = optional_flags && !has_last;
        let [id, status, third, last] = cells;
        let last = Some(last).filter(|_| !is_flag_missing);
        (master && mds, [Some(id), Some(status), Some(third), last])
    });
    vec(row, 0..4).prop_map(move |rows| {
        let mut table = Table::new(columns.split(' ').map(String::from).collect()).unwrap();
        for (master, cells) in rows {
            assert!(table.push(master, cells.iter().map(Option::as_deref)));
        }
        table
    })
}

fn tables() -> impl Strategy<Value = (Option<Table>, Option<Table>)> {
    let mds = [
        "[0-9]{1,4}",
        "[a-z]{3,8}",
        "[0-9]{1,3}[dhm]( [0-9]{1,2}[hms])?",
        "[a-z0-9.…]{1,12}x",
    ];
    let cs = [
        "[0-9]{1,4}",
        "[a-z]{3,8}",
        "[a-z0-9.]{1,12}x",
        "[JCDc]{1,3}",
    ];
    (
        option::of(table("MDSID STATUS UPTIME HOST", mds, true)),
        option::of(table("CSID STATUS HOST FLAGS", cs, false)),
    )
}

/// A report with any of its lines, in every form that is printed.
pub(crate) fn any_report() -> impl Strategy<Value = StatReport> {
    let statuses = vec![
        "healthy",
        "unknown",
        "degraded",
        "failure",
        "healthy, SMART warning",
    ];
    let cluster = ("[A-Za-z0-9._-]{1,12}", select(statuses));
    let cluster = cluster.prop_map(|(name, status)| Cluster {
        name,
        status: status.into(),
    });
    let servers = servers().prop_flat_map(|(mds, cs, replication)| {
        (
            option::of(Just(mds)),
            option::of(Just(cs)),
            option::of(Just(replication)),
        )
    });
    let rest = (
        option::of(license()),
        option::of(chunks()),
        option::of(fs()),
        io(),
        tables(),
    );
    (cluster, space(), servers, rest).prop_map(|(cluster, space, (mds, cs, replication), rest)| {
        let (license, chunks, fs, io, (mds_table, cs_table)) = rest;
        StatReport {
            cluster,
            space,
            mds,
            cs,
            license,
            replication,
            chunks,
            fs,
            io,
            mds_table,
            cs_table,
            unread: Vec::new(),
            read: Kept::default(),
        }
    })
}
