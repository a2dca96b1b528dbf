//! How the certificate of a peer is trusted: by one of three ways, or by the authorities of the system.

use std::path::PathBuf;

use crate::{
    chain::chain,
    config::words::Words,
    web::{
        peer::Peer,
        trust::{PinError, Trust},
    },
};

/// What the settings say of it.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// File of the authorities.
    pub ca_file: Option<PathBuf>,
    /// Or the fingerprint.
    pub sha256: Option<String>,
    /// Or no check at all.
    pub insecure: bool,
}

/// The one way that is chosen; `None` where anything is wrong.
pub fn trust(of: &mut Words<'_>, peer: Peer, chosen: Chosen) -> Option<Trust> {
    let (ca_key, ca_variable) = place(peer, "ca_file", "PANEL_CA_FILE");
    let (key, variable) = place(peer, "sha256", "PANEL_SHA256");
    let Chosen {
        ca_file,
        sha256,
        insecure,
    } = chosen;
    let trust = match (ca_file, sha256.map(|pin| pin.parse()), insecure) {
        (None, None, false) => Trust::System,
        (Some(ca), None, false) => Trust::CaFile(ca),
        (None, Some(Ok(pin)), false) => Trust::Pinned(pin),
        (None, Some(Err(PinError)), false) => {
            return of.wrong(&key, variable, PinError.to_string());
        }
        (None, None, true) => Trust::Anything,
        _ => {
            let ways = match peer {
                Peer::Panel => {
                    "ca_file (PANEL_CA_FILE), sha256 (PANEL_SHA256) and insecure (PANEL_INSECURE)"
                }
                Peer::Prometheus | Peer::Grafana => "ca_file, sha256 and insecure",
            };
            let why = format!(
                "{} certificate is judged in one way: keep one of {ways}",
                peer.whose()
            );
            return of.wrong(&key, variable, why);
        }
    };
    match trust.client_config(peer) {
        Ok(_) => Some(trust),
        Err(error) => of.wrong(&ca_key, ca_variable, chain(&error)),
    }
}

/// The key in the peer's table, and its variable where there is one.
fn place(peer: Peer, key: &str, variable: &'static str) -> (String, &'static str) {
    match peer {
        Peer::Panel => (format!("panel.{key}"), variable),
        Peer::Prometheus => (format!("prometheus.{key}"), ""),
        Peer::Grafana => (format!("grafana.{key}"), ""),
    }
}
