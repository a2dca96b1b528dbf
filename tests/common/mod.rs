//! A simulated cluster, and the service's rooms connected to it.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    fs,
    future::Future,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use russh::keys::{Algorithm, PrivateKey, key::safe_rng, ssh_key::LineEnding};
use tempfile::TempDir;
use tokio::time::{advance, pause, resume, sleep, timeout};
use vhi_usage::{
    amount::SizeBase,
    breaker::Breakers,
    panel::session::{PanelSettings, Session},
    reading::BaseInForce,
    secret::Secret,
    sim::{
        SimSettings, Simulator,
        cluster::{SimCluster, SimNode},
        fault::Fault,
        scenario::Scenario,
    },
    source::{
        StorageSource, compute_stat::ComputeStat, node::NodeSource, overview::OverviewSource,
        tool::Tool,
    },
    ssh::{host_keys::HostKeys, login::Login, node::Node, pool::Pool},
    stage::Stages,
    web::trust::Trust,
};

/// What nodes are asked.
pub(crate) const STAT: &str = "/usr/bin/vstorage -c cluster1 stat";
/// For whatever should end at once, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Settings that are right where [`write_right`] wrote.
pub(crate) const RIGHT: &str = "\
[api]
token_file = \"token\"
[[cluster]]
name = \"cluster1\"
[cluster.ssh]
nodes = [\"root@node1.example\"]
key_file = \"key\"
host_key_sha256 = \"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"
[cluster.panel]
url = \"https://panel.example:8888\"
password_file = \"password\"
";

/// One simulated cluster, and a folder with what the service needs to know of it.
pub(crate) struct Site {
    pub(crate) simulator: Simulator,
    /// How what is connected to it does.
    pub(crate) stages: Stages,
    pub(crate) breakers: Breakers,
    dir: TempDir,
}

impl Site {
    pub(crate) async fn new(nodes: usize) -> Site {
        let settings = SimSettings {
            nodes,
            ..SimSettings::default()
        };
        let simulator = Simulator::start(settings).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let stages = Stages::default();
        let site = Site {
            simulator,
            stages,
            breakers: Breakers::default(),
            dir,
        };
        site.write("key", site.simulator.user_key());
        let lines = site.nodes().iter().map(|node| node.known_hosts.clone());
        site.write("known_hosts", &lines.collect::<Vec<_>>().join("\n"));
        site
    }

    /// With this fault from now on.
    pub(crate) async fn with(nodes: usize, fault: Fault) -> Site {
        let site = Site::new(nodes).await;
        site.scenario().set_fault(fault, true);
        site
    }

    pub(crate) fn cluster(&self) -> &SimCluster {
        &self.simulator.clusters()[0]
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.cluster().scenario
    }

    pub(crate) fn nodes(&self) -> &[SimNode] {
        &self.cluster().nodes
    }

    /// The node as the settings name it.
    pub(crate) fn node(&self, number: usize) -> Node {
        node_at(self.nodes()[number].address)
    }

    /// A file that nobody else can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        write_private(&self.dir.path().join(name), text)
    }

    pub(crate) fn login(&self) -> Login {
        Login {
            key_file: self.dir.path().join("key"),
            key_passphrase: None,
            host_keys: HostKeys::File(self.dir.path().join("known_hosts")),
            connect_timeout: PATIENCE,
        }
    }

    /// All nodes in their order.
    pub(crate) fn pool(&self) -> Pool {
        self.pool_with(self.login())
    }

    pub(crate) fn pool_with(&self, login: Login) -> Pool {
        let nodes = (0..self.nodes().len()).map(|number| self.node(number));
        let pool = Pool::new(nodes.collect(), login).with_stages(self.stages.clone());
        pool.with_breakers(self.breakers.clone())
    }

    /// Storage of the cluster; the command may take so long.
    pub(crate) fn storage(&self, within: Duration) -> StorageSource {
        let base = BaseInForce {
            base: SizeBase::Binary,
            configured: false,
        };
        let name = self.cluster().name.parse().unwrap();
        let source = NodeSource::new(self.pool(), name, Tool::default(), within, base);
        StorageSource::Ssh(source)
    }

    pub(crate) fn panel_settings(&self) -> PanelSettings {
        let panel = &self.cluster().panel;
        PanelSettings {
            url: panel.url.clone(),
            username: panel.username.clone(),
            password: Secret::new(panel.password.as_str()).unwrap(),
            domain: "Default".to_owned(),
            project: None,
            session_index: None,
            trust: Trust::Pinned(panel.sha256.parse().unwrap()),
            timeout: PATIENCE,
        }
    }

    /// A session with the panel; each request may take so long.
    pub(crate) fn session(&self, timeout: Duration) -> Arc<Session> {
        let settings = PanelSettings {
            timeout,
            ..self.panel_settings()
        };
        let session = Session::new(settings).unwrap();
        let session = session.with_stages(self.stages.clone());
        Arc::new(session.with_breakers(self.breakers.clone()))
    }

    /// Compute of the cluster; each request may take so long.
    pub(crate) fn compute(&self, timeout: Duration) -> ComputeStat {
        ComputeStat::new(self.session(timeout))
    }

    /// The panel's overview of the cluster, in this session.
    pub(crate) fn overview(&self, session: &Arc<Session>) -> OverviewSource {
        let name = self.cluster().name.parse().unwrap();
        OverviewSource::new(Arc::clone(session), name)
    }

    /// No command runs any more on any node.
    pub(crate) async fn quiet(&self) {
        until(|| self.scenario().counts().channels_open == 0).await;
    }
}

pub(crate) fn compute(settings: PanelSettings) -> ComputeStat {
    ComputeStat::new(Arc::new(Session::new(settings).unwrap()))
}

pub(crate) fn node_at(address: std::net::SocketAddr) -> Node {
    format!("root@{address}").parse().unwrap()
}

pub(crate) fn write_private(path: &Path, text: &str) -> PathBuf {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    let mut file = options.open(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    path.to_owned()
}

/// Writes `site.toml` that is right, with the key and the secrets that it names.
pub(crate) fn write_right(folder: &Path) {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap();
    let key = key.to_openssh(LineEnding::LF).unwrap();
    write_private(&folder.join("key"), &key);
    for secret in ["token", "password"] {
        write_private(&folder.join(secret), "canary\n");
    }
    fs::write(folder.join("site.toml"), RIGHT).unwrap();
}

/// Waits until it is so.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let asked = async {
        while !condition() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    soon(asked).await;
}

/// What it gives, which must not take long.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it takes too long")
}

/// So much later, without waiting for it.
pub(crate) async fn later(by: Duration) {
    pause();
    advance(by).await;
    resume();
}
