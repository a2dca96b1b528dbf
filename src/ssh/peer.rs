//! Our side of a connection's handshake: what we make of the host key, and of how the connection ends.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use russh::{
    Disconnect,
    client::{self, DisconnectReason},
    keys::PublicKeyOrCertificate,
};

use crate::{
    clock,
    ssh::{host_key_problem::HostKeyProblem, host_keys::HostKeys, node::Node, verdict::Shown},
};

/// Our side of the handshake: holds the host key against what is expected.
#[derive(Debug)]
pub struct Peer {
    /// The node.
    pub node: Node,
    /// What its host key is held against.
    pub host_keys: HostKeys,
    /// Whether the connection ended, and not because the node has refused us.
    pub broken: Arc<AtomicBool>,
}

/// Why a connection came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The library's own reason.
    #[error(transparent)]
    Ssh(#[from] russh::Error),
    /// The host key is not the one that we expect.
    #[error(transparent)]
    HostKey(HostKeyProblem),
}

impl client::Handler for Peer {
    type Error = PeerError;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, PeerError> {
        let key = shown.public_key();
        let shown = Shown {
            key: &key,
            certificate: shown.certificate(),
        };
        let checked = self.host_keys.check(self.node.place(), shown, clock::now());
        checked.map(|()| true).map_err(PeerError::HostKey)
    }
    // Comes before the reply that an authentication waits for.
    async fn disconnected(&mut self, reason: DisconnectReason<PeerError>) -> Result<(), PeerError> {
        match reason {
            // OpenSSH's word for too many refusals, and the standard's.
            DisconnectReason::ReceivedDisconnect(said)
                if matches!(
                    said.reason_code,
                    Disconnect::ProtocolError | Disconnect::NoMoreAuthMethodsAvailable
                ) =>
            {
                Ok(())
            }
            DisconnectReason::ReceivedDisconnect(said) => {
                tracing::debug!(node = %self.node, reason = ?said.reason_code, "the node ends the connection");
                self.broken.store(true, Ordering::Release);
                Ok(())
            }
            DisconnectReason::Error(PeerError::Ssh(russh::Error::NoAuthMethod)) => Ok(()),
            DisconnectReason::Error(error) => {
                self.broken.store(true, Ordering::Release);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use russh::client::{Handler, RemoteDisconnectInfo};

    use super::*;

    #[tokio::test]
    async fn a_farewell_is_no_refusal_of_our_key_unless_it_says_so() {
        for (reason_code, refusal) in [
            (Disconnect::ProtocolError, true),
            (Disconnect::NoMoreAuthMethodsAvailable, true),
            (Disconnect::ByApplication, false),
            (Disconnect::TooManyConnections, false),
            (Disconnect::ServiceNotAvailable, false),
        ] {
            let mut peer = Peer {
                node: "root@node1.example".parse().expect("a node"),
                host_keys: HostKeys::Pinned(Vec::new()),
                broken: Arc::default(),
            };
            let said = DisconnectReason::ReceivedDisconnect(RemoteDisconnectInfo {
                reason_code,
                message: String::new(),
                lang_tag: String::new(),
            });
            peer.disconnected(said).await.expect("heard");
            assert_eq!(peer.broken.load(Ordering::Acquire), !refusal);
        }
    }
}
