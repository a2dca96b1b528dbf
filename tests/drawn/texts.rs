//! Every line written as its page shows it, by hand and apart from the house's own print.
//!
//! Sizes, rates, operations and decimal numbers are the only words that print themselves: that they do so
//! to the letter is a property of its own.

use vhi_usage::vstorage::{
    chunks::{Chunks, Replication},
    fs::Fs,
    io::{Both, Flow, QueueDepth, Sync},
    license::License,
    rate::Rate,
    servers::{Cluster, CsNodes, MdsNodes},
    space::Space,
    table::Table,
    token::Size,
};

pub(crate) fn cluster(it: &Cluster) -> String {
    ["Cluster '", &it.name, "': ", &it.status].concat()
}

fn bracketed(tag: Option<&str>) -> String {
    tag.map_or(String::new(), |it| ["[", it, "] "].concat())
}

pub(crate) fn space(it: &Space) -> String {
    let tag = bracketed(it.tag.as_deref());
    let [a, b] = [it.allocatable.free, it.allocatable.total];
    let [c, d] = [it.free.free, it.free.total];
    format!("Space: {tag}allocatable {a} of {b}, free {c} of {d}")
}

/// `, LABEL: WORD`, or nothing.
fn tail(label: &str, word: Option<&str>) -> String {
    word.map_or(String::new(), |it| format!(", {label}: {it}"))
}

pub(crate) fn mds_nodes(it: &MdsNodes) -> String {
    let uptime = tail("epoch uptime", it.epoch_uptime.as_deref());
    let version = tail("cluster version", it.cluster_version.as_deref());
    format!(
        "MDS nodes: {} of {}{uptime}{version}",
        it.available, it.total
    )
}

pub(crate) fn cs_nodes(it: &CsNodes) -> String {
    let states = it
        .states
        .iter()
        .map(|(name, count)| [&count.to_string(), " ", name].concat());
    let states = states.collect::<Vec<_>>().join(", ");
    let version = tail("storage version", it.storage_version.as_deref());
    format!(
        "CS nodes:  {} of {} ({states}){version}",
        it.available, it.total
    )
}

pub(crate) fn license(it: &License) -> String {
    match it {
        License::Dated {
            state,
            expires_on,
            capacity,
            used,
        } => {
            let day = expires_on.strftime("%m/%d/%Y");
            format!("License: {state} (expiration: {day}, capacity: {capacity}, used: {used})")
        }
        License::Keyed {
            key,
            state,
            capacity,
        } => format!("License: {key} is {state}, {capacity} capacity"),
    }
}

pub(crate) fn replication(it: &Replication) -> String {
    let two = |it: u64| {
        if it < 10 {
            format!(" {it}")
        } else {
            it.to_string()
        }
    };
    let (normal, limit) = (two(it.normal), two(it.limit));
    format!("Replication: {normal} norm, {limit} limit")
}

pub(crate) fn chunks(it: &Chunks) -> String {
    let states = it.states.iter().map(|(name, it)| {
        let (count, percent) = (it.count, it.percent);
        format!("{count} ({percent}%) {name}")
    });
    let states: Vec<String> = states.collect();
    let lines: Vec<String> = states.chunks(4).map(|it| it.join(",  ")).collect();
    let tag = bracketed(it.tag.as_deref());
    format!("Chunks: {tag}{}", lines.join(",\n             "))
}

pub(crate) fn fs(it: &Fs) -> String {
    [
        format!("FS:  {} in {} files, ", it.size, it.files),
        format!("{} inodes,  {} file maps,  ", it.inodes, it.file_maps),
        format!("{} chunks,  ", it.chunks),
        format!("{} chunk replicas", it.chunk_replicas),
    ]
    .concat()
}

/// Right-aligned in eight characters.
fn eight(it: &impl ToString) -> String {
    let word = it.to_string();
    " ".repeat(8_usize.saturating_sub(word.len())) + &word
}

fn flow<T: ToString>(it: &Flow<T>) -> String {
    [&*eight(&it.bytes), " (", &eight(&it.ops), ")"].concat()
}

pub(crate) fn current(Both { read, write }: &Both<Flow<Rate>>) -> String {
    ["IO:       read ", &flow(read), ", write ", &flow(write)].concat()
}

pub(crate) fn total(Both { read, write }: &Both<Flow<Size>>) -> String {
    ["IO total: read ", &flow(read), ", write ", &flow(write)].concat()
}

pub(crate) fn repl_io(Both { read, write }: &Both<Rate>) -> String {
    ["Repl IO:  read ", &eight(read), ", write: ", &eight(write)].concat()
}

pub(crate) fn sync(Sync { sync, datasync }: &Sync) -> String {
    [
        "Sync rate: ",
        &eight(sync),
        ", datasync rate: ",
        &eight(datasync),
    ]
    .concat()
}

pub(crate) fn queue_depth(QueueDepth { average, max }: &QueueDepth) -> String {
    format!("IO QDEPTH: {average} aver, {max} max")
}

/// A blank line, the header, the rows: each column as wide as its widest cell, aligned to the right, behind
/// one for the master.
pub(crate) fn table(it: &Table) -> String {
    let head = it.columns().iter().map(|it| Some(it.clone()));
    let mut lines = vec![(" ", head.collect::<Vec<_>>())];
    for row in it.rows() {
        lines.push((
            if row.master { "M" } else { " " },
            row.cells().map(|it| it.map(String::from)).collect(),
        ));
    }
    let width = |cell: &Option<String>| cell.as_ref().map_or(0, |it| it.chars().count());
    for column in 0..it.columns().len() {
        let widest = lines
            .iter()
            .map(|(_, it)| width(&it[column]))
            .max()
            .unwrap();
        for (_, cells) in &mut lines {
            let blanks = " ".repeat(widest - width(&cells[column]));
            cells[column] = Some(blanks + cells[column].as_deref().unwrap_or(""));
        }
    }
    let lines = lines.into_iter().map(|(master, cells)| {
        let cells: Vec<String> = cells.into_iter().flatten().collect();
        format!("\n{master} {}", cells.join(" "))
    });
    lines.collect()
}
