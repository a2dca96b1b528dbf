//! What one source says at one moment. A figure that the source does not give is `None`.

use jiff::{Timestamp, civil::Date};
use serde_json::Number;

use crate::{
    amount::{Amount, Capacity, SizeBase},
    vstorage::token::Size,
};

/// What a storage source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageReading {
    /// Which source.
    pub source: Source,
    /// What *logical* means for it.
    pub basis: Basis,
    /// When it was read.
    pub observed_at: Timestamp,
    /// The node that was asked, where one was.
    pub node: Option<String>,
    /// The cluster's own word on its state.
    pub cluster_status: Option<String>,
    /// What a printed unit letter stands for, where sizes were printed.
    pub size_base: Option<BaseInForce>,
    /// What clients can still allocate, of all that can be allocated.
    pub logical: Space,
    /// What is free on the disks, of all that is on them.
    pub physical: Option<Space>,
    /// User data before redundancy.
    pub user_data: Option<Figure>,
    /// The cluster-wide default of replicas, in whose terms *allocatable* is counted.
    pub replication: Option<Replication>,
    /// The licence.
    pub license: Option<License>,
}

/// The size base of a reading, and who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseInForce {
    /// 1024 or 1000.
    pub base: SizeBase,
    /// Whether the settings name it; the default is an assumption.
    pub configured: bool,
}

impl BaseInForce {
    /// Its origin, as answers name it.
    pub fn origin(self) -> &'static str {
        match self.configured {
            true => "configured",
            false => "default",
        }
    }
}

/// The sources that can be billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `vstorage stat` on a node.
    Ssh,
}

impl Source {
    /// Its name in settings and answers.
    pub fn name(self) -> &'static str {
        match self {
            Source::Ssh => "ssh",
        }
    }
}

/// What *logical* means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The first pair of the Space line: total B, free A, used B − A of `allocatable A of B`.
    Allocatable,
}

impl Basis {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Allocatable => "allocatable",
        }
    }
}

/// An amount, and the word that it was printed as, if it was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// As printed.
    pub printed: Option<Size>,
    /// In bytes.
    pub amount: Amount,
}

/// Total, used and free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// All of it.
    pub total: Figure,
    /// What is taken; derived, so never printed.
    pub used: Figure,
    /// What is left.
    pub free: Figure,
}

impl Space {
    /// Of two printed sizes and the amounts that follow from them.
    pub fn printed(total: Size, free: Size, amounts: Capacity) -> Space {
        let figure = |printed, amount| Figure { printed, amount };
        Space {
            total: figure(Some(total), amounts.total),
            used: figure(None, amounts.used),
            free: figure(Some(free), amounts.free),
        }
    }
}

/// Copies of each chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replication {
    /// How many there should be.
    pub normal: u64,
    /// Below how many writing stops.
    pub limit: u64,
}

/// The licence of the storage cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// The vendor's word, such as `ACTIVE`.
    pub state: String,
    /// How much may be used.
    pub capacity: Option<Figure>,
    /// How much is used, before redundancy.
    pub used: Option<Figure>,
    /// How much may still be used; derived.
    pub free: Option<Figure>,
    /// The last day.
    pub expires_on: Option<Date>,
}

/// The raw text behind a reading, or behind the lack of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// As it came.
    pub text: Vec<u8>,
    /// The node that printed it.
    pub node: String,
    /// The command that it was asked to run.
    pub command: String,
    /// When it came.
    pub at: Timestamp,
}

/// What the panel's compute stat says. Sizes are bytes; the panel's own integers, so a figure may be
/// below zero where the panel says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeReading {
    /// When it was read.
    pub observed_at: Timestamp,
    /// The panel's own time of it.
    pub panel_time: Option<PanelTime>,
    /// Every figure by its name in our answer, `None` where the panel does not say.
    pub figures: Vec<(&'static str, Option<i64>)>,
    /// Ratios and percentages, which are no counts, as the panel writes them.
    pub ratios: Vec<(&'static str, Option<Number>)>,
}

impl ComputeReading {
    /// The figure of this name; `None` where the panel does not say.
    pub fn figure(&self, name: &str) -> Option<i64> {
        let (_, figure) = self.figures.iter().find(|(known, _)| *known == name)?;
        *figure
    }

    /// The ratio of this name; `None` where the panel does not say.
    pub fn ratio(&self, name: &str) -> Option<&Number> {
        let (_, ratio) = self.ratios.iter().find(|(known, _)| *known == name)?;
        ratio.as_ref()
    }
}

/// A time of the panel, which older panels write without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelTime {
    /// The time; taken for UTC where it names no zone.
    pub at: Timestamp,
    /// Whether it named its zone.
    pub zone_stated: bool,
}
