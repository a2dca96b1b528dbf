//! Storage, from the text that `vstorage -c <cluster> stat` prints on a storage node.
//!
//! Over SSH more is asked of a reading than that it parses: exit status 0, the cluster's own name, and
//! a status other than `unknown`. What a printed unit letter stands for is a setting: the report does
//! not say.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    clock,
    cluster_name::ClusterName,
    drift,
    reading::{BaseInForce, Evidence, StorageReading},
    source::{
        error::SourceError,
        once::{Novelty, Once},
        printed,
        read::Read,
        tool::Tool,
    },
    ssh::pool::Pool,
    stage::Stage,
    vstorage::{error::ParseError, lines::Line, report},
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
        command(&self.tool, &self.cluster)
    }

    /// What a printed unit letter stands for.
    pub fn size_base(&self) -> BaseInForce {
        self.size_base
    }

    /// Ends what it asks just now on the nodes, and closes the connections with them.
    pub async fn close(&self) {
        self.pool.close().await;
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
        let printed = Printed {
            node: node.place().host(),
            command: &command,
            at: clock::now(),
            text: &output.stdout,
        };
        let parse = async {
            let tell = |unread: &[Line<'_>]| self.tell_unread(unread);
            understand(&self.cluster, self.size_base, &printed, tell)
        };
        let stages = self.pool.stages();
        let noted = stages.note(Stage::Parse, parse, |error| error.code().name());
        let reading = noted.await;
        let (node, at) = (printed.node.to_owned(), printed.at);
        Read {
            reading,
            evidence: Some(Evidence {
                text: output.stdout,
                node: Some(node),
                command: Some(command),
                at,
            }),
        }
    }

    /// A changed format is said once per line, whatever figures stand in it, before figures go missing over it.
    /// Of the line itself only a label that we know is logged: the rest may hold a licence key.
    fn tell_unread(&self, unread: &[Line<'_>]) {
        for unread in unread {
            let novelty = self.told.novelty(&drift::shape(&unread.text));
            if novelty == Novelty::Old {
                continue;
            }
            let drift::Line { line, label } = unread.into();
            tracing::warn!(cluster = %self.cluster, line, label, "no rule reads this line of the report; {}", drift::ASK);
            if novelty == Novelty::Last {
                tracing::warn!(cluster = %self.cluster, "there are too many lines that no rule reads: no other one is named here until the next start; GET /api/v1/clusters counts them");
            }
        }
    }
}

/// What a node is asked to run for a cluster.
pub fn command(tool: &Tool, cluster: &ClusterName) -> String {
    format!("{tool} -c {cluster} stat")
}

/// What a node printed.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    /// Which node.
    pub node: &'a str,
    /// What it was asked to run.
    pub command: &'a str,
    /// When.
    pub at: Timestamp,
    /// As it came.
    pub text: &'a [u8],
}

/// What a text means that a node printed for this cluster; lines that no rule reads go to `tell`.
///
/// # Errors
/// When it is no report, that of another cluster, or of one that does not know its own state.
pub fn understand(
    cluster: &ClusterName,
    size_base: BaseInForce,
    printed: &Printed<'_>,
    tell: impl FnOnce(&[Line<'_>]),
) -> Result<StorageReading, SourceError> {
    let node = || printed.node.to_owned();
    let unreadable = |source: ParseError| SourceError::Report {
        node: node(),
        command: printed.command.to_owned(),
        source,
    };
    let text = String::from_utf8_lossy(printed.text);
    let report = report::parse(&text).map_err(unreadable)?;
    if report.cluster.name != cluster.as_str() {
        return Err(SourceError::OtherCluster {
            node: node(),
            asked: cluster.to_string(),
            found: report.cluster.name,
        });
    }
    if report.cluster.is_unknown() {
        return Err(SourceError::NotSettled {
            place: node(),
            status: report.cluster.status,
        });
    }
    let report = report.within(size_base.base);
    tell(&report.unread);
    printed::reading(report, printed.at, node(), size_base).map_err(unreadable)
}
