//! The peer that shows what hyper alone costs: the same bytes to whoever asks, whatever is asked for.
//!
//! It is this program again, as a process of its own, with the runtime of the service.

use std::{convert::Infallible, env, future, net::SocketAddr, path::Path, process::Command};

use http_body_util::Full;
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Incoming},
    header::{HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, runtime};

use crate::{
    Failure,
    answer::Answer,
    server::{Server, free_address},
};

/// What this program is started with to be the peer, before address and folder.
pub(crate) const WORD: &str = "--bare-hyper";

/// Starts it.
pub(crate) fn start(folder: &Path) -> Result<Server, Failure> {
    let address = free_address()?;
    let mut command = Command::new(env::current_exe()?);
    command.arg(WORD).arg(address.to_string()).arg(folder);
    Server::start("bare hyper", folder, address, &command)
}

/// Is it, for ever.
pub(crate) fn serve(address: &str, folder: &Path) -> Result<(), Failure> {
    let address: SocketAddr = address.parse()?;
    let saved = Answer::saved(folder)?;
    let mut headers = HeaderMap::new();
    for (name, value) in saved.headers {
        headers.insert(name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?);
    }
    let mut answer = Response::new(Full::new(Bytes::from(saved.body)));
    *answer.headers_mut() = headers;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            let answer = answer.clone();
            let service = service_fn(move |_: Request<Incoming>| {
                future::ready(Ok::<_, Infallible>(answer.clone()))
            });
            // A client that leaves in the middle is none of our business.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}
