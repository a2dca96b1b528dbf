//! A Prometheus server that is asked itself.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;

use crate::{
    lock,
    promql::{
        answer,
        error::QueryError,
        form,
        vector::{self, Vector},
    },
    web::{
        error::TrustError,
        http::{Http, Login},
        peer::Peer,
        refusals::{Refusal, Refusals},
        trust::Trust,
    },
};

/// Where a Prometheus server is, and who we are there.
#[derive(Clone, Debug)]
pub struct PrometheusSettings {
    /// Base address, such as `http://192.0.2.10:9090`, without a slash at its end.
    pub url: String,
    /// What it wants to see.
    pub login: Login,
    /// How its certificate is judged.
    pub trust: Trust,
    /// For each request as a whole.
    pub timeout: Duration,
}

/// A client of one Prometheus server.
#[derive(Debug)]
pub struct Prometheus {
    http: Http,
    login: Login,
    refusals: Mutex<Refusals<()>>,
}

impl Prometheus {
    /// A client for the server. Nothing is sent yet.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn new(settings: PrometheusSettings) -> Result<Prometheus, TrustError> {
        let (trust, within) = (&settings.trust, settings.timeout);
        Ok(Prometheus {
            http: Http::new(Peer::Prometheus, &settings.url, trust, within)?,
            login: settings.login,
            refusals: Mutex::default(),
        })
    }

    /// The server's base address.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// The value of a query at one moment.
    ///
    /// # Errors
    /// Whatever kept the server from giving a vector.
    pub async fn query(&self, query: &str, at: Timestamp) -> Result<Vector, QueryError> {
        if let Some(refusal) = self.refusals().standing() {
            return Err(self.refused(refusal));
        }
        let path = form::path(query, at);
        let headers = self.http.headers(&self.login);
        let response = self.http.send(&path, headers, None).await?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            let refusal = self.refusals().refuse(());
            return Err(self.refused(refusal));
        }
        self.refusals().accept();
        let body = self.http.body(&path, response).await?;
        answer::of(&self.http, &path, status, &body, vector::read)
    }

    fn refused(&self, refusal: Refusal<()>) -> QueryError {
        QueryError::Login {
            url: self.url().to_owned(),
            next_try: refusal.next_try,
        }
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals<()>> {
        lock::held(&self.refusals)
    }
}
