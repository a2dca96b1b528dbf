//! How a check ends, and what it complains of.

use std::process::ExitCode;

use crate::{
    chain::chain,
    cli::check::{
        base::{self, Says},
        found::Found,
    },
    panel::error::PanelError,
    promql::{error::QueryError, kind::Kind},
    source::error::SourceError,
    ssh::error::SshError,
    web::error::WebError,
    witness::{self, Comparison, size_base::SizeBaseEvidence},
};

/// How a check ends, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything was read, prints back as it was printed, and agrees with whatever it can be compared with.
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

impl Found {
    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        let storage = self.asked().filter_map(|it| it.read.reading.as_ref().err());
        let errors = storage.chain(self.compute.as_ref().err());
        let worst = errors.map(judge).max().unwrap_or(Verdict::Well);
        let is_same = self.back().is_none_or(|back| back.is_same());
        let agrees = self.differing().next().is_none()
            && base::evidence(self) != SizeBaseEvidence::Contradicted;
        match is_same && agrees {
            true => worst,
            false => worst.max(Verdict::Differs),
        }
    }

    /// Whatever is not well, each as one sentence.
    pub fn complaints(&self) -> Vec<String> {
        let storage = self.asked().filter_map(|it| it.read.reading.as_ref().err());
        let errors = storage.chain(self.compute.as_ref().err());
        let mut complaints: Vec<String> = Vec::new();
        for error in errors.map(|error| chain(error)) {
            // The panel may have failed more than one source.
            if !complaints.contains(&error) {
                complaints.push(error);
            }
        }
        // While the base is in question, so is every difference from the source that questions it.
        let against = self.against();
        let questions = |source| against.iter().any(|says| says.source == source);
        let differing = self
            .differing()
            .filter(|it| !questions(it.source) && !questions(self.billed.source));
        complaints.extend(differing.filter_map(differs));
        complaints.extend(self.contradicted());
        let lines = self.back().map_or(0, |back| back.differ.len());
        let tokens = self.back().map_or(0, |back| {
            back.tokens.iter().filter(|token| !token.is_same()).count()
        });
        if lines + tokens > 0 {
            complaints.push(format!(
                "lines that do not print back to the letter: {lines}, numbers: {tokens}; please send us the report, names masked"
            ));
        }
        complaints
    }

    /// What costs no figure today, and should be known: each as one sentence. They change no exit code.
    pub fn warnings(&self) -> Vec<String> {
        let drift = self.printed.as_ref().and_then(|printed| printed.drift());
        self.licence_warnings().into_iter().chain(drift).collect()
    }

    /// Those of the licence: the others are in the log, too.
    pub fn licence_warnings(&self) -> Vec<String> {
        let warnings = self.licence().map(|licence| licence.warnings());
        warnings.unwrap_or_default()
    }

    fn differing(&self) -> impl Iterator<Item = &Comparison> {
        let differs =
            |it: &&Comparison| matches!(it.verdict, witness::verdict::Verdict::Differs(_));
        self.compared.comparisons.iter().filter(differs)
    }

    /// The sources that contradict the base in force.
    fn against(&self) -> Vec<Says> {
        let right = self
            .size_base
            .map(|base| base::other(base.base).to_string());
        let mut says = base::says(self);
        says.retain(|says| Some(says.support.name()) == right.as_deref());
        says
    }

    fn contradicted(&self) -> Option<String> {
        let base = self.size_base?.base;
        let (right, printed) = (base::other(base), base::printed(self)?);
        let against = self.against().into_iter().next()?;
        Some(format!(
            "the size base in force is {base}, and {printed} is the physical total of {}, {} bytes, only in powers of {right}: figures stay as they are; if that source is right, write size_base = {right} into [[cluster]]",
            against.source.name(),
            against.total.bytes
        ))
    }
}

fn differs(it: &Comparison) -> Option<String> {
    let (billed, figure, distance) = (it.billed?, it.witness?, it.verdict.distance()?);
    Some(format!(
        "{}: {} says {} bytes, which is {} {} than the billed {}, and prints and times explain no more than {}: find out which of the two is right before anything is billed",
        it.quantity.name(),
        it.source.name(),
        figure.amount.bytes,
        distance.difference.unsigned_abs(),
        if distance.difference < 0 {
            "less"
        } else {
            "more"
        },
        billed.amount.bytes,
        distance.tolerance
    ))
}

fn judge(error: &SourceError) -> Verdict {
    match error {
        SourceError::Ssh(error) => judge_node(error),
        SourceError::Panel(PanelError::Web(WebError::Shape { .. }))
        | SourceError::Report { .. }
        | SourceError::NotSettled { .. }
        | SourceError::NoFigure { .. }
        | SourceError::Kept { .. }
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
