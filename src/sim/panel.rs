//! A panel, and the Grafana below it: an HTTPS server with a certificate of its own.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::{Request, StatusCode, body::Incoming, header::HeaderName};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

use crate::sim::{
    account::Account,
    fault::Fault,
    grafana::{Datasource, Grafana},
    http::{self, Answer, Text},
    routes::Routes,
    scenario::Scenario,
    server,
    sessions::Sessions,
    tasks::Tasks,
};

/// What a panel is made of.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) account: Account,
    pub(crate) datasource: Datasource,
    pub(crate) sessions: Sessions,
    pub(crate) requests: AtomicU64,
    pub(crate) tasks: Arc<Tasks>,
}

impl Panel {
    pub(crate) fn new(
        scenario: Arc<Scenario>,
        account: Account,
        datasource: Datasource,
        tasks: Arc<Tasks>,
    ) -> Arc<Panel> {
        Arc::new(Panel {
            scenario,
            account,
            datasource,
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
            grafana: Grafana {
                scenario: &self.scenario,
                sessions: &self.sessions,
                datasource: &self.datasource,
            },
        };
        let answer = match http::read(body).await {
            None => http::refusal(StatusCode::BAD_REQUEST, "The body cannot be read"),
            Some(body) => routes.answer(&head, &body).await.unwrap_or_else(|error| {
                warn!(%error, "the panel cannot answer");
                http::refusal(StatusCode::INTERNAL_SERVER_ERROR, "No answer")
            }),
        };
        let id = format!("req-{number:012}");
        let answer = http::with_header(answer, HeaderName::from_static("x-request-id"), &id);
        match self.scenario.shows(Fault::PanelSlowBody) {
            true => answer.map(Text::dripping),
            false => answer,
        }
    }
}

/// Takes connections until the simulator stops.
pub(crate) async fn serve(panel: Arc<Panel>, listener: TcpListener, shown: Shown) {
    let tasks = panel.tasks.clone();
    let connection = |stream, peer| connection(panel.clone(), stream, peer, shown.clone());
    server::accept(listener, tasks, connection).await;
}

/// The certificates of a panel.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) own: TlsAcceptor,
    /// What it shows once that has changed.
    pub(crate) other: TlsAcceptor,
}

async fn connection(panel: Arc<Panel>, stream: TcpStream, peer: SocketAddr, shown: Shown) {
    let changed = || panel.scenario.shows(Fault::PanelCertificateChanged);
    let is_other = changed();
    let tls = if is_other { shown.other } else { shown.own };
    match tls.accept(stream).await {
        Ok(stream) => {
            let answer = async |request| match changed() == is_other {
                true => Some(panel.answer(request).await),
                false => None,
            };
            server::answer(stream, peer, answer).await;
        }
        Err(error) => debug!(%peer, %error, "no TLS with a client"),
    }
}
