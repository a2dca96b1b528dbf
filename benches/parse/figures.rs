//! What a report says, in the shape that both peers fill; and ours put into it, to hold it against theirs.

use std::{fmt::Display, ops::Range};
use vhi_usage::vstorage::{
    io::{Both, Flow},
    license::License,
    report::StatReport,
    space, table,
};

/// A number as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) digits: u64,
    pub(crate) decimals: usize,
}

/// A size or a rate as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) number: Number,
    /// The letter before the `B`.
    pub(crate) unit: Option<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) tag: Option<String>,
    pub(crate) sizes: [Size; 4],
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mds {
    pub(crate) nodes: [u64; 2],
    pub(crate) uptime: Option<String>,
    pub(crate) version: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cs {
    pub(crate) nodes: [u64; 2],
    pub(crate) states: Vec<(String, u64)>,
    pub(crate) version: Option<String>,
}

/// The dialect with a date; its day, month and year.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Licence {
    pub(crate) state: String,
    pub(crate) expires: (u64, u64, u64),
    pub(crate) sizes: [Size; 2],
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chunks {
    pub(crate) tag: Option<String>,
    pub(crate) states: Vec<(String, u64, Number)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fs {
    pub(crate) size: Size,
    pub(crate) counts: [u64; 5],
}

/// Read and write, each with its operations.
pub(crate) type Flows = [(Size, String); 2];

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) cluster: Option<(String, String)>,
    pub(crate) space: Option<Space>,
    pub(crate) mds: Option<Mds>,
    pub(crate) cs: Option<Cs>,
    pub(crate) licence: Option<Licence>,
    pub(crate) replication: Option<[u64; 2]>,
    pub(crate) chunks: Option<Chunks>,
    pub(crate) fs: Option<Fs>,
    pub(crate) current: Option<Flows>,
    pub(crate) total: Option<Flows>,
    pub(crate) copied: Option<[Size; 2]>,
    pub(crate) sync: Option<[String; 2]>,
    pub(crate) depth: Option<[Number; 2]>,
}

/// A table whose cells stand in a text that is kept once, as they do with us.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) cells: Vec<Range<usize>>,
    pub(crate) masters: Vec<bool>,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The whole text, kept as evidence; the cells stand in it.
    pub(crate) text: String,
    pub(crate) header: Header,
    pub(crate) mds: Option<Table>,
    pub(crate) cs: Option<Table>,
}

/// A table in words: columns, and the rows with their mark.
pub(crate) type Words = (Vec<String>, Vec<(bool, Vec<String>)>);

impl Report {
    /// The tables in words. A cell of two words, an uptime, has one blank between them.
    pub(crate) fn tables(&self) -> [Option<Words>; 2] {
        let words = |table: &Table| {
            let cell = |it: &Range<usize>| {
                let words: Vec<&str> = self.text[it.clone()].split_whitespace().collect();
                words.join(" ")
            };
            let rows = table.cells.chunks(table.columns.len());
            let rows = rows.map(|row| row.iter().map(cell).collect());
            let rows = table.masters.iter().copied().zip(rows).collect();
            (table.columns.clone(), rows)
        };
        [self.mds.as_ref().map(words), self.cs.as_ref().map(words)]
    }
}

/// Ours, the tables in words.
pub(crate) fn of(report: &StatReport) -> (Header, [Option<Words>; 2]) {
    let io = &report.io;
    let header = Header {
        cluster: Some((report.cluster.name.clone(), report.cluster.status.clone())),
        space: Some(of_space(&report.space)),
        mds: report.mds.as_ref().map(|it| Mds {
            nodes: [it.available, it.total],
            uptime: it.epoch_uptime.clone(),
            version: it.cluster_version.clone(),
        }),
        cs: report.cs.as_ref().map(|it| Cs {
            nodes: [it.available, it.total],
            states: it.states.clone(),
            version: it.storage_version.clone(),
        }),
        licence: report.license.as_ref().map(licence),
        replication: report.replication.map(|it| [it.normal, it.limit]),
        chunks: report.chunks.as_ref().map(|it| Chunks {
            tag: it.tag.clone(),
            states: (it.states.iter())
                .map(|(name, it)| (name.clone(), it.count, number(it.percent)))
                .collect(),
        }),
        fs: report.fs.map(|it| Fs {
            size: size(it.size),
            counts: [
                it.files,
                it.inodes,
                it.file_maps,
                it.chunks,
                it.chunk_replicas,
            ],
        }),
        current: io.current.as_ref().map(flows),
        total: io.total.as_ref().map(flows),
        copied: io
            .replication
            .as_ref()
            .map(|it| [size(it.read), size(it.write)]),
        sync: io
            .sync
            .as_ref()
            .map(|it| [it.sync.to_string(), it.datasync.to_string()]),
        depth: io
            .queue_depth
            .map(|it| [number(it.average), number(it.max)]),
    };
    let tables = [&report.mds_table, &report.cs_table];
    (header, tables.map(|it| it.as_ref().map(words)))
}

pub(crate) fn of_space(it: &space::Space) -> Space {
    let (first, second) = (it.allocatable, it.free);
    Space {
        tag: it.tag.clone(),
        sizes: [first.free, first.total, second.free, second.total].map(size),
    }
}

fn words(table: &table::Table) -> Words {
    let rows = table.rows().map(|row| {
        let cells = row.cells().map(|it| it.unwrap_or("").to_owned());
        (row.master, cells.collect())
    });
    (table.columns().to_vec(), rows.collect())
}

fn licence(it: &License) -> Licence {
    let License::Dated {
        state,
        expires_on,
        capacity,
        used,
    } = it
    else {
        panic!("the licence has a date: {it}");
    };
    let part = |it: i64| u64::try_from(it).expect("a part of a date");
    Licence {
        state: state.clone(),
        expires: (
            part(expires_on.day().into()),
            part(expires_on.month().into()),
            part(expires_on.year().into()),
        ),
        sizes: [size(capacity), size(used)],
    }
}

fn flows<T: Display>(Both { read, write }: &Both<Flow<T>>) -> Flows {
    [read, write].map(|it| (size(&it.bytes), it.ops.to_string()))
}

/// From the print, by other means than any of the three.
fn size(it: impl Display) -> Size {
    let text = it.to_string();
    let text = text.trim_end_matches("/s").trim_end_matches('B');
    let unit = text.bytes().last().filter(u8::is_ascii_alphabetic);
    Size {
        number: number(text.trim_end_matches(|it: char| it.is_ascii_alphabetic())),
        unit,
    }
}

fn number(it: impl Display) -> Number {
    let text = it.to_string();
    Number {
        digits: text.replace('.', "").parse().expect("digits"),
        decimals: text.split_once('.').map_or(0, |(_, it)| it.len()),
    }
}
