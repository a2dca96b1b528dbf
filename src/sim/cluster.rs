//! The clusters that a simulator plays, as their clients see them: addresses, keys, and who may log in.

use std::{fmt, net::SocketAddr, sync::Arc};

use crate::sim::scenario::Scenario;

/// A cluster of the simulator.
#[derive(Debug)]
pub struct SimCluster {
    /// What follows `vstorage -c`.
    pub name: String,
    /// Its nodes; none is better than another.
    pub nodes: Vec<SimNode>,
    /// Its panel.
    pub panel: SimPanel,
    /// Its Prometheus.
    pub metrics: SimMetrics,
    /// What it plays.
    pub scenario: Arc<Scenario>,
}

/// Where a node is, and how to know it.
#[derive(Debug, Clone)]
pub struct SimNode {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its line for a `known_hosts` file, without the line's end.
    pub known_hosts: String,
    /// The fingerprint of its host key, `SHA256:…`.
    pub fingerprint: String,
}

/// Where a panel is, how to know it and who may log in.
#[derive(Clone)]
pub struct SimPanel {
    /// `https://127.0.0.1:…`, without a path.
    pub url: String,
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// SHA-256 of the certificate's DER, in lower-case hex.
    pub sha256: String,
    /// The certificate.
    pub certificate_pem: String,
    /// The token of a service account that the Grafana below `/grafana` lets in.
    pub grafana_token: String,
    /// What that Grafana calls its data source.
    pub datasource_uid: String,
    /// The number of that data source.
    pub datasource_id: u64,
}

/// Where a Prometheus is, which also exposes what it has scraped.
#[derive(Debug, Clone)]
pub struct SimMetrics {
    /// `http://127.0.0.1:…`, without a path.
    pub url: String,
}

impl fmt::Debug for SimPanel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut panel = f.debug_struct("SimPanel");
        panel.field("url", &self.url);
        panel.field("username", &self.username);
        panel.field("password", &"***");
        panel.field("sha256", &self.sha256);
        panel.field("grafana_token", &"***");
        panel.field("datasource_uid", &self.datasource_uid);
        panel.field("datasource_id", &self.datasource_id);
        panel.finish_non_exhaustive()
    }
}
