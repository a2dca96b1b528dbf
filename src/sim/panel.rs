//! A panel: an HTTPS server with a certificate of its own.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::{
    Request, StatusCode, body::Incoming, header::HeaderName, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

use crate::sim::{
    http::{self, Answer},
    routes::{Account, Routes},
    scenario::Scenario,
    sessions::Sessions,
    tasks::Tasks,
};

/// What a panel is made of.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) account: Account,
    pub(crate) sessions: Sessions,
    pub(crate) requests: AtomicU64,
    pub(crate) tasks: Arc<Tasks>,
}

impl Panel {
    pub(crate) fn new(scenario: Arc<Scenario>, account: Account, tasks: Arc<Tasks>) -> Arc<Panel> {
        Arc::new(Panel {
            scenario,
            account,
            sessions: Sessions::default(),
            requests: AtomicU64::new(0),
            tasks,
        })
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let (head, body) = request.into_parts();
        let routes = Routes {
            scenario: &self.scenario,
            account: &self.account,
            sessions: &self.sessions,
        };
        let path = head.uri.path();
        let answer = match http::read(body).await {
            None => http::refusal(StatusCode::BAD_REQUEST, "The body cannot be read"),
            Some(body) => routes
                .answer(&head.method, path, &head.headers, &body)
                .await
                .unwrap_or_else(|error| {
                    warn!(%error, "the panel cannot answer");
                    http::refusal(StatusCode::INTERNAL_SERVER_ERROR, "No answer")
                }),
        };
        let id = format!("req-{number:012}");
        http::with_header(answer, HeaderName::from_static("x-request-id"), &id)
    }
}

/// Takes connections until the simulator stops.
pub(crate) async fn serve(panel: Arc<Panel>, listener: TcpListener, tls: TlsAcceptor) {
    let stopped = panel.tasks.stopped();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(panel.clone(), stream, peer, tls.clone());
                let stopped = panel.tasks.stopped();
                panel.tasks.spawn(async {
                    tokio::select! {
                        () = connection => {}
                        () = stopped => {}
                    }
                });
            }
            // one peer was gone before it was accepted; the others are not
            Err(error) => warn!(%error, "a connection was not accepted"),
        }
    }
}

async fn connection(panel: Arc<Panel>, stream: TcpStream, peer: SocketAddr, tls: TlsAcceptor) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "the peer was gone already");
    }
    let stream = match tls.accept(stream).await {
        Ok(stream) => stream,
        Err(error) => return debug!(%peer, %error, "no TLS with a client"),
    };
    let service = service_fn(|request| {
        let panel = panel.clone();
        async move { Ok::<_, Infallible>(panel.answer(request).await) }
    });
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        debug!(%peer, %error, "a connection ended");
    }
}
