//! Why a query gave no vector.

use std::fmt;

use jiff::Timestamp;

use crate::{
    clock,
    panel::error::PanelError,
    promql::kind::Kind,
    reason::Code,
    web::{error::WebError, peer::Peer},
};

/// Why a query gave no vector. No variant holds a body of a peer or a secret.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The peer could not be asked, or its answer is none.
    #[error(transparent)]
    Web(#[from] WebError),
    /// The panel gave no session to ask Grafana in.
    #[error(transparent)]
    Panel(PanelError),
    /// Prometheus took the query and failed with it.
    #[error("{peer} {url}: {path} answered that {kind}: {}", query_way_out(*kind, *peer))]
    Failed {
        /// Who was asked.
        peer: Peer,
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// How it failed.
        kind: Kind,
    },
    /// Prometheus, or a proxy in front of it, lets nobody in without the right word.
    #[error(
        "Prometheus {url}: it answered with status {status}, so it wants a login, and ours was refused or there is none: set username and password_file, or token_file, in [cluster.prometheus]; a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    Login {
        /// Its base address.
        url: String,
        /// Its status.
        status: u16,
        /// When it will be asked again.
        next_try: Timestamp,
    },
    /// The proxy in front of Grafana did not let the request through.
    #[error(
        "Grafana {url}: the proxy in front of it answered with status {status}, before Grafana was asked: {}; a service tries again at {}",
        front_way_out(*shown),
        clock::rfc3339(*next_try)
    )]
    Front {
        /// Grafana's base address.
        url: String,
        /// The proxy's status.
        status: u16,
        /// What was shown to it.
        shown: Shown,
        /// When it will be asked again.
        next_try: Timestamp,
    },
    /// Grafana itself refused the token or the session.
    #[error(
        "Grafana {url}: it refused {shown} with status 401: {}; a service tries again at {}",
        grafana_way_out(*shown),
        clock::rfc3339(*next_try)
    )]
    Grafana {
        /// Its base address.
        url: String,
        /// What was shown to it.
        shown: Shown,
        /// When it will be asked again.
        next_try: Timestamp,
    },
    /// Grafana knows us, and this is not for us.
    #[error(
        "Grafana {url}: it forbids {path}: give the service account, or the panel's user, the permission to query the data source, which is datasources:query; a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    Forbidden {
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// When it will be asked for again.
        next_try: Timestamp,
    },
    /// Grafana knows us, and does not tell us of its data sources.
    #[error(
        "Grafana {url}: it forbids {path}, so which data source is meant is not known: set datasource_uid in [cluster.grafana], which Grafana shows in the address of the data source's page; a service tries again at {}",
        clock::rfc3339(*next_try)
    )]
    ForbiddenList {
        /// Its base address.
        url: String,
        /// What was asked for.
        path: String,
        /// When it will be asked for again.
        next_try: Timestamp,
    },
    /// Which data source is meant cannot be told.
    #[error(
        "Grafana {url}: {why}: set datasource_uid in [cluster.grafana], which Grafana shows in the address of the data source's page"
    )]
    Datasource {
        /// Its base address.
        url: String,
        /// What is wrong.
        why: String,
    },
}

impl QueryError {
    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self {
            QueryError::Web(error) => error.code(),
            QueryError::Panel(error) => error.code(),
            QueryError::Failed { kind, .. } => match kind {
                Kind::BadData => Code::QueryInvalid,
                Kind::Timeout | Kind::Canceled => Code::QueryTimeout,
                Kind::Execution | Kind::Other => Code::QueryFailed,
            },
            QueryError::Login { .. } => Code::AuthRefused,
            QueryError::Front { .. } => Code::ProxyAuthRefused,
            QueryError::Grafana { .. } => Code::GrafanaAuthRefused,
            QueryError::Forbidden { .. } | QueryError::ForbiddenList { .. } => {
                Code::GrafanaForbidden
            }
            QueryError::Datasource { .. } => Code::DatasourceUnknown,
        }
    }

    /// When what was refused is tried again.
    pub fn next_try(&self) -> Option<Timestamp> {
        match self {
            QueryError::Panel(error) => error.next_try(),
            QueryError::Login { next_try, .. }
            | QueryError::Front { next_try, .. }
            | QueryError::Grafana { next_try, .. }
            | QueryError::Forbidden { next_try, .. }
            | QueryError::ForbiddenList { next_try, .. } => Some(*next_try),
            _ => None,
        }
    }
}

impl From<PanelError> for QueryError {
    fn from(error: PanelError) -> QueryError {
        match error {
            PanelError::Web(error) => QueryError::Web(error),
            error => QueryError::Panel(error),
        }
    }
}

/// What a request showed to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A token.
    Token,
    /// The panel's session.
    Session,
    /// Both.
    Both,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shown::Token => "the token",
            Shown::Session => "the panel's session",
            Shown::Both => "the token beside the panel's session",
        })
    }
}

fn front_way_out(shown: Shown) -> &'static str {
    match shown {
        Shown::Token => {
            "it may want the panel's session, too: set auth = \"both\" in [cluster.grafana]"
        }
        Shown::Session | Shown::Both => {
            "see in a browser that the panel's user can open Grafana there"
        }
    }
}

fn grafana_way_out(shown: Shown) -> &'static str {
    match shown {
        Shown::Token | Shown::Both => {
            "make a token of a service account there, and set it as GRAFANA_API_KEY, or token_file in [cluster.grafana]"
        }
        Shown::Session => {
            "set a token of a service account as GRAFANA_API_KEY, or token_file in [cluster.grafana], with auth = \"both\""
        }
    }
}

fn query_way_out(kind: Kind, peer: Peer) -> String {
    match kind {
        Kind::BadData => format!("see matcher and the queries in {}", peer.table()),
        _ => "see how Prometheus itself is, and its log".to_owned(),
    }
}
