//! The simulator: clusters made up on loopback, each of nodes with a real SSH server, a panel with a real HTTPS server
//! that has a Grafana below `/grafana`, and a Prometheus over plain HTTP that has scraped it.
//!
//! ```text
//! cluster1   root@127.0.0.1:40001  root@127.0.0.1:40002   https://127.0.0.1:40003   http://127.0.0.1:40004
//! ```
//!
//! The rest of the service does not know that it exists.

pub(crate) mod account;
pub(crate) mod certificate;
pub mod cluster;
pub(crate) mod command;
pub(crate) mod compute;
pub(crate) mod connection;
pub mod counts;
pub mod error;
pub mod fault;
pub mod figures;
pub(crate) mod frames;
pub(crate) mod grafana;
pub(crate) mod http;
pub(crate) mod keys;
pub(crate) mod licence;
pub(crate) mod listen;
pub(crate) mod metrics;
pub(crate) mod node;
pub(crate) mod overview;
pub(crate) mod panel;
pub(crate) mod play;
pub(crate) mod prometheus;
pub(crate) mod query;
pub(crate) mod routes;
pub mod scenario;
pub(crate) mod server;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod slot;
pub(crate) mod storage;
pub(crate) mod tasks;
pub mod tiers;

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use russh::keys::HashAlg;
use tokio_rustls::TlsAcceptor;

use crate::sim::{
    account::Account,
    cluster::{SimCluster, SimMetrics, SimNode, SimPanel},
    connection::Place,
    error::SimError,
    fault::Fault,
    grafana::Datasource,
    listen::{Bound, Listeners},
    node::Node,
    panel::{Panel, Shown},
    scenario::Scenario,
    settings::Connected,
    tasks::Tasks,
};

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SimSettings {
    /// How many clusters.
    pub clusters: usize,
    /// How many nodes each of them has.
    pub nodes: usize,
    /// Where the first node listens. With port 0 the system chooses; else each further node takes the next port.
    pub ssh_listen: SocketAddr,
    /// Where the first panel listens; ports as for the nodes. Behind all panels come the ports of the Prometheuses, one
    /// for each cluster.
    pub http_listen: SocketAddr,
    /// What goes wrong from the start, everywhere.
    pub faults: Vec<Fault>,
}

impl Default for SimSettings {
    fn default() -> SimSettings {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        SimSettings {
            clusters: 1,
            nodes: 2,
            ssh_listen: any_port,
            http_listen: any_port,
            faults: Vec::new(),
        }
    }
}

/// A running simulator. Dropped, it ends where it stands.
pub struct Simulator {
    clusters: Vec<SimCluster>,
    user_key: String,
    api_token: String,
    tasks: Arc<Tasks>,
}

impl Simulator {
    /// Starts all servers; when it returns, all of them take connections.
    pub async fn start(settings: SimSettings) -> Result<Simulator, SimError> {
        let user_key = keys::create()?;
        let tasks = Tasks::new();
        let mut simulator = Simulator {
            clusters: Vec::new(),
            user_key: keys::private_text(&user_key)?,
            api_token: keys::random_word()?,
            tasks,
        };
        let mut ssh = Listeners::new(
            settings.ssh_listen,
            settings.clusters.saturating_mul(settings.nodes),
        );
        let mut http = Listeners::new(settings.http_listen, settings.clusters.saturating_mul(2));
        let panels = http.bind_all(settings.clusters).await?;
        let metrics = http.bind_all(settings.clusters).await?;
        for (number, (panel, metrics)) in panels.into_iter().zip(metrics).enumerate() {
            let name = format!("cluster{}", number + 1);
            let size = u64::try_from(number).unwrap_or(u64::MAX);
            let scenario = Arc::new(Scenario::new(&name, size, &settings.faults));
            let mut nodes = Vec::new();
            for node in 0..settings.nodes {
                let place = Place {
                    scenario: scenario.clone(),
                    number: node,
                    user_key: user_key.public_key().clone(),
                    tasks: simulator.tasks.clone(),
                };
                nodes.push(simulator.start_node(place, ssh.bind().await?)?);
            }
            let metrics = simulator.start_metrics(&scenario, metrics);
            let datasource = Datasource {
                token: format!("glsa_{}", keys::random_word()?),
                uid: format!("P{:.16}", keys::random_word()?.to_uppercase()),
                id: size.saturating_add(1),
                url: metrics.url.clone(),
            };
            let panel = simulator.start_panel(&scenario, datasource, panel)?;
            simulator.clusters.push(SimCluster {
                name,
                nodes,
                panel,
                metrics,
                scenario,
            });
        }
        Ok(simulator)
    }

    /// The clusters, in the order of their names.
    pub fn clusters(&self) -> &[SimCluster] {
        &self.clusters
    }

    /// The private key that every node accepts for any user, as an OpenSSH file.
    pub fn user_key(&self) -> &str {
        &self.user_key
    }

    /// A token for the service's own API, made for this run.
    pub fn api_token(&self) -> &str {
        &self.api_token
    }

    /// Writes keys, passwords and the like into `dir`, which must exist, and returns the text of a settings file that
    /// connects the service to all clusters and lets it listen on `listen`.
    pub fn settings_toml(&self, dir: &Path, listen: &str) -> Result<String, SimError> {
        let connected = Connected {
            clusters: &self.clusters,
            user_key: &self.user_key,
            api_token: &self.api_token,
        };
        settings::write(&connected, dir, listen)
    }

    /// Ends all servers, commands and connections, and waits until they have ended.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }

    fn start_node(&self, place: Place, bound: Bound) -> Result<SimNode, SimError> {
        let host_key = keys::create()?;
        let public = host_key.public_key().clone();
        let node = Node {
            place: Arc::new(place),
            config: node::config(host_key),
            other_config: node::config(keys::create()?),
        };
        let tasks = &self.tasks;
        tasks.spawn(node::serve(Arc::new(node), bound.listener));
        Ok(SimNode {
            address: bound.address,
            known_hosts: keys::known_hosts(bound.address, &public)?,
            fingerprint: public.fingerprint(HashAlg::Sha256).to_string(),
        })
    }

    fn start_metrics(&self, scenario: &Arc<Scenario>, bound: Bound) -> SimMetrics {
        let (scenario, tasks) = (scenario.clone(), self.tasks.clone());
        let serve = prometheus::serve(scenario, bound.listener, tasks);
        self.tasks.spawn(serve);
        SimMetrics {
            url: format!("http://{}", bound.address),
        }
    }

    fn start_panel(
        &self,
        scenario: &Arc<Scenario>,
        datasource: Datasource,
        bound: Bound,
    ) -> Result<SimPanel, SimError> {
        let certificate = certificate::create()?;
        let account = Account {
            username: "billing-reader".to_owned(),
            password: keys::random_word()?,
        };
        let facts = SimPanel {
            url: format!("https://{}", bound.address),
            username: account.username.clone(),
            password: account.password.clone(),
            sha256: certificate.sha256,
            certificate_pem: certificate.pem,
            grafana_token: datasource.token.clone(),
            datasource_uid: datasource.uid.clone(),
            datasource_id: datasource.id,
        };
        let panel = Panel::new(scenario.clone(), account, datasource, self.tasks.clone());
        let shown = Shown {
            own: TlsAcceptor::from(certificate.tls),
            other: TlsAcceptor::from(certificate::create()?.tls),
        };
        self.tasks.spawn(panel::serve(panel, bound.listener, shown));
        Ok(facts)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.tasks.abort();
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut simulator = f.debug_struct("Simulator");
        simulator.field("clusters", &self.clusters);
        simulator.field("user_key", &"***");
        simulator.field("api_token", &"***");
        simulator.finish_non_exhaustive()
    }
}
