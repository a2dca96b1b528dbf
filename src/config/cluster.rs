//! One cluster's settings: of the file, completed and overridden by the variables.

use std::{sync::Arc, time::Duration};

use crate::{
    amount::SizeBase,
    cluster_name::ClusterName,
    config::{
        error::Problem,
        file::ClusterFile,
        panel, ssh,
        variables::Variables,
        words::{Cluster, Credentials, Words},
    },
    panel::session::{PanelSettings, Session},
    reading::BaseInForce,
    source::{Sources, StorageSource, compute_stat::ComputeStat, node::NodeSource, tool::Tool},
    ssh::{login::Login, node::Node, pool::Pool},
    stage::Stages,
    web::error::TrustError,
};

/// A cluster, and how it is asked.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Its name.
    pub name: ClusterName,
    /// Its storage nodes, the preferred one first.
    pub nodes: Vec<Node>,
    /// How their sessions are opened.
    pub login: Login,
    /// The tool on them.
    pub tool: Tool,
    /// How long the command may take.
    pub command_timeout: Duration,
    /// What its units stand for.
    pub size_base: BaseInForce,
    /// Its panel.
    pub panel: PanelSettings,
}

impl ClusterConfig {
    /// The storage source, not yet connected; these stages note how it does.
    pub fn storage(&self, stages: &Stages) -> StorageSource {
        let pool = Pool::new(self.nodes.clone(), self.login.clone()).with_stages(stages.clone());
        let (name, tool) = (self.name.clone(), self.tool.clone());
        StorageSource::Ssh(NodeSource::new(
            pool,
            name,
            tool,
            self.command_timeout,
            self.size_base,
        ))
    }

    /// All sources, not yet connected.
    ///
    /// # Errors
    /// When the panel's CA file cannot be used.
    pub fn sources(&self) -> Result<Sources, TrustError> {
        let stages = Stages::default();
        let session = Session::new(self.panel.clone())?.with_stages(stages.clone());
        Ok(Sources {
            storage: self.storage(&stages),
            witnesses: Vec::new(),
            compute: ComputeStat::new(Arc::new(session)),
            stages,
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
    let missing =
        "it is missing: the cluster's name, as `ls /etc/vstorage/clusters` on a node shows it";
    let name = of.required("name", "VSTORAGE_CLUSTER", file.name.as_deref(), missing);
    only_ssh(&mut of, file);
    let nodes = ssh::nodes(&mut of, &file.ssh);
    let login = ssh::login(&mut of, &file.ssh);
    let tool = of.optional(
        "ssh.command",
        "VSTORAGE_COMMAND",
        file.ssh.command.as_deref(),
    );
    let size_base = size_base(&mut of, file.size_base);
    let panel = panel::panel(&mut of, &file.panel);
    Some(ClusterConfig {
        name: name?,
        nodes: nodes?,
        login: login?,
        tool: tool?.unwrap_or_default(),
        command_timeout: file.ssh.command_timeout.unwrap_or(Duration::from_secs(20)),
        size_base: size_base?,
        panel: panel?,
    })
}

/// The other sources are known by name, and are not there yet.
fn only_ssh(of: &mut Words<'_>, file: &ClusterFile) {
    let (key, variable) = ("storage_source", "STORAGE_SOURCE");
    match of.word(variable, file.storage_source.as_deref()).as_deref() {
        None | Some("ssh") => {}
        Some("overview" | "prometheus" | "grafana") => {
            of.wrong::<()>(
                key,
                variable,
                "this release reads storage over ssh only: write `ssh`, or leave it out",
            );
        }
        Some(_) => {
            of.wrong::<()>(
                key,
                variable,
                "it is no storage source: write `ssh`, or leave it out",
            );
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
