//! A node: an SSH server that knows one command.
//!
//! It accepts one key for any user and refuses everything but `exec`.

use std::{
    io,
    net::{Shutdown, SocketAddr},
    sync::Arc,
    time::Duration,
};

use russh::{MethodKind, MethodSet, keys::PrivateKey, server};
use tokio::net::{TcpListener, TcpStream};
use tracing::{debug, warn};

use crate::sim::{
    connection::{Connection, Place},
    counts::count,
    fault::Fault,
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
                if node.place.shows(Fault::NodeDown) {
                    node.place.tasks.spawn(no_server(node.clone(), stream));
                } else {
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

/// Ends the connection at once, and then takes what the client says until it leaves. With something of it
/// unread the end would be a reset, which a client meets or not as the moments fall.
async fn no_server(node: Arc<Node>, stream: TcpStream) {
    let ended = async {
        let (stream, cut) = cuttable(stream)?;
        cut.0.shutdown(Shutdown::Write)?;
        let mut said = [0; 256];
        loop {
            stream.readable().await?;
            match stream.try_read(&mut said) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    };
    let ended = tokio::select! {
        ended = ended => ended,
        () = node.place.tasks.stopped() => return,
    };
    if let Err(error) = ended {
        debug!(%error, "a client was gone before it was turned away");
    }
}

/// The stream, and what shuts it down when it is dropped: the library runs a session in a task of its own.
fn cuttable(stream: TcpStream) -> io::Result<(TcpStream, Cut)> {
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
