//! Lines of a report, drawn: each line of the format in its variants, tables, noise and chatter.

use crate::drawn::Drawn;

/// Lines that are noise wherever they stand between two others.
pub const NOISE: [&str; 5] = [
    "connected to MDS#1",
    "2026-11-22 06:00:01.872 a line of a library",
    "2026-11-22 06:00:01.872",
    "<...>",
    "... (rows 1-3 of 6)",
];

/// Colour and other codes of a terminal, which change nothing.
pub const COLOUR: [&str; 4] = [
    "\u{1b}[1;32m",
    "\u{1b}[0m",
    "\u{1b}[K",
    "\u{1b}]0;title\u{7}",
];

const STATES: [&str; 12] = [
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
    "x-1_y",
];

/// The lines of a report: the two that must be there, and any of the others behind them.
pub fn report(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if it.once_in(4) {
        lines.push(
            it.one_of(&["welcome to Cluster 'c9': enjoy", "hello", "$"])
                .to_owned(),
        );
    }
    lines.push(cluster(it));
    lines.push(space(it));
    while !it.is_empty() && lines.len() < 40 {
        match it.below(16) {
            0 => lines.push(mds_nodes(it)),
            1 => lines.push(cs_nodes(it)),
            2 => lines.push(license(it)),
            3 => lines.push(format!(
                "Replication: {:>2} norm, {:>2} limit",
                it.number(),
                it.number()
            )),
            4 => lines.extend(chunks(it)),
            5 => lines.push(fs(it)),
            6 => lines.push(format!(
                "IO:       read {}, write {}",
                flow(it, true),
                flow(it, true)
            )),
            7 => lines.push(format!(
                "IO total: read {}, write {}",
                flow(it, false),
                flow(it, false)
            )),
            8 => lines.push(format!(
                "Repl IO:  read {:>8}/s, write: {:>8}/s",
                size(it),
                size(it)
            )),
            9 => lines.push(format!(
                "Sync rate: {:>8}, datasync rate: {:>8}",
                ops(it),
                ops(it)
            )),
            10 => lines.push(format!(
                "IO QDEPTH: {} aver, {} max",
                decimal(it),
                decimal(it)
            )),
            11 => lines.extend(mds_table(it)),
            12 => lines.extend(cs_table(it)),
            13 => lines.extend(passed_over(it)),
            14 => lines.push(it.one_of(&NOISE).to_owned()),
            _ => lines.push(
                it.one_of(&["", " ", "Tiers: 3", "  x", "# end", "M"])
                    .to_owned(),
            ),
        }
    }
    lines
}

fn cluster(it: &mut Drawn<'_>) -> String {
    let name = it.one_of(&["cluster1", "a b", "…", "c.1_x-y"]);
    let status = it.one_of(&["healthy", "unknown", "SMART warning", "degraded, 2 of 5: x"]);
    format!("Cluster '{name}': {status}")
}

/// The line that is billed. More often than not no more is free than there is.
pub fn space(it: &mut Drawn<'_>) -> String {
    let tag = it.one_of(&["[OK] ", "", "[WARN 20%] ", "[] ", "[OK]"]);
    let (logical, physical) = (left(it), left(it));
    format!("Space: {tag}allocatable {logical}, free {physical}")
}

fn left(it: &mut Drawn<'_>) -> String {
    if it.once_in(4) {
        return format!("{} of {}", size(it), size(it));
    }
    let (digits, letter) = (1 + it.below(999), it.one_of(&["K", "M", "G", "T", "P"]));
    format!("{digits}{letter}B of {}{letter}B", digits + it.below(99))
}

/// A size as it may be printed, now and then one that is no size.
pub fn size(it: &mut Drawn<'_>) -> String {
    let whole = 1 + it.one_of(&[0, 1, 2, 3, 8, 18, 19, 20]);
    let fraction = it.one_of(&[0, 1, 2, 3, 7, 16]);
    let letter = it.one_of(&["T", "G", "M", "K", "P", "E", "", "X", "t"]);
    let whole = it.digits(whole.min(21 - fraction));
    match fraction {
        0 => format!("{whole}{letter}B"),
        many => format!("{whole}.{}{letter}B", it.digits(many)),
    }
}

fn decimal(it: &mut Drawn<'_>) -> String {
    let (whole, fraction) = (it.below(3) + 1, it.below(3));
    match fraction {
        0 => it.digits(whole),
        many => format!("{}.{}", it.digits(whole), it.digits(many)),
    }
}

fn ops(it: &mut Drawn<'_>) -> String {
    let letter = it.one_of(&["", "K", "M", "G", "T"]);
    let unit = it.one_of(&["ops/s", "op/s", "ops", "op", "o"]);
    format!("{}{letter}{unit}", decimal(it))
}

fn flow(it: &mut Drawn<'_>, rate: bool) -> String {
    let a_second = if rate { "/s" } else { "" };
    format!("{:>8} ({:>8})", size(it) + a_second, ops(it))
}

fn mds_nodes(it: &mut Drawn<'_>) -> String {
    let uptime = it.one_of(&[
        "",
        ", epoch uptime: 19d 23h",
        ", epoch uptime: 13d  3h",
        ", epoch uptime: 7s",
    ]);
    let version = it.one_of(&["", ", cluster version: 128", ", cluster version: 1.2-x"]);
    format!(
        "MDS nodes: {} of {}{uptime}{version}",
        it.number(),
        it.number()
    )
}

fn cs_nodes(it: &mut Drawn<'_>) -> String {
    let names = it.one_of(&[
        ["avail", "inactive", "offline"],
        ["avail", "being released", "a_b-c"],
        ["a", "b", "a"],
    ]);
    let states: Vec<String> = names
        .iter()
        .map(|name| format!("{} {name}", it.number()))
        .collect();
    let version = it.one_of(&["", ", storage version: 128"]);
    format!(
        "CS nodes:  {} of {} ({}){version}",
        it.number(),
        it.number(),
        states.join(", ")
    )
}

fn license(it: &mut Drawn<'_>) -> String {
    let state = it.one_of(&["ACTIVE", "GRACE PERIOD", "EXPIRED", "A-B_c", "is"]);
    if it.once_in(3) {
        return format!(
            "License: ABCD.12345678.1234 is {state}, {} capacity",
            size(it)
        );
    }
    let date = it.one_of(&[
        "01/10/2021",
        "02/29/2024",
        "02/29/2023",
        "13/10/2021",
        "1/1/2021",
    ]);
    format!(
        "License: {state} (expiration: {date}, capacity: {}, used: {})",
        size(it),
        size(it)
    )
}

fn chunks(it: &mut Drawn<'_>) -> Vec<String> {
    let tag = it.one_of(&["[OK] ", "", "[WARNING] "]);
    let many = 1 + it.below(STATES.len());
    let mut line = format!("Chunks: {tag}");
    let mut lines = Vec::new();
    for (place, name) in STATES.iter().take(many).enumerate() {
        if place > 0 {
            line.push_str(",  ");
            if place % 4 == 0 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                line.push_str("             ");
            }
        }
        line.push_str(&format!("{} ({}%) {name}", it.number(), decimal(it)));
    }
    lines.push(line);
    lines
}

fn fs(it: &mut Drawn<'_>) -> String {
    let [files, inodes, maps, chunks, replicas] = std::array::from_fn(|_| it.number());
    format!(
        "FS:  {} in {files} files, {inodes} inodes,  {maps} file maps,  {chunks} chunks,  {replicas} chunk replicas",
        size(it)
    )
}

fn mds_table(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = vec![
        it.one_of(&[
            "MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST",
            "MDSID HOST UPTIME",
            "MDSID MDSID",
        ])
        .to_owned(),
    ];
    while it.once_in(2) && lines.len() < 6 {
        let master = it.one_of(&["M", " ", ""]);
        let uptime = it.one_of(&["6d  1h", "7h", "1d 2x", "-"]);
        let host = it.one_of(&["node1", "node2.example", "cut-na…", ""]);
        lines.push(format!(
            "{master}   {} avail      0.0%       0/s   0.2%   142m   {uptime} {host}",
            it.below(99)
        ));
    }
    lines
}

fn cs_table(it: &mut Drawn<'_>) -> Vec<String> {
    let head = it.one_of(&[
        "CSID STATUS      SPACE    FREE REPLICAS UNIQUE IOWAIT IOLAT(ms) QDEPTH HOST FLAGS",
        " CSID STATUS SPACE FLAGS HOST",
        "CSID IOWAIT IOLAT(ms) QDEPTH RMW JRMW HOST",
    ]);
    let mut lines = vec![head.to_owned()];
    while it.once_in(2) && lines.len() < 6 {
        let flags = it.one_of(&["", "J", "JCc", "J C"]);
        lines.push(format!(
            "{} active {} {} 323 0 0% 0/0 0.0 node1 {flags}",
            1025 + it.below(9),
            size(it),
            size(it)
        ));
    }
    lines
}

fn passed_over(it: &mut Drawn<'_>) -> Vec<String> {
    let head = it.one_of(&["CLID LEASES READ WRITE", "TIME SYS SEV MESSAGE"]);
    vec![
        head.to_owned(),
        "2050 0/1 0B/s 0B/s".to_owned(),
        String::new(),
    ]
}
