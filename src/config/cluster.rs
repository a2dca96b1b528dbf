//! One cluster's settings: of the file, completed and overridden by the variables.

use std::{str::FromStr, sync::Arc};

use crate::{
    amount::SizeBase,
    breaker::Breakers,
    cluster_name::ClusterName,
    config::{
        error::Problem,
        file::ClusterFile,
        grafana, panel, prometheus, sources,
        ssh::{self, SshConfig},
        variables::Variables,
        words::{Cluster, Credentials, Words},
    },
    panel::session::{PanelSettings, Session},
    promql::{
        direct::{Prometheus, PrometheusSettings},
        grafana::{Grafana, GrafanaSettings},
    },
    reading::{BaseInForce, Source},
    source::{
        Sources, StorageSource,
        compute_stat::ComputeStat,
        node::NodeSource,
        overview::OverviewSource,
        prometheus::{Asked, PrometheusSource},
        queries::Queries,
    },
    ssh::pool::Pool,
    stage::Stages,
    web::error::TrustError,
};

/// What a cluster without a name is called.
const UNNAMED: &str = "default";

/// A cluster, and how it is asked.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Its name.
    pub name: ClusterName,
    /// What printed units stand for.
    pub size_base: BaseInForce,
    /// Its panel.
    pub panel: PanelSettings,
    /// The one storage source that is billed.
    pub storage: SourceConfig,
    /// Whether the settings name it; else it is the first whose settings are there.
    pub storage_is_named: bool,
    /// Further ones, which are compared and never billed.
    pub witnesses: Vec<SourceConfig>,
    /// Those whose settings are there, and which are not asked.
    pub idle: Vec<Source>,
}

/// A storage source, and how it is asked.
#[derive(Clone, Debug)]
pub enum SourceConfig {
    /// The tool on a storage node.
    Ssh(SshConfig),
    /// The panel's overview.
    Overview,
    /// Prometheus itself.
    Prometheus(PrometheusSettings, Queries),
    /// Prometheus, through Grafana.
    Grafana(GrafanaSettings, Queries),
}

impl SourceConfig {
    /// Which source.
    pub fn source(&self) -> Source {
        match self {
            SourceConfig::Ssh(_) => Source::Ssh,
            SourceConfig::Overview => Source::Overview,
            SourceConfig::Prometheus(..) => Source::Prometheus,
            SourceConfig::Grafana(..) => Source::Grafana,
        }
    }
}

impl ClusterConfig {
    /// Whether this source is billed or a witness.
    pub fn asks(&self, source: Source) -> bool {
        let mut all = std::iter::once(&self.storage).chain(&self.witnesses);
        all.any(|asked| asked.source() == source)
    }

    /// All sources, not yet connected. They share one session with the panel.
    ///
    /// # Errors
    /// When a CA file cannot be used.
    pub fn sources(&self) -> Result<Sources, TrustError> {
        let stages = Stages::default();
        let breakers = Breakers::default();
        let session = Session::new(self.panel.clone())?
            .with_stages(stages.clone())
            .with_breakers(breakers.clone());
        let session = Arc::new(session);
        let source = |source| self.source(source, &session, &stages, &breakers);
        let witnesses = self.witnesses.iter().map(source);
        Ok(Sources {
            storage: source(&self.storage)?,
            witnesses: witnesses.collect::<Result<_, _>>()?,
            compute: ComputeStat::new(Arc::clone(&session)),
            stages: stages.clone(),
            breakers: breakers.clone(),
        })
    }

    fn source(
        &self,
        source: &SourceConfig,
        session: &Arc<Session>,
        stages: &Stages,
        breakers: &Breakers,
    ) -> Result<StorageSource, TrustError> {
        let name = self.name.clone();
        let metrics = |asked, queries: &Queries| {
            let source = PrometheusSource::new(asked, name.clone(), queries.clone());
            StorageSource::Prometheus(Box::new(source))
        };
        Ok(match source {
            SourceConfig::Ssh(ssh) => {
                let pool = Pool::new(ssh.nodes.clone(), ssh.login.clone());
                let pool = pool
                    .with_max_channels(ssh.max_channels)
                    .with_stages(stages.clone())
                    .with_breakers(breakers.clone());
                let (tool, within) = (ssh.tool.clone(), ssh.command_timeout);
                StorageSource::Ssh(NodeSource::new(pool, name, tool, within, self.size_base))
            }
            SourceConfig::Overview => {
                StorageSource::Overview(OverviewSource::new(Arc::clone(session), name))
            }
            SourceConfig::Prometheus(settings, queries) => {
                let prometheus = Prometheus::new(settings.clone())?.with_breakers(breakers.clone());
                metrics(Asked::Prometheus(prometheus), queries)
            }
            SourceConfig::Grafana(settings, queries) => {
                let grafana = Grafana::new(settings.clone(), Arc::clone(session))?
                    .with_breakers(breakers.clone());
                metrics(Asked::Grafana(grafana), queries)
            }
        })
    }
}

/// Everything that is wrong is added to the problems; `None` where anything is.
pub fn build(
    cluster: &Cluster<'_>,
    variables: &Variables,
    credentials: &Credentials,
    problems: &mut Vec<Problem>,
) -> Option<ClusterConfig> {
    let file = cluster.file;
    let mut of = Words {
        cluster,
        variables,
        credentials,
        name: variables.get("VSTORAGE_CLUSTER").or(file.name.as_deref()),
        problems,
    };
    let named = file.storage_source.as_deref();
    let storage_is_named = of.word("STORAGE_SOURCE", named).is_some();
    let billed = sources::billed(&mut of, named);
    let witnesses = sources::witnesses(&mut of, file.witnesses.as_deref(), billed);
    let (name, witnesses) = named_or_default(&mut of, file, billed, witnesses);
    let size_base = size_base(&mut of, file.size_base);
    let panel = panel::panel(&mut of, &file.panel);
    let asked = |source: &Source| {
        let mut witnesses = witnesses.iter().flatten();
        billed == Some(*source) || witnesses.any(|witness| witness == source)
    };
    let mut idle = Source::ALL.to_vec();
    idle.retain(|source| *source != Source::Overview && !asked(source));
    idle.retain(|source| sources::is_set(&of, *source));
    let written = idle.iter().filter(|source| of.is_written(source.name()));
    let written: Vec<Source> = written.copied().collect();
    let mut made = |source| make(&mut of, file, source, panel.as_ref());
    // What is wrong with a table is told before the day on which its source is asked.
    for source in written {
        made(source);
    }
    let storage = billed.and_then(&mut made);
    // Each of them is looked at, whatever is wrong with another.
    let witnesses: Option<Vec<_>> =
        witnesses.map(|sources| sources.into_iter().map(made).collect());
    let witnesses = witnesses.map(|made| made.into_iter().collect::<Option<_>>());
    Some(ClusterConfig {
        name: name?,
        size_base: size_base?,
        storage: storage?,
        storage_is_named,
        witnesses: witnesses??,
        idle,
        panel: panel?,
    })
}

/// The cluster's name, and its witnesses. Where a lone cluster has no name, and series are billed, which know of
/// none, it needs one for no source but those that somebody asked for.
fn named_or_default(
    of: &mut Words<'_>,
    file: &ClusterFile,
    billed: Option<Source>,
    mut witnesses: Option<Vec<Source>>,
) -> (Option<ClusterName>, Option<Vec<Source>>) {
    let by_name = |source: &Source| matches!(source, Source::Ssh | Source::Overview);
    let series = billed.is_some_and(|source| !by_name(&source));
    if of.cluster.alone && of.name.is_none() && !of.is_spoiled("name") && series {
        if file.witnesses.is_none() {
            witnesses
                .iter_mut()
                .for_each(|them| them.retain(|it| *it != Source::Overview));
        }
        if !witnesses.iter().flatten().any(by_name) {
            return (ClusterName::from_str(UNNAMED).ok(), witnesses);
        }
    }
    let missing =
        "it is missing: the cluster's name, as `ls /etc/vstorage/clusters` on a node shows it";
    let name = of.required("name", "VSTORAGE_CLUSTER", file.name.as_deref(), missing);
    (name, witnesses)
}

/// The settings of one source; `None` where anything is wrong.
fn make(
    of: &mut Words<'_>,
    file: &ClusterFile,
    source: Source,
    panel: Option<&PanelSettings>,
) -> Option<SourceConfig> {
    match source {
        Source::Ssh => ssh::ssh(of, &file.ssh).map(SourceConfig::Ssh),
        Source::Overview => Some(SourceConfig::Overview),
        Source::Prometheus => {
            let settings = prometheus::prometheus(of, &file.prometheus);
            let queries = sources::queries(of, "prometheus", &file.prometheus.queries());
            Some(SourceConfig::Prometheus(settings?, queries?))
        }
        Source::Grafana => {
            let settings = grafana::grafana(of, &file.grafana, panel);
            let queries = sources::queries(of, "grafana", &file.grafana.queries());
            Some(SourceConfig::Grafana(settings?, queries?))
        }
    }
}

fn size_base(of: &mut Words<'_>, file: Option<u64>) -> Option<BaseInForce> {
    let file = file.map(|factor| factor.to_string());
    let base: Option<SizeBase> = of.optional("size_base", "SIZE_BASE", file.as_deref())?;
    Some(BaseInForce {
        base: base.unwrap_or_default(),
        configured: base.is_some(),
    })
}
