//! Storage, from the text that `vstorage -c <cluster> stat` prints on a storage node.
//!
//! Over SSH more is asked of a reading than that it parses: exit status 0, the cluster's own name, and
//! a status other than `unknown`. What a printed unit letter stands for is a setting: the report does
//! not say.

use std::time::Duration;

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
        format!("{} -c {} stat", self.tool, self.cluster)
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
        let report = report.within(self.size_base.base);
        self.tell_unread(&report.unread);
        printed::reading(report, evidence.at, node(), self.size_base).map_err(unreadable)
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
