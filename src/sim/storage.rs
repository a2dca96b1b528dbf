//! The figures as a report of `vstorage stat`, in the manner of VHI 6.2.
//!
//! ```text
//! Cluster 'cluster1': healthy
//! Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
//! ```

use jiff::civil::Date;

use crate::{
    amount::SizeBase,
    sim::{fault::Fault, figures::Figures},
    vstorage::{
        chunks::Replication,
        io::{Both, Flow, Io},
        kept::Kept,
        license::License,
        rate::Rate,
        report::StatReport,
        servers::{Cluster, CsNodes, MdsNodes},
        space::{Left, Space},
        table::Table,
        token::Size,
    },
};

const MDS: u64 = 3;
const CS: u64 = 32;
/// What the tool prints for a licence without an end.
pub(crate) const NEVER: Date = Date::constant(2100, 1, 1);

/// The report of a healthy cluster with that name.
pub(crate) fn report(it: &Figures, name: &str, shows: impl Fn(Fault) -> bool) -> StatReport {
    let base = match shows(Fault::DecimalPrint) {
        true => SizeBase::Decimal,
        false => SizeBase::Binary,
    };
    let size = |bytes| Size::three_digits(bytes, base);
    let left = |free, total| Left {
        free: size(free),
        total: size(total),
    };
    StatReport {
        cluster: Cluster {
            name: name.to_owned(),
            status: "healthy".to_owned(),
        },
        space: Space {
            tag: Some("OK".to_owned()),
            allocatable: left(it.allocatable_free, it.allocatable_total),
            free: left(it.physical_free, it.physical_total),
        },
        mds: Some(MdsNodes {
            available: MDS,
            total: MDS,
            epoch_uptime: Some("13d  3h".to_owned()),
            cluster_version: None,
        }),
        cs: Some(CsNodes {
            available: CS,
            total: CS,
            states: [("avail", CS), ("inactive", 0), ("offline", 0)]
                .map(|(state, count)| (state.to_owned(), count))
                .into(),
            storage_version: None,
        }),
        license: Some(License::Dated {
            state: "ACTIVE".to_owned(),
            expires_on: NEVER,
            capacity: whole(it.license_capacity, base).unwrap_or(size(it.license_capacity)),
            used: size(it.user_data),
        }),
        replication: Some(Replication {
            normal: 1,
            limit: 1,
        }),
        chunks: None,
        fs: None,
        io: io(it, size),
        mds_table: mds_table(),
        cs_table: cs_table(it, size),
        unread: Vec::new(),
        read: Kept::default(),
    }
}

/// A size in whole `TB`, cut, as the tool prints what a licence allows.
fn whole(bytes: u64, base: SizeBase) -> Option<Size> {
    let text = format!("{}TB", bytes / base.factor().pow(4));
    text.parse().ok()
}

/// The text of a report, with what goes wrong in it.
pub(crate) fn printed(mut report: StatReport, shows: impl Fn(Fault) -> bool) -> String {
    if shows(Fault::OtherCluster) {
        report.cluster.name = "another".to_owned();
    }
    if shows(Fault::NotSettled) {
        report.cluster.status = "unknown".to_owned();
    }
    if shows(Fault::NoLicenseLine) {
        report.license = None;
    }
    let text = report.to_string();
    let lines = text.split_inclusive('\n').flat_map(|line| {
        let line = match line.starts_with("Replication:") && shows(Fault::UnknownForm) {
            true => "Replication:  encoding 3+2\n",
            false => line,
        };
        let more = line.starts_with("Space:") && shows(Fault::UnreadLine);
        [
            line,
            if more {
                "Scrubbing: 12% of chunks, 3d  2h left\n"
            } else {
                ""
            },
        ]
    });
    lines.collect()
}

/// Traffic goes with the number of VMs.
fn io(it: &Figures, size: impl Fn(u64) -> Size) -> Io {
    let flow = |bytes: u64, ops: u64| {
        Some(Flow {
            bytes: Rate(size(bytes)),
            // below 1000 the tool prints no letter, and the words are the format's own
            ops: format!("{}ops/s", ops.min(999)).parse().ok()?,
        })
    };
    let both = |read, write| {
        Some(Both {
            read: read?,
            write: write?,
        })
    };
    Io {
        current: both(
            flow(it.active * 96_000, it.active * 2),
            flow(it.active * 110_000, it.active * 3),
        ),
        ..Io::default()
    }
}

fn mds_table() -> Option<Table> {
    let rows = (1..=MDS).map(|id| {
        let row = format!("{id} avail 0.{id}% {id}/s 0.2% 14{id}m 13d_3h node{id}");
        (id == 2, row)
    });
    table("MDSID STATUS %CTIME COMMITS %CPU MEM UPTIME HOST", rows)
}

fn cs_table(it: &Figures, size: impl Fn(u64) -> Size) -> Option<Table> {
    let (space, avail) = (size(it.physical_total / CS), size(it.physical_free / CS));
    let rows = (1..=CS).map(|number| {
        let (id, host) = (1_024 + number, (number - 1) / 4 + 1);
        let (replicas, unique) = (28_120 + 7 * number % 31, 90 + number % 7);
        let row =
            format!("{id} active {space} {avail} {replicas} {unique} 1% 0/{host} 0.0 node{host}");
        (false, row)
    });
    table(
        "CSID STATUS SPACE AVAIL REPLICAS UNIQUE IOWAIT IOLAT QDEPTH HOST",
        rows,
    )
}

/// A table of rows with the master's mark and the words; a low line stands for a blank within a cell.
fn table(columns: &str, rows: impl Iterator<Item = (bool, String)>) -> Option<Table> {
    let mut table = Table::new(columns.split(' ').map(str::to_owned).collect())?;
    for (master, words) in rows {
        let cells: Vec<String> = words.split(' ').map(|it| it.replace('_', " ")).collect();
        let fits = table.push(master, cells.iter().map(|it| Some(it.as_str())));
        fits.then_some(())?;
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::report::parse;
    use std::time::Duration;

    #[test]
    fn the_report_looks_like_the_tools() {
        let text = report(&Figures::at(Duration::ZERO, 0), "stor1", |_| false).to_string();
        let header: Vec<&str> = text.lines().take(7).collect();
        assert_eq!(
            header,
            [
                "Cluster 'stor1': healthy",
                "Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB",
                "MDS nodes: 3 of 3, epoch uptime: 13d  3h",
                "CS nodes:  32 of 32 (32 avail, 0 inactive, 0 offline)",
                "License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 21.2TB)",
                "Replication:  1 norm,  1 limit",
                "IO:       read 24.5MB/s (536ops/s), write 28.1MB/s (804ops/s)",
            ]
        );
        let words = |line: &str| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let master = text
            .lines()
            .find(|line| line.starts_with('M') && line.ends_with("node2"));
        assert_eq!(words(master.unwrap()).len(), 10);
    }

    #[test]
    fn nothing_in_the_report_is_unread_at_any_age() {
        for hour in 0..48 {
            let figures = Figures::at(Duration::from_secs(1_234 * hour), hour % 5);
            let read = parse(&report(&figures, "stor1", |_| false).to_string()).unwrap();
            assert_eq!(read.unread, []);
            assert_eq!(read.mds_table.unwrap().rows().len(), 3);
            assert_eq!(read.cs_table.unwrap().rows().len(), 32);
            let printed = report(&figures, "stor1", |_| false);
            assert_eq!((read.space, read.io), (printed.space, printed.io));
        }
    }

    #[test]
    fn each_fault_changes_its_own_lines() {
        let lines = |fault| {
            let shows = |it| Some(it) == fault;
            let it = report(&Figures::at(Duration::ZERO, 0), "stor1", shows);
            let text = printed(it, shows);
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let good = lines(None);
        let without = lines(Some(Fault::NoLicenseLine));
        assert_eq!(without.len(), good.len() - 1);
        assert!(without.iter().all(|line| !line.starts_with("License:")));
        let more = lines(Some(Fault::UnreadLine));
        assert!(more[2].starts_with("Scrubbing: "));
        assert_eq!((&more[..2], &more[3..]), (&good[..2], &good[2..]));
        assert_eq!(
            lines(Some(Fault::UnknownForm))[5],
            "Replication:  encoding 3+2"
        );
        let decimal = lines(Some(Fault::DecimalPrint));
        assert_eq!(
            decimal[1],
            "Space: [OK] allocatable 13.0TB of 63.0TB, free 14.3TB of 63.0TB"
        );
        assert!(decimal[4].ends_with(", capacity: 549TB, used: 23.3TB)"));
    }

    #[test]
    fn what_goes_wrong_in_the_header_is_left_unread() {
        for fault in [Fault::UnreadLine, Fault::UnknownForm] {
            let it = report(&Figures::at(Duration::ZERO, 0), "stor1", |_| false);
            let read = parse(&printed(it, |it| it == fault)).unwrap();
            assert_eq!(read.unread.len(), 1, "{fault}");
            assert_eq!(read.replication.is_none(), fault == Fault::UnknownForm);
        }
    }
}
