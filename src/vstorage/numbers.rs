//! What each number of a line is of.
//!
//! ```text
//! Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
//!                   logical.free    logical.total  …
//! ```
//!
//! Those that a figure is made of have the figure's name.

use crate::vstorage::{
    chunks, fs,
    grammar::{Expected, whole},
    io::{self, Both},
    labels::SPACE,
    license::{self, Placements},
    placed::Token,
    servers, space,
};
use nom::Parser;

/// The numbers of a line with this label, in their order. None: the line cannot be read, or has no number.
pub(crate) fn of<'a>(label: &str, text: &'a str) -> Vec<Token<'a>> {
    match label {
        SPACE => read(text, space::line, |(_, allocatable, free)| {
            vec![
                allocatable.0.named("logical.free"),
                allocatable.1.named("logical.total"),
                free.0.named("physical.free"),
                free.1.named("physical.total"),
            ]
        }),
        "MDS nodes:" => read(text, servers::mds_line, |((available, total), ..)| {
            vec![available.named("mds.available"), total.named("mds.total")]
        }),
        "CS nodes:" => read(text, servers::cs_line, |((available, total), states, _)| {
            let of = [available.named("cs.available"), total.named("cs.total")];
            let states = states.into_iter();
            let states = states.map(|(name, count)| count.named(format!("cs.states.{name}")));
            of.into_iter().chain(states).collect()
        }),
        "License:" => read(text, license::line, |line| match line {
            Placements::Dated(_, day, capacity, used) => vec![
                day.named("license.expires_on"),
                capacity.named("license.capacity"),
                used.named("license.used"),
            ],
            Placements::Keyed(_, _, capacity) => vec![capacity.named("license.capacity")],
        }),
        "Replication:" => read(text, chunks::replication_line, |(normal, limit)| {
            vec![
                normal.named("replication.normal"),
                limit.named("replication.limit"),
            ]
        }),
        "Chunks:" => read(text, chunks::chunks_line, |(_, states)| {
            let states = states.into_iter().map(|(count, percent, name)| {
                let count = count.named(format!("chunks.{name}"));
                [count, percent.named(format!("chunks.{name} %"))]
            });
            states.flatten().collect()
        }),
        "FS:" => read(
            text,
            fs::line,
            |(size, files, inodes, file_maps, chunks, replicas)| {
                vec![
                    size.named("fs.size"),
                    files.named("fs.files"),
                    inodes.named("fs.inodes"),
                    file_maps.named("fs.file_maps"),
                    chunks.named("fs.chunks"),
                    replicas.named("fs.chunk_replicas"),
                ]
            },
        ),
        "IO:" => read(text, io::current_line, |Both { read, write }| {
            vec![
                read.0.named("io.read /s"),
                read.1.named("io.read ops/s"),
                write.0.named("io.write /s"),
                write.1.named("io.write ops/s"),
            ]
        }),
        "IO total:" => read(text, io::total_line, |Both { read, write }| {
            vec![
                read.0.named("io.total.read"),
                read.1.named("io.total.read ops"),
                write.0.named("io.total.write"),
                write.1.named("io.total.write ops"),
            ]
        }),
        "Repl IO:" => read(text, io::replication_line, |Both { read, write }| {
            vec![read.named("repl.read /s"), write.named("repl.write /s")]
        }),
        "Sync rate:" => read(text, io::sync_line, |(sync, datasync)| {
            vec![sync.named("sync ops/s"), datasync.named("datasync ops/s")]
        }),
        "IO QDEPTH:" => read(text, io::queue_line, |(average, max)| {
            vec![average.named("queue.average"), max.named("queue.max")]
        }),
        _ => Vec::new(),
    }
}

fn read<'a, T>(
    text: &'a str,
    line: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
    named: impl FnOnce(T) -> Vec<Token<'a>>,
) -> Vec<Token<'a>> {
    whole(1, text, line).map(named).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_named_before_of_how_much() {
        let line = "Space: [OK] allocatable 1TB of 2TB, free 3TB of 4TB";
        let tokens = of(SPACE, line);
        let named: Vec<_> = tokens.iter().map(|it| (&*it.figure, it.text)).collect();
        let expected = [
            ("logical.free", "1TB"),
            ("logical.total", "2TB"),
            ("physical.free", "3TB"),
            ("physical.total", "4TB"),
        ];
        assert_eq!(named, expected);
        assert!(of(SPACE, "Space: [OK] allocatable 1TB").is_empty());
        assert!(of("Cluster '", "Cluster 'c1': healthy").is_empty());
    }
}
