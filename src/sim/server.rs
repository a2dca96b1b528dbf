//! Servers of HTTP: taking connections, and the requests on them.

use std::{io, net::SocketAddr, sync::Arc};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tracing::{debug, warn};

use crate::sim::{http::Answer, tasks::Tasks};

/// Takes connections until the simulator stops, and ends those that are left then where they stand.
pub(crate) async fn accept<Served>(
    listener: TcpListener,
    tasks: Arc<Tasks>,
    serve: impl Fn(TcpStream, SocketAddr) -> Served,
) where
    Served: Future<Output = ()> + Send + 'static,
{
    let stopped = tasks.stopped();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    debug!(%peer, %error, "the peer was gone already");
                }
                let served = serve(stream, peer);
                let stopped = tasks.stopped();
                tasks.spawn(async {
                    tokio::select! {
                        () = served => {}
                        () = stopped => {}
                    }
                });
            }
            // one peer was gone before it was accepted; the others are not
            Err(error) => warn!(%error, "a connection was not accepted"),
        }
    }
}

/// Answers the requests on a connection; `None` for an answer closes it.
pub(crate) async fn answer<Wire, Answered>(
    wire: Wire,
    peer: SocketAddr,
    answer: impl Fn(Request<Incoming>) -> Answered,
) where
    Wire: AsyncRead + AsyncWrite + Unpin,
    Answered: Future<Output = Option<Answer>>,
{
    let service = service_fn(|request| {
        let answer = answer(request);
        async move {
            answer
                .await
                .ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionAborted))
        }
    });
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(wire), service)
        .await;
    if let Err(error) = served {
        debug!(%peer, %error, "a connection ended");
    }
}
