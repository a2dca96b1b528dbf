//! What a check finds in one cluster.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::{
    chain::chain,
    cli::{
        parse_json,
        printed_back::{self, PrintedBack},
    },
    clock,
    config::cluster::ClusterConfig,
    panel::error::PanelError,
    promql::error::{Kind, QueryError},
    reading::{ComputeReading, StorageReading},
    source::{compute_stat, error::SourceError, read::Read},
    ssh::error::SshError,
    vstorage::{bytes, error::ParseError, report::StatReport, space::SpaceAmounts},
    web::error::{TrustError, WebError},
};

/// What was found in one cluster.
#[derive(Debug)]
pub struct Found {
    /// The cluster.
    pub config: ClusterConfig,
    /// What its storage node said.
    pub read: Read,
    /// The same text read again; `None` where there is none.
    pub report: Option<Result<(StatReport, SpaceAmounts), ParseError>>,
    /// The lines printed back.
    pub printed_back: Option<PrintedBack>,
    /// What its panel said.
    pub compute: Result<ComputeReading, SourceError>,
}

/// How a check ends, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything was read, and prints back as it was printed.
    Well,
    /// Something cannot be read, or is not what it should be.
    Differs,
    /// The settings do not fit what is there.
    Misconfigured,
    /// A peer cannot be reached or refused us.
    Unreached,
}

impl Verdict {
    /// Its name in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Well => "well",
            Verdict::Differs => "differs",
            Verdict::Misconfigured => "misconfigured",
            Verdict::Unreached => "unreached",
        }
    }

    /// The exit code of a check that ends so.
    pub fn code(self) -> ExitCode {
        match self {
            Verdict::Well => ExitCode::SUCCESS,
            Verdict::Differs => ExitCode::from(1),
            Verdict::Misconfigured => ExitCode::from(2),
            Verdict::Unreached => ExitCode::from(3),
        }
    }
}

/// Asks the cluster's storage and its panel once.
///
/// # Errors
/// When the panel's CA file cannot be used.
pub async fn look(config: &ClusterConfig) -> Result<Found, TrustError> {
    let sources = config.sources()?;
    let (read, compute) = tokio::join!(sources.storage.read(), sources.compute.read());
    let report = read.evidence.as_ref().map(|evidence| {
        let text = String::from_utf8_lossy(&evidence.text);
        bytes::read(&text, config.size_base.base)
    });
    let parsed = report.as_ref().and_then(|report| report.as_ref().ok());
    let printed_back = parsed.map(|(report, _)| printed_back::hold(report));
    Ok(Found {
        config: config.clone(),
        read,
        report,
        printed_back,
        compute,
    })
}

impl Found {
    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        let storage = self
            .read
            .reading
            .as_ref()
            .err()
            .map_or(Verdict::Well, judge);
        let compute = self.compute.as_ref().err().map_or(Verdict::Well, judge);
        let differ = self
            .printed_back
            .as_ref()
            .is_some_and(|lines| !lines.differ.is_empty());
        let printed_back = if differ {
            Verdict::Differs
        } else {
            Verdict::Well
        };
        storage.max(compute).max(printed_back)
    }

    /// Whatever is not well, each as one sentence.
    pub fn complaints(&self) -> Vec<String> {
        let storage = self.read.reading.as_ref().err().map(|error| chain(error));
        let compute = self.compute.as_ref().err().map(|error| chain(error));
        let differ = self.printed_back.as_ref().map_or(0, |it| it.differ.len());
        let differ = (differ > 0).then(|| {
            format!("lines that do not print back to the letter: {differ}; please send us the report, names masked")
        });
        [storage, compute, differ].into_iter().flatten().collect()
    }

    /// The line of `check --json`.
    pub fn json(&self) -> Value {
        let evidence = self.read.evidence.as_ref();
        let base = self.config.size_base;
        json!({
            "cluster": self.config.name.as_str(),
            "verdict": self.verdict().name(),
            "storage": {
                "source": "ssh",
                "error": self.read.reading.as_ref().err().map(failure),
                "node": evidence.map(|evidence| &evidence.node),
                "command": evidence.map(|evidence| &evidence.command),
                "observed_at": evidence.map(|evidence| clock::rfc3339(evidence.at)),
                "size_base": base.base.factor(),
                "size_base_origin": base.origin(),
                "size_base_evidence": "undecided",
                "raw": evidence.map(|evidence| String::from_utf8_lossy(&evidence.text)),
                "report": self.report.as_ref().map(|report| {
                    parse_json::line(evidence.map_or("", |evidence| &evidence.node), report.as_ref(), base.base)
                }),
                "printed_back": self.printed_back.as_ref().map(|lines| json!({
                    "same": lines.same,
                    "differ": lines.differ.iter().map(|line| json!({"line": line.line, "text": line.text})).collect::<Vec<_>>(),
                })),
                "witnesses": [],
            },
            "compute": self.compute_json(),
        })
    }

    fn compute_json(&self) -> Value {
        let reading = self.compute.as_ref().ok();
        let figure = |name| json!(reading.and_then(|reading| reading.figure(name)));
        let ratio = |name| json!(reading.and_then(|reading| reading.ratio(name)));
        let figures = compute_stat::figure_names().map(|name| (name.to_owned(), figure(name)));
        let ratios = compute_stat::ratio_names().map(|name| (name.to_owned(), ratio(name)));
        json!({
            "error": self.compute.as_ref().err().map(failure),
            "observed_at": reading.map(|reading| clock::rfc3339(reading.observed_at)),
            "figures": figures.chain(ratios).collect::<serde_json::Map<_, _>>(),
        })
    }

    /// The storage reading, where there is one.
    pub fn storage(&self) -> Option<&StorageReading> {
        self.read.reading.as_ref().ok()
    }
}

fn judge(error: &SourceError) -> Verdict {
    match error {
        SourceError::Ssh(error) => judge_node(error),
        SourceError::Panel(PanelError::Web(WebError::Shape { .. }))
        | SourceError::Report { .. }
        | SourceError::NotSettled { .. }
        | SourceError::NoFigure { .. }
        | SourceError::Overview { .. }
        | SourceError::Metrics { .. } => Verdict::Differs,
        SourceError::OtherCluster { .. } | SourceError::OtherPanel { .. } => Verdict::Misconfigured,
        SourceError::Query(error) => judge_query(error),
        SourceError::Panel(_) => Verdict::Unreached,
    }
}

fn judge_query(error: &QueryError) -> Verdict {
    match error {
        QueryError::Web(WebError::Shape { .. }) => Verdict::Differs,
        QueryError::Datasource { .. }
        | QueryError::Failed {
            kind: Kind::BadData,
            ..
        } => Verdict::Misconfigured,
        _ => Verdict::Unreached,
    }
}

fn judge_node(error: &SshError) -> Verdict {
    match error {
        SshError::TooLong { .. } => Verdict::Differs,
        SshError::Key { .. } => Verdict::Misconfigured,
        SshError::EveryNode(errors) => {
            let worst = errors.iter().map(judge_node).max();
            worst.unwrap_or(Verdict::Unreached)
        }
        _ => Verdict::Unreached,
    }
}

/// In full: whoever runs a check is the operator.
fn failure(error: &SourceError) -> Value {
    json!({"code": error.code().name(), "message": chain(error)})
}
