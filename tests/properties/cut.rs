//! A text that was cut anywhere gives an error or whole figures, and never a part of one.

use crate::{cases, drawn::any_report};
use proptest::{prelude::*, sample::Index};
use vhi_usage::vstorage::{
    report,
    servers::{CsNodes, MdsNodes},
};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_cut_report_gives_whole_figures_or_none(report in any_report(), at in any::<Index>()) {
        let text = report.to_string();
        let bytes = text.as_bytes();
        let n = at.index(bytes.len() + 1);
        let cut = String::from_utf8_lossy(&bytes[..n]);
        let behind_space = text.match_indices('\n').nth(1).unwrap().0;
        let read = report::parse(&cut);
        prop_assert_eq!(read.is_err(), n < behind_space, "cut behind {} of {} bytes", n, behind_space);
        let Ok(read) = read else { return Ok(()) };
        prop_assert_eq!(&read.cluster, &report.cluster);
        prop_assert_eq!(&read.space, &report.space);
        // what a line has lost of its end is missing, and never another figure
        let same = |read: Option<MdsNodes>| read.is_none_or(|it| {
            let whole = report.mds.clone().unwrap();
            let uptime = it.epoch_uptime.is_none() || it.epoch_uptime == whole.epoch_uptime;
            let version = it.cluster_version.is_none() || it.cluster_version == whole.cluster_version;
            uptime && version && (it.available, it.total) == (whole.available, whole.total)
        });
        prop_assert!(same(read.mds));
        let same = |read: Option<CsNodes>| read.is_none_or(|it| {
            let whole = report.cs.clone().unwrap();
            let version = it.storage_version.is_none() || it.storage_version == whole.storage_version;
            version && (it.available, it.total, it.states) == (whole.available, whole.total, whole.states)
        });
        prop_assert!(same(read.cs));
        prop_assert!(read.license.is_none() || read.license == report.license);
        prop_assert!(read.replication.is_none() || read.replication == report.replication);
        prop_assert!(read.chunks.is_none() || read.chunks == report.chunks);
        prop_assert!(read.fs.is_none() || read.fs == report.fs);
        prop_assert!(read.io.current.is_none() || read.io.current == report.io.current);
        prop_assert!(read.io.total.is_none() || read.io.total == report.io.total);
        prop_assert!(read.io.replication.is_none() || read.io.replication == report.io.replication);
        prop_assert!(read.io.sync.is_none() || read.io.sync == report.io.sync);
        prop_assert!(read.io.queue_depth.is_none() || read.io.queue_depth == report.io.queue_depth);
        for (read, whole) in [(read.mds_table, report.mds_table), (read.cs_table, report.cs_table)] {
            let Some(read) = read else { continue };
            let whole = whole.unwrap();
            prop_assert_eq!(read.columns(), whole.columns());
            prop_assert!(read.rows().zip(whole.rows()).all(|(read, whole)| read == whole));
            prop_assert!(read.rows().len() <= whole.rows().len());
        }
    }
}
