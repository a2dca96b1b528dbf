//! Why there is no reading, in full for the log; and which reason callers are told.

use jiff::Timestamp;

use crate::{
    clock,
    panel::error::PanelError,
    promql::error::QueryError,
    reading::Source,
    reason::{Code, Reason},
    source::{exact::Unusable, metric::Unfit, transcript::NoTranscript},
    ssh::error::SshError,
    vstorage::error::ParseError,
    web::peer::Peer,
};

/// Why a source gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The command gave no output.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// The panel gave no answer.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// The output is no report.
    #[error(
        "{node}: the output of `{command}` is no report that we can read; if it looks right to you, send it to us, names masked"
    )]
    Report {
        /// The node that printed it.
        node: String,
        /// The command.
        command: String,
        /// Where it stops making sense.
        source: ParseError,
    },
    /// It is the report of another cluster.
    #[error(
        "{node}: asked for cluster {asked}, and the report is of {found}: set the right one as name in [[cluster]] or VSTORAGE_CLUSTER, or in the command of authorized_keys if it is named there"
    )]
    OtherCluster {
        /// The node that printed it.
        node: String,
        /// The cluster in the settings.
        asked: String,
        /// The cluster in the report.
        found: String,
    },
    /// The panel shows another cluster, or does not know the one that was asked for.
    #[error(
        "panel {url}: asked for cluster {asked}, and {path} shows {found}: set the right one as name in [[cluster]] or VSTORAGE_CLUSTER, or the address of its own panel"
    )]
    OtherPanel {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// The cluster in the settings.
        asked: String,
        /// The clusters that the panel shows.
        found: String,
    },
    /// The cluster does not know its own state, so its figures may be incomplete.
    #[error(
        "{place}: the cluster's status is `{status}`, so its figures are not complete: wait a minute, and see the cluster's metadata servers if it stays"
    )]
    NotSettled {
        /// Who says so: the node, or the panel.
        place: String,
        /// The status as it was given.
        status: String,
    },
    /// The panel answered, with none of the figures that we know.
    #[error(
        "the panel's answer to {path} holds no figure that we know: does url in [cluster.panel] name the panel of a cluster with compute?"
    )]
    NoFigure {
        /// What was asked for.
        path: &'static str,
    },
    /// The panel answered, and its space cannot be billed.
    #[error("panel {url}: the answer to {path} gives no figure to bill")]
    Overview {
        /// The panel's base address.
        url: String,
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        source: Unusable,
    },
    /// The query gave no answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The query was answered, and its values cannot be billed.
    #[error("{peer} {url}: {key} in {} gives no figure to bill", peer.table())]
    Metrics {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// The key of the query.
        key: &'static str,
        /// What is wrong with the answer.
        source: Unfit,
    },
    /// The text that was kept of a source is none that it gave.
    #[error(
        "the kept text is none that {source_name} gave: see with `vhi-usage verify` whether the store is sound"
    )]
    Kept {
        /// The source by its name.
        source_name: &'static str,
        /// What is wrong with it.
        source: NoTranscript,
    },
}

impl SourceError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            SourceError::Ssh(error) => error.code(),
            SourceError::Panel(error) => error.code(),
            SourceError::Report { .. } => Code::ReportUnreadable,
            SourceError::OtherCluster { .. } | SourceError::OtherPanel { .. } => Code::OtherCluster,
            SourceError::NotSettled { .. } => Code::NotSettled,
            SourceError::NoFigure { .. } => Code::PanelUnreadable,
            SourceError::Kept { source_name, .. } => unreadable(source_name),
            SourceError::Query(error) => error.code(),
            SourceError::Metrics { source, .. } => source.code(),
            SourceError::Overview { source, .. } => match source {
                Unusable::Absent(_)
                | Unusable::Illegal(_)
                | Unusable::NoList
                | Unusable::Tiers
                | Unusable::Form(_) => Code::PanelUnreadable,
                Unusable::SameName => Code::ClusterAmbiguous,
                Unusable::MoreFree { .. } => Code::MoreFreeThanTotal,
                Unusable::NotTheSum { .. } => Code::DoesNotAddUp,
            },
        }
    }

    /// The reason that callers are told, as of `since`.
    pub fn reason(&self, since: Timestamp) -> Reason {
        let mut reason = Reason::plain(self.code(), since);
        reason.next_try = self.next_try();
        if let Some(next_try) = reason.next_try {
            reason.message.push_str("; next try at ");
            reason.message.push_str(&clock::rfc3339(next_try));
        }
        reason
    }

    /// When the peer is asked again, where it refused us; `None` where that is at the next round.
    pub fn next_try(&self) -> Option<Timestamp> {
        match self {
            SourceError::Ssh(error) => error.next_try(),
            SourceError::Panel(error) => error.next_try(),
            SourceError::Query(error) => error.next_try(),
            _ => None,
        }
    }
}

/// What an unreadable text of this source is called.
fn unreadable(source: &str) -> Code {
    match Source::ALL.into_iter().find(|it| it.name() == source) {
        Some(Source::Ssh) => Code::ReportUnreadable,
        Some(Source::Prometheus | Source::Grafana) => Code::MetricsUnreadable,
        // Everything else is the panel's.
        Some(Source::Overview) | None => Code::PanelUnreadable,
    }
}
