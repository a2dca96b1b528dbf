//! The listener: takes connections, speaks HTTP/1 on them, with TLS or without.
//!
//! A connection is a task of its own. What goes wrong on one ends that one. No wait for a client is without
//! end: [`bounded`](crate::api::bounded) sees to its requests and answers, the listener to its handshake.

use std::{
    cell::RefCell, convert::Infallible, error::Error, io, net::SocketAddr, pin::pin, time::Duration,
};

use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tower_service::Service;
use warp::http::Uri;

use crate::{
    api::{
        bounded::Bounded,
        crowd::{Crowd, MOST},
        refusal::Refusal,
        tls::Tls,
    },
    pulse::Beat,
};

/// The handshake of TLS is through within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long answers that have begun may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(4);
/// The rest after the system gave no connection, as where too many files are open.
const REST: Duration = Duration::from_secs(1);
/// No head of a request is longer, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
/// The first byte of TLS; no request in HTTP begins with it.
const HANDSHAKE_BEGINS: u8 = 0x16;

/// Where a request comes from, as its extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Answers until `shutdown` is done, then lets what has begun come to its end. Its loop answers the beat.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    routes: impl Routes,
    mut beat: Beat,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut http = http1::Builder::new();
    // The stream has deadlines of its own. hyper's would set a timer for every request.
    http.header_read_timeout(None).max_buf_size(LONGEST_HEAD);
    let (stop, asked) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut crowd = Crowd::default();
    let mut failing = false;
    loop {
        let room = connections.len() < MOST;
        if crowd.fills(connections.len()) {
            tracing::warn!(
                connections = MOST,
                "no more connections at once: others wait"
            );
        }
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            () = beat.answer() => continue,
            Some(ended) = connections.join_next() => {
                report(ended);
                continue;
            }
            accepted = listener.accept(), if room => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                failing = false;
                let connection = Connection {
                    peer,
                    http: http.clone(),
                    stop: asked.clone(),
                };
                connections.spawn(connection.run(stream, tls.clone(), routes.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "no connection can be taken; trying on");
                }
                failing = true;
                tokio::select! {
                    () = &mut shutdown => break,
                    () = sleep(REST) => {}
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let drained = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if timeout(DRAIN, drained).await.is_err() {
        let held = connections.len();
        tracing::warn!(
            connections = held,
            "clients held connections beyond the end"
        );
        connections.shutdown().await;
    }
}

/// What answers requests, a clone for each connection.
pub trait Routes:
    Service<
        Request<Incoming>,
        Response = Response<Self::Body>,
        Error = Infallible,
        Future: Send + 'static,
    > + Clone
    + Send
    + 'static
{
    /// The body of an answer.
    type Body: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;
}

impl<S, B> Routes for S
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    type Body = B;
}

/// What a connection needs beside its stream.
struct Connection {
    peer: SocketAddr,
    http: http1::Builder,
    stop: watch::Receiver<bool>,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<Tls>, routes: impl Routes) {
        let peer = self.peer;
        if let Err(error) = stream.set_nodelay(true) {
            return tracing::debug!(%peer, %error, "a client was gone already");
        }
        let Some(tls) = tls else {
            return self.answer(Bounded::new(stream), routes).await;
        };
        let mut stop = self.stop.clone();
        let begun = tokio::select! {
            begun = timeout(HANDSHAKE, handshake(stream, &tls)) => begun,
            () = asked(&mut stop) => return,
        };
        match begun {
            Ok(Ok(stream)) => self.answer(stream, routes).await,
            Ok(Err(NoTls::Plain(stream))) => self.answer(Bounded::new(stream), Refusal).await,
            Ok(Err(NoTls::Failed(error))) => {
                tracing::debug!(%peer, %error, "no TLS with a client");
            }
            Err(_) => tracing::debug!(%peer, "a client did not end its TLS handshake in time"),
        }
    }

    /// Answers one request after the other. When the end is asked for, an idle connection ends at once,
    /// another one after its answer.
    async fn answer(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        routes: impl Routes,
    ) {
        let Connection {
            peer,
            http,
            mut stop,
        } = self;
        let caller = Caller {
            routes: RefCell::new(routes),
            peer: Peer(peer),
        };
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), caller));
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            () = asked(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, %error, "a connection ended");
        }
    }
}

/// Waits until the end is asked for.
async fn asked(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could ask has ended, which is an end as well.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Why a client gets no TLS.
enum NoTls {
    /// It began with a request in plain HTTP, and gets an answer that it can read.
    Plain(TcpStream),
    /// It left, or speaks something else.
    Failed(io::Error),
}

async fn handshake(stream: TcpStream, tls: &Tls) -> Result<TlsStream<Bounded<TcpStream>>, NoTls> {
    let mut first = [HANDSHAKE_BEGINS];
    // A client that leaves without a byte fails in the handshake.
    stream.peek(&mut first).await.map_err(NoTls::Failed)?;
    if first != [HANDSHAKE_BEGINS] {
        return Err(NoTls::Plain(stream));
    }
    let acceptor = TlsAcceptor::from(tls.newest());
    let accepted = acceptor.accept(Bounded::new(stream)).await;
    let mut stream = accepted.map_err(NoTls::Failed)?;
    stream.get_mut().0.begin();
    Ok(stream)
}

/// The routes as one client sees them. No copy of them is made for a request.
struct Caller<S> {
    routes: RefCell<S>,
    peer: Peer,
}

impl<S: Routes> hyper::service::Service<Request<Incoming>> for Caller<S> {
    type Response = Response<S::Body>;
    type Error = Infallible;
    type Future = S::Future;

    fn call(&self, mut request: Request<Incoming>) -> S::Future {
        request.extensions_mut().insert(self.peer);
        if request.uri().path_and_query().is_none() {
            // `CONNECT host:443` names no path, and warp panics where there is none.
            *request.uri_mut() = Uri::default();
        }
        self.routes.borrow_mut().call(request)
    }
}

/// Whether it was that one connection that failed, before it was ours.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && !error.is_cancelled()
    {
        tracing::error!(%error, "a connection ended badly");
    }
}
