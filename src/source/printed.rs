//! What a printed report means, in the base that its units are taken for.
//!
//! ```text
//! Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB   ->   logical: free 11.9 T of 57.3 T
//! ```

use jiff::Timestamp;

use crate::{
    amount::SizeBase,
    reading::{BaseInForce, Counter, Figure, License, Replication, Source, Space, StorageReading},
    vstorage::{error::ParseError, license, report::StatReport, token::Size, unread::Unread},
};

/// What a report means, once it is known to be the right one.
///
/// # Errors
/// Where a size of the Space line does not fit, or more is free than there is.
pub fn reading(
    report: StatReport,
    at: Timestamp,
    node: String,
    size_base: BaseInForce,
) -> Result<StorageReading, ParseError> {
    let base = size_base.base;
    let amounts = report.space_in(base)?;
    let (logical, physical) = (report.space.allocatable, report.space.free);
    let license = report
        .license
        .as_ref()
        .and_then(|license| licensed(license, base));
    let by_files = report.fs.and_then(|fs| figure(fs.size, base));
    // The licence counts user data, too, and is printed where the FS line is not.
    let by_license = license.as_ref().and_then(|license| license.used);
    let (user_data, user_data_by) = Counter::first(by_files, by_license);
    let cluster_status = report.cluster.status.clone();
    let replication = report.replication.as_ref().map(|replication| Replication {
        normal: replication.normal,
        limit: replication.limit,
    });
    Ok(StorageReading {
        source: Source::Ssh,
        basis: Source::Ssh.basis(),
        observed_at: at,
        node: Some(node),
        cluster_status: Some(cluster_status),
        size_base: Some(size_base),
        logical: Space::printed(logical.total, logical.free, amounts.logical),
        physical: Some(Space::printed(
            physical.total,
            physical.free,
            amounts.physical,
        )),
        user_data,
        user_data_by,
        replication,
        // A report that says nothing of the licence leaves its state unknown.
        license: Some(license.unwrap_or_default()),
        tiers: None,
        services: None,
        unread: Unread::of(report.within(base).unread),
    })
}

fn licensed(license: &license::License, base: SizeBase) -> Option<License> {
    let capacity = figure(license.capacity(), base)?;
    let used = match license.used() {
        None => None,
        // Half a licence is none: the line could not be read in this base.
        Some(used) => Some(figure(used, base)?),
    };
    let left = used.and_then(|used| capacity.amount.minus(used.amount));
    Some(License {
        state: Some(license.state().to_owned()),
        capacity: Some(capacity),
        used,
        free: left.map(Figure::derived),
        expires_on: match license {
            license::License::Dated { expires_on, .. } => Some(*expires_on),
            license::License::Keyed { .. } => None,
        },
    })
}

fn figure(size: Size, base: SizeBase) -> Option<Figure> {
    Some(Figure {
        printed: Some(size),
        amount: size.amount(base)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::report;

    #[test]
    fn what_is_left_is_never_read_as_used() {
        let text = "Cluster 'cluster1': healthy\n\
            Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB\n";
        let report = report::parse(text).expect("a report");
        let size_base = BaseInForce {
            base: SizeBase::Binary,
            configured: false,
        };
        let reading = reading(
            report,
            Timestamp::UNIX_EPOCH,
            "node1.example".to_owned(),
            size_base,
        );
        let logical = reading.expect("a reading").logical;
        assert_eq!(logical.total.amount.bytes, 63_002_016_271_565);
        assert_eq!(logical.free.amount.bytes, 13_084_188_370_534);
        assert_eq!(
            logical.used.amount.bytes,
            63_002_016_271_565 - 13_084_188_370_534
        );
        assert_eq!(logical.used.printed, None);
    }
}
