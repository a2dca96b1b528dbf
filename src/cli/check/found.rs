//! What a check finds in one cluster.

use std::{collections::HashSet, future::Future, pin::Pin};

use crate::{
    cli::{
        check::{
            licence::Licence,
            printed_back::{self, PrintedBack},
        },
        figures,
    },
    cluster_name::ClusterName,
    config::cluster::ClusterConfig,
    drift::Drift,
    reading::{BaseInForce, ComputeReading, Evidence, Source, StorageReading},
    source::{StorageSource, error::SourceError, read::Read},
    vstorage::{
        bytes, error::ParseError, lines::Line, report::StatReport, space::SpaceAmounts,
        unread::Unread,
    },
    web::error::TrustError,
    witness::{self, Compared, Heard},
};

/// What was found in one cluster.
#[derive(Debug)]
pub struct Found {
    /// The cluster.
    pub cluster: ClusterName,
    /// What is billed for storage.
    pub billed: Asked,
    /// What it is compared with, in the order of the settings.
    pub witnesses: Vec<Asked>,
    /// What a printed unit stands for; `None` where no source prints sizes.
    pub size_base: Option<BaseInForce>,
    /// The text of the node, read again; `None` where there is none.
    pub printed: Option<Printed>,
    /// The billed figures held against each witness.
    pub compared: Compared,
    /// The address of the panel.
    pub panel: String,
    /// What the panel says of compute.
    pub compute: Result<ComputeReading, SourceError>,
}

/// A storage source and what it gave.
#[derive(Debug)]
pub struct Asked {
    /// Which source.
    pub source: Source,
    /// What it gave.
    pub read: Read,
}

/// A text as it was printed, and what it says.
#[derive(Debug)]
pub struct Printed {
    /// The text, and where it comes from.
    pub evidence: Evidence,
    /// What it says, or where it stops making sense.
    pub report: Result<(StatReport, SpaceAmounts), ParseError>,
    /// The same, printed again; `None` where it cannot be read.
    pub back: Option<PrintedBack>,
}

/// Asks every storage source and the panel once, side by side.
///
/// # Errors
/// When an authority's file cannot be used.
pub async fn look(config: &ClusterConfig) -> Result<Found, TrustError> {
    let sources = config.sources()?;
    let (billed, witnesses, compute) = tokio::join!(
        ask(&sources.storage),
        ask_all(&sources.witnesses),
        sources.compute.read()
    );
    let printing = std::iter::once(&sources.storage).chain(&sources.witnesses);
    let size_base = printing.filter_map(StorageSource::size_base).next();
    let (name, panel) = (config.name.clone(), config.panel.url.clone());
    Ok(Found::of(
        name,
        billed,
        witnesses,
        size_base,
        panel,
        compute.reading,
    ))
}

async fn ask(source: &StorageSource) -> Asked {
    Asked {
        source: source.source(),
        read: source.read().await,
    }
}

fn ask_all(sources: &[StorageSource]) -> Pin<Box<dyn Future<Output = Vec<Asked>> + '_>> {
    Box::pin(async move {
        let Some((first, rest)) = sources.split_first() else {
            return Vec::new();
        };
        let (first, mut asked) = tokio::join!(ask(first), ask_all(rest));
        asked.insert(0, first);
        asked
    })
}

impl Found {
    /// Of what was given: the text is read once more, and the figures are compared.
    pub fn of(
        cluster: ClusterName,
        billed: Asked,
        witnesses: Vec<Asked>,
        size_base: Option<BaseInForce>,
        panel: String,
        compute: Result<ComputeReading, SourceError>,
    ) -> Found {
        let heard: Vec<Heard<'_>> = witnesses.iter().map(Asked::heard).collect();
        let compared = witness::compare(billed.heard(), &heard);
        let mut asked = std::iter::once(&billed).chain(&witnesses);
        let printed = |asked: &Asked| asked.read.evidence.clone().filter(Evidence::is_printed);
        let evidence = asked.find_map(printed);
        let printed = evidence
            .zip(size_base)
            .map(|(evidence, base)| Printed::of(evidence, base));
        Found {
            cluster,
            billed,
            witnesses,
            size_base,
            printed,
            compared,
            panel,
            compute,
        }
    }

    /// Every storage source, the billed one first.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> + Clone {
        std::iter::once(&self.billed).chain(&self.witnesses)
    }

    /// What every storage source says that gave a reading, the billed one first.
    pub fn readings(&self) -> impl Iterator<Item = &StorageReading> + Clone {
        self.asked().filter_map(Asked::reading)
    }

    /// What was read, printed again; `None` where nothing could be read.
    pub fn back(&self) -> Option<&PrintedBack> {
        self.printed.as_ref()?.back.as_ref()
    }

    /// The licence; `None` where no source knows of one.
    pub fn licence(&self) -> Option<Licence> {
        Licence::of(self.readings())
    }
}

impl Asked {
    /// Its reading, if it gave one.
    pub fn reading(&self) -> Option<&StorageReading> {
        self.read.reading.as_ref().ok()
    }

    fn heard(&self) -> Heard<'_> {
        (self.source, self.reading())
    }
}

impl Printed {
    fn of(evidence: Evidence, base: BaseInForce) -> Printed {
        let text = String::from_utf8_lossy(&evidence.text);
        let report = bytes::read(&text, base.base);
        let back = report.as_ref().ok().map(|(report, space)| {
            printed_back::hold(report, &figures::rows(report, *space, base.base))
        });
        Printed {
            report,
            back,
            evidence,
        }
    }

    /// The text, what is no UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.evidence.text).into_owned()
    }

    /// The lines that no rule reads.
    pub fn unread(&self) -> &[Line<'static>] {
        match &self.report {
            Ok((report, _)) => &report.unread,
            Err(_) => &[],
        }
    }

    /// Their numbers.
    pub fn unread_numbers(&self) -> HashSet<usize> {
        self.unread().iter().map(|it| it.line).collect()
    }

    /// What is asked of whoever sees them; `None` where every line is read.
    pub fn drift(&self) -> Option<String> {
        Drift::from(&Unread::of(self.unread().to_vec())).message()
    }
}
