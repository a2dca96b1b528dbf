//! A node: an SSH server that knows one command.
//!
//! It accepts one key for any user and refuses everything but `exec`.

use std::{
    net::{Shutdown, SocketAddr},
    sync::Arc,
    time::Duration,
};

use russh::{MethodKind, MethodSet, keys::PrivateKey, server};
use tokio::net::{TcpListener, TcpStream};
use tracing::{debug, warn};

use crate::sim::{
    connection::{Connection, Place},
    fault::Fault,
    scenario::count,
};

/// A node and its server.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Arc<Place>,
    /// The server with its own host key, and with the one it has after a new installation.
    pub(crate) config: Arc<server::Config>,
    pub(crate) other_config: Arc<server::Config>,
}

/// A server that presents this host key.
pub(crate) fn config(host_key: PrivateKey) -> Arc<server::Config> {
    Arc::new(server::Config {
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time: Duration::ZERO,
        keys: vec![host_key],
        nodelay: true,
        ..server::Config::default()
    })
}

/// Takes connections until the simulator stops.
pub(crate) async fn serve(node: Arc<Node>, listener: TcpListener) {
    let stopped = node.place.tasks.stopped();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                count(&node.place.scenario.tally.connections);
                if !node.place.shows(Fault::NodeDown) {
                    node.place
                        .tasks
                        .spawn(connection(node.clone(), stream, peer));
                }
            }
            // one peer was gone before it was accepted; the others are not
            Err(error) => warn!(node = node.place.number, %error, "a connection was not accepted"),
        }
    }
}

async fn connection(node: Arc<Node>, stream: TcpStream, peer: SocketAddr) {
    let stopped = node.place.tasks.stopped();
    tokio::pin!(stopped);
    let (stream, cut) = match cuttable(stream) {
        Ok(pair) => pair,
        Err(error) => {
            warn!(%peer, %error, "a connection cannot be set up");
            return;
        }
    };
    let config = if node.place.shows(Fault::HostKeyChanged) {
        node.other_config.clone()
    } else {
        node.config.clone()
    };
    let handler = Connection::new(node.place.clone());
    let mut session = tokio::select! {
        session = server::run_stream(config, stream, handler) => match session {
            Ok(session) => session,
            Err(error) => return debug!(%peer, %error, "a client left before it said hello"),
        },
        () = &mut stopped => return,
    };
    let ended = tokio::select! {
        ended = &mut session => ended,
        () = &mut stopped => {
            drop(cut);
            session.await
        }
    };
    if let Err(error) = ended {
        debug!(%peer, %error, "a connection ended");
    }
}

/// The stream, and what shuts it down when it is dropped: the library runs a session in a task of its own.
fn cuttable(stream: TcpStream) -> std::io::Result<(TcpStream, Cut)> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let cut = Cut(stream.try_clone()?);
    Ok((TcpStream::from_std(stream)?, cut))
}

struct Cut(std::net::TcpStream);

impl Drop for Cut {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown(Shutdown::Both) {
            debug!(%error, "the peer was gone already");
        }
    }
}
