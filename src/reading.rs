//! What one source says at one moment. A figure that the source does not give is `None`.

use jiff::{Timestamp, civil::Date};
use serde_json::Number;

use crate::{
    amount::{Amount, Capacity, SizeBase},
    vstorage::{token::Size, unread::Unread},
    words::words,
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
    /// Who counted it; `None` where nobody did.
    pub user_data_by: Option<Counter>,
    /// The cluster-wide default of replicas, in whose terms *allocatable* is counted.
    pub replication: Option<Replication>,
    /// The licence; `None` where the source tells nothing of licences.
    pub license: Option<License>,
    /// Each tier, in the source's order; `None` where the source does not tell them apart.
    pub tiers: Option<Vec<Tier>>,
    /// What each service of the cluster has written, before redundancy; `None` where the source does not say.
    pub services: Option<Vec<Service>>,
    /// What of a printed report no rule could read; empty where nothing was printed.
    pub unread: Unread,
}

/// The size base of a reading, and who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BaseInForce {
    /// 1024 or 1000.
    pub base: SizeBase,
    /// Whether the settings name it; the default is an assumption.
    pub configured: bool,
}

impl BaseInForce {
    /// Who chose it.
    pub fn origin(self) -> SizeBaseOrigin {
        match self.configured {
            true => SizeBaseOrigin::Configured,
            false => SizeBaseOrigin::Default,
        }
    }
}

/// The vendor's counters of user data: close to each other, and not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// The file system: the `FS:` line, `fs_stat.used_size`.
    FileSystem,
    /// The licence.
    License,
}

impl Counter {
    /// The file system's count, else the licence's, and whose it is.
    pub fn first(
        files: Option<Figure>,
        license: Option<Figure>,
    ) -> (Option<Figure>, Option<Counter>) {
        match (files, license) {
            (Some(_), _) => (files, Some(Counter::FileSystem)),
            (None, Some(_)) => (license, Some(Counter::License)),
            (None, None) => (None, None),
        }
    }
}

words! {
    /// Who chose the size base.
    SizeBaseOrigin as "SizeBaseOrigin" {
        /// Nobody: it is what public evidence speaks for.
        Default = "default",
        /// The settings name it.
        Configured = "configured",
    }
}

words! {
    /// The sources that can be billed, and that can be witnesses.
    Source as "StorageSource" {
        /// `vstorage stat` on a storage node.
        Ssh = "ssh",
        /// The overview of the panel.
        Overview = "overview",
        /// Prometheus itself.
        Prometheus = "prometheus",
        /// Prometheus, through Grafana.
        Grafana = "grafana",
    }
}

impl Source {
    /// What *logical* means for it.
    pub fn basis(self) -> Basis {
        match self {
            Source::Ssh => Basis::Allocatable,
            Source::Overview => Basis::Logical,
            Source::Prometheus | Source::Grafana => Basis::Tiers,
        }
    }
}

words! {
    /// What *logical* means.
    Basis as "Basis" {
        /// The first pair of the Space line: of `allocatable A of B`, total is B, free is A and used is B − A. It is
        /// what clients can still write, in terms of the default redundancy.
        Allocatable = "allocatable",
        /// The panel's `logic_space`: before redundancy, as the panel counts it.
        Logical = "logical",
        /// The sum over the tiers of `tier:mdsd_fs_space_bytes:sum`, as dashboards show it.
        Tiers = "tiers",
    }
}

/// One tier of the disks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its id, such as `0`.
    pub id: String,
    /// Its share of the cluster's logical space.
    pub logical: Option<Space>,
    /// Its share of the disks.
    pub physical: Option<Space>,
}

/// A service of the cluster that stores data, such as `compute` or `s3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The vendor's word for it.
    pub name: String,
    /// What it has written, before redundancy; `None` where the source lists it without a figure.
    pub used: Option<Figure>,
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

    /// Of exact bytes. `None`: more is free than there is.
    pub fn exact(total: u64, free: u64) -> Option<Space> {
        Space::derived(Amount::exact(total), Amount::exact(free))
    }

    /// Of amounts that nobody printed. `None`: more is free than there is.
    pub fn derived(total: Amount, free: Amount) -> Option<Space> {
        let amounts = Capacity::with_free(total, free)?;
        Some(Space {
            total: Figure::derived(amounts.total),
            used: Figure::derived(amounts.used),
            free: Figure::derived(amounts.free),
        })
    }
}

impl Figure {
    /// An amount that nobody printed.
    pub fn derived(amount: Amount) -> Figure {
        Figure {
            printed: None,
            amount,
        }
    }

    /// Bytes that the source knows exactly.
    pub fn exact(bytes: u64) -> Figure {
        Figure::derived(Amount::exact(bytes))
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

/// The licence of the storage cluster; all `None` where the source could have told of one, and did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct License {
    /// The vendor's word, such as `ACTIVE`; answers say `unknown` where there is none.
    pub state: Option<String>,
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
    /// What a node printed, as it came; of every other source a record of its answers as they came.
    pub text: Vec<u8>,
    /// The node that printed it, where one did.
    pub node: Option<String>,
    /// The command that it was asked to run, where one was.
    pub command: Option<String>,
    /// When it came.
    pub at: Timestamp,
}

impl Evidence {
    /// Whether a node printed it.
    pub fn is_printed(&self) -> bool {
        self.node.is_some()
    }
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
