//! The figures as a report of `vstorage stat`.

use crate::sim::figures::Figures;

/// The report of a cluster with that name and status.
pub(crate) fn report(figures: &Figures, name: &str, status: &str) -> String {
    let tib = |bytes: u64| {
        let tenths = (u128::from(bytes) * 10 + (1 << 39)) >> 40;
        format!("{}.{}TB", tenths / 10, tenths % 10)
    };
    format!(
        "Cluster '{name}': {status}\nSpace: [OK] allocatable {} of {}, free {} of {}\n\
         MDS nodes: 3 of 3, epoch uptime: 13d  3h\nCS nodes:  32 of 32 (32 avail, 0 inactive, 0 offline)\n\
         Replication:  1 norm,  1 limit\nIO:       read     0B/s (  0ops/s), write  1.2MB/s ( 11Kops/s)\n",
        tib(figures.allocatable_free),
        tib(figures.allocatable_total),
        tib(figures.physical_free),
        tib(figures.physical_total),
    )
}
