//! Who is asked over HTTP, in the words of our sentences, and where the settings speak of it.

use std::fmt;

/// A peer that is asked over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The panel.
    Panel,
    /// A Prometheus server.
    Prometheus,
    /// Grafana.
    Grafana,
}

impl Peer {
    /// Its word in lists of peers.
    pub fn word(self) -> &'static str {
        match self {
            Peer::Panel => "panel",
            Peer::Prometheus => "prometheus",
            Peer::Grafana => "grafana",
        }
    }

    /// The peer as a sentence names it.
    pub fn the(self) -> &'static str {
        match self {
            Peer::Panel => "the panel",
            Peer::Prometheus => "Prometheus",
            Peer::Grafana => "Grafana",
        }
    }

    /// Whose something is.
    pub fn whose(self) -> &'static str {
        match self {
            Peer::Panel => "the panel's",
            Peer::Prometheus => "Prometheus's",
            Peer::Grafana => "Grafana's",
        }
    }

    /// Any such peer.
    pub fn any(self) -> &'static str {
        match self {
            Peer::Panel => "a panel",
            Peer::Prometheus => "Prometheus",
            Peer::Grafana => "Grafana",
        }
    }

    /// The table of its settings.
    pub fn table(self) -> &'static str {
        match self {
            Peer::Panel => "[cluster.panel]",
            Peer::Prometheus => "[cluster.prometheus]",
            Peer::Grafana => "[cluster.grafana]",
        }
    }

    /// The settings of its address.
    pub fn address(self) -> &'static str {
        match self {
            Peer::Panel => "url in [cluster.panel] or VHI_PANEL_URL",
            Peer::Prometheus => "url in [cluster.prometheus] or PROMETHEUS_URL",
            Peer::Grafana => "url in [cluster.grafana]",
        }
    }

    /// What was kept back where its certificate is not trusted.
    pub fn secret(self) -> &'static str {
        match self {
            Peer::Panel => "no password was sent",
            Peer::Prometheus | Peer::Grafana => "nothing was sent",
        }
    }

    /// The settings that make its certificate trusted, behind the command that shows it.
    pub fn pinned_by(self) -> &'static str {
        match self {
            Peer::Panel => "the line that pins it by PANEL_SHA256, and PANEL_CA_FILE",
            Peer::Prometheus => {
                "its fingerprint, for sha256 in [cluster.prometheus], and ca_file there"
            }
            Peer::Grafana => "its fingerprint, for sha256 in [cluster.grafana], and ca_file there",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Peer::Panel => "panel",
            Peer::Prometheus => "Prometheus",
            Peer::Grafana => "Grafana",
        })
    }
}
