//! One connection: HTTP/1 on it, with TLS or without, to its end.
//!
//! No wait for a client is without end: [`bounded`](crate::api::bounded) sees to its requests and answers, the connection
//! to its handshake.

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
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tower_service::Service;
use warp::http::Uri;

use crate::api::{
    bounded::Bounded, error::ApiError, refusal::Refusal, standing::Standing, tls::Tls,
};

/// The handshake of TLS is through within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Who is not served has this time to learn why.
const TELLING: Duration = Duration::from_secs(2);
/// After this time there may be room.
const ROOM: Duration = Duration::from_secs(1);
/// No head of a request is longer, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
/// The same for a request that is not served: the least that hyper takes.
const HEAD_UNREAD: usize = 8 * 1024;
/// The first byte of TLS; no request in HTTP begins with it.
const HANDSHAKE_BEGINS: u8 = 0x16;

/// Where a request comes from, as its extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

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
#[derive(Debug)]
pub struct Connection {
    /// The other side.
    pub peer: SocketAddr,
    /// How long the client has kept us waiting; told from here on.
    pub standing: Standing,
    /// Turns true when the end is asked for.
    pub stop: watch::Receiver<bool>,
}

impl Connection {
    /// Serves it.
    pub async fn serve(self, stream: TcpStream, tls: Option<Tls>, routes: impl Routes) {
        let peer = self.peer;
        if let Err(error) = stream.set_nodelay(true) {
            return tracing::debug!(%peer, %error, "a client was gone already");
        }
        let Some(tls) = tls else {
            let stream = Bounded::new(stream, self.standing.clone());
            return self.answer(stream, LONGEST_HEAD, routes).await;
        };
        let mut stop = self.stop.clone();
        let begun = tokio::select! {
            begun = timeout(HANDSHAKE, handshake(stream, &tls, &self.standing)) => begun,
            () = asked(&mut stop) => return,
        };
        match begun {
            Ok(Ok(stream)) => self.answer(stream, LONGEST_HEAD, routes).await,
            Ok(Err(NoTls::Plain(stream))) => {
                let stream = Bounded::new(stream, self.standing.clone());
                let refusal = Refusal(ApiError::PlainHttp);
                self.answer(stream, LONGEST_HEAD, refusal).await;
            }
            Ok(Err(NoTls::Failed(error))) => {
                tracing::debug!(%peer, %error, "no TLS with a client");
            }
            Err(_) => tracing::debug!(%peer, "a client did not end its TLS handshake in time"),
        }
    }

    /// Says in plain HTTP that there is no room, when the request is there: many clients take no answer before they have
    /// asked.
    pub async fn tell_of_the_crowd(self, stream: TcpStream) {
        let peer = self.peer;
        let stream = Bounded::new(stream, self.standing.clone());
        let told = self.answer(stream, HEAD_UNREAD, Refusal(ApiError::Overloaded(ROOM)));
        if timeout(TELLING, told).await.is_err() {
            tracing::debug!(%peer, "a client that is not served did not ask in time");
        }
    }

    /// Answers one request after the other. When the end is asked for, an idle connection ends at once,
    /// another one after its answer.
    async fn answer(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        longest_head: usize,
        routes: impl Routes,
    ) {
        let Connection {
            peer,
            standing,
            mut stop,
        } = self;
        let caller = Caller {
            routes: RefCell::new(routes),
            peer: Peer(peer),
            standing,
        };
        let mut http = http1::Builder::new();
        // The stream has deadlines of its own. hyper's would set a timer for every request.
        http.header_read_timeout(None).max_buf_size(longest_head);
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

async fn handshake(
    stream: TcpStream,
    tls: &Tls,
    standing: &Standing,
) -> Result<TlsStream<Bounded<TcpStream>>, NoTls> {
    let mut first = [HANDSHAKE_BEGINS];
    // A client that leaves without a byte fails in the handshake.
    stream.peek(&mut first).await.map_err(NoTls::Failed)?;
    if first != [HANDSHAKE_BEGINS] {
        return Err(NoTls::Plain(stream));
    }
    let acceptor = TlsAcceptor::from(tls.newest());
    let stream = Bounded::new(stream, standing.clone());
    let accepted = acceptor.accept(stream).await;
    let mut stream = accepted.map_err(NoTls::Failed)?;
    stream.get_mut().0.begin();
    Ok(stream)
}

/// The routes as one client sees them. No copy of them is made for a request.
struct Caller<S> {
    routes: RefCell<S>,
    peer: Peer,
    standing: Standing,
}

impl<S: Routes> hyper::service::Service<Request<Incoming>> for Caller<S> {
    type Response = Response<S::Body>;
    type Error = Infallible;
    type Future = S::Future;

    fn call(&self, mut request: Request<Incoming>) -> S::Future {
        self.standing.asked();
        request.extensions_mut().insert(self.peer);
        request.extensions_mut().insert(self.standing.clone());
        if request.uri().path_and_query().is_none() {
            // `CONNECT host:443` names no path, and warp panics where there is none.
            *request.uri_mut() = Uri::default();
        }
        self.routes.borrow_mut().call(request)
    }
}
