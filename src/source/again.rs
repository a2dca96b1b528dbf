//! A reading once more, from the text that was kept of it: by the same code that read it when the text came.

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    reading::{BaseInForce, ComputeReading, Source, StorageReading},
    source::{
        compute_stat,
        error::SourceError,
        metric_answers, node, overview_answers,
        tool::Tool,
        transcript::{NoTranscript, Transcript},
    },
    web::{peer::Peer, teller::Teller},
};

/// What stands for the address of a peer: none is kept.
const KEPT: &str = "(kept)";

/// What a storage source said, from the text that was kept of it. Node and size base are those of the reading, and
/// wanted where the text was printed; `at` is when it was observed, and not asked for where the answers say when.
///
/// # Errors
/// What is wrong with a text of this source; `Kept` for any other text.
pub fn storage(
    source: Source,
    cluster: &ClusterName,
    size_base: Option<BaseInForce>,
    node: Option<&str>,
    at: Timestamp,
    text: &[u8],
) -> Result<StorageReading, SourceError> {
    let heard = || heard(source.name(), text);
    match source {
        Source::Ssh => {
            let (size_base, node) = size_base
                .zip(node)
                .ok_or(NoTranscript::Bare)
                .map_err(|why| kept(source.name(), why))?;
            let command = node::command(&Tool::default(), cluster);
            let printed = node::Printed {
                node,
                command: &command,
                at,
                text,
            };
            node::understand(cluster, size_base, &printed, |_| {})
        }
        Source::Overview => {
            let answers = overview_answers::Answers {
                teller: teller(Peer::Panel),
                cluster,
                heard: &heard()?,
            };
            answers.understand(at).map(|(reading, _)| reading)
        }
        Source::Prometheus => metrics(source, Peer::Prometheus, &heard()?),
        Source::Grafana => metrics(source, Peer::Grafana, &heard()?),
    }
}

/// What the panel said of compute, from the text that was kept of it.
///
/// # Errors
/// What is wrong with its answer; `Kept` for any other text.
pub fn compute(at: Timestamp, text: &[u8]) -> Result<ComputeReading, SourceError> {
    let heard = heard(compute_stat::NAME, text)?;
    compute_stat::understand(teller(Peer::Panel), at, &heard).map(|(reading, _)| reading)
}

fn metrics(source: Source, peer: Peer, heard: &Transcript) -> Result<StorageReading, SourceError> {
    let answers = metric_answers::Answers {
        source,
        teller: teller(peer),
        heard,
    };
    answers.understand().map(|understood| understood.reading)
}

fn teller(peer: Peer) -> Teller<'static> {
    Teller { peer, url: KEPT }
}

fn heard(source: &'static str, text: &[u8]) -> Result<Transcript, SourceError> {
    Transcript::read(source, text).map_err(|why| kept(source, why))
}

fn kept(source_name: &'static str, source: NoTranscript) -> SourceError {
    SourceError::Kept {
        source_name,
        source,
    }
}
