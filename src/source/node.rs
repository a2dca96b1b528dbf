//! Storage, from the text that `vstorage -c <cluster> stat` prints on a storage node.
//!
//! Over SSH more is asked of a reading than that it parses: exit status 0, the cluster's own name, and
//! a status other than `unknown`. What a printed unit letter stands for is a setting: the report does
//! not say.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    amount::SizeBase,
    clock,
    cluster_name::ClusterName,
    drift,
    reading::{
        BaseInForce, Counter, Evidence, Figure, License, Replication, Source, Space,
        StorageReading, Unread,
    },
    source::{error::SourceError, once::Once, read::Read, tool::Tool},
    ssh::pool::Pool,
    stage::Stage,
    vstorage::{
        error::ParseError,
        license,
        lines::Line,
        report::{self, StatReport},
        token::Size,
    },
};

/// The command on the nodes of one cluster.
#[derive(Debug)]
pub struct NodeSource {
    pool: Pool,
    cluster: ClusterName,
    tool: Tool,
    within: Duration,
    size_base: BaseInForce,
    told: Once,
}

impl NodeSource {
    /// The nodes to ask, the cluster to ask for, with which tool, how long it may take, and what its
    /// units stand for.
    pub fn new(
        pool: Pool,
        cluster: ClusterName,
        tool: Tool,
        within: Duration,
        size_base: BaseInForce,
    ) -> NodeSource {
        NodeSource {
            pool,
            cluster,
            tool,
            within,
            size_base,
            told: Once::default(),
        }
    }

    /// The command as the node runs it.
    pub fn command(&self) -> String {
        format!("{} -c {} stat", self.tool, self.cluster)
    }

    /// What a printed unit letter stands for.
    pub fn size_base(&self) -> BaseInForce {
        self.size_base
    }

    /// Asks the nodes once.
    pub async fn read(&self) -> Read {
        let command = self.command();
        let (node, output) = match self.pool.run(&command, self.within).await {
            Ok(answer) => answer,
            Err(error) => {
                return Read {
                    reading: Err(error.into()),
                    evidence: None,
                };
            }
        };
        let evidence = Evidence {
            text: output.stdout,
            node: node.place().host().to_owned(),
            command,
            at: clock::now(),
        };
        let parse = async { self.understand(&evidence) };
        let stages = self.pool.stages();
        let noted = stages.note(Stage::Parse, parse, |error| error.code().name());
        Read {
            reading: noted.await,
            evidence: Some(evidence),
        }
    }

    fn understand(&self, evidence: &Evidence) -> Result<StorageReading, SourceError> {
        let node = || evidence.node.clone();
        let unreadable = |source: ParseError| SourceError::Report {
            node: node(),
            command: evidence.command.clone(),
            source,
        };
        let text = String::from_utf8_lossy(&evidence.text);
        let report = report::parse(&text).map_err(unreadable)?;
        if report.cluster.name != self.cluster.as_str() {
            return Err(SourceError::OtherCluster {
                node: node(),
                asked: self.cluster.to_string(),
                found: report.cluster.name,
            });
        }
        if report.cluster.is_unknown() {
            return Err(SourceError::NotSettled {
                place: node(),
                status: report.cluster.status,
            });
        }
        let reading = reading(report, evidence.at, node(), self.size_base).map_err(unreadable)?;
        self.tell_unread(&reading.unread);
        Ok(reading)
    }

    /// A changed format is said once per line, before figures go missing over it. Of the line itself only
    /// a label that we know is logged: the rest may hold a licence key.
    fn tell_unread(&self, unread: &[Unread]) {
        for unread in unread.iter().filter(|it| self.told.is_new(&it.text)) {
            let drift::Line { line, label } = unread.into();
            tracing::warn!(cluster = %self.cluster, line, label, "no rule reads this line of the report; {}", drift::ASK);
        }
    }
}

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
    let unread = report.within(base).unread.into_iter();
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
        unread: unread
            .map(|Line { line, text }| Unread {
                line,
                text: text.into_owned(),
            })
            .collect(),
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
