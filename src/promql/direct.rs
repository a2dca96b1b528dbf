//! A Prometheus server that is asked itself.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;

use crate::{
    breaker::Breakers,
    lock,
    promql::{
        answer::{self, Raw},
        error::QueryError,
        form,
        vector::Vector,
    },
    reason::Code,
    web::{
        error::TrustError,
        http::{Http, Login},
        left_alone::LeftAlone,
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
    standing: Mutex<Standing>,
}

/// How we stand with it. `Why` is the status.
#[derive(Debug)]
struct Standing {
    /// It lets nobody in.
    login: Refusals<u16>,
    /// The queries that it forbids.
    queries: LeftAlone<u16>,
}

impl Standing {
    fn new(breakers: Breakers) -> Standing {
        Standing {
            login: Refusals::new(Peer::Prometheus.word(), breakers.clone()),
            queries: LeftAlone::by(Peer::Prometheus, breakers),
        }
    }

    /// The refusal behind which this query waits.
    fn before(&self, query: &str) -> Option<Refusal<u16>> {
        let login = self.login.standing();
        login.or_else(|| self.queries.standing(query))
    }

    /// Notes the status of an answer to this query, which may be a refusal.
    fn answered(&mut self, query: &str, status: StatusCode) -> Option<Refusal<u16>> {
        let (why, code) = (status.as_u16(), Code::AuthRefused);
        if status == StatusCode::UNAUTHORIZED {
            return Some(self.login.refuse(why, code));
        }
        self.login.accept();
        // Which status means a wrong word is up to whatever stands in front of it.
        if status == StatusCode::FORBIDDEN {
            return Some(self.queries.refuse(query, why, code));
        }
        self.queries.accept(query);
        None
    }

    fn unheard(&mut self, query: &str) {
        self.login.unheard();
        self.queries.unheard(query);
    }
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
            standing: Mutex::new(Standing::new(Breakers::default())),
        })
    }

    /// Shows there what it leaves alone.
    pub fn with_breakers(self, breakers: Breakers) -> Prometheus {
        let standing = Mutex::new(Standing::new(breakers));
        Prometheus { standing, ..self }
    }

    /// The server's base address.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// The value of a query at one moment; the answer as it came goes to `raw`, a vector or not.
    ///
    /// # Errors
    /// Whatever kept the server from giving a vector.
    pub async fn query(
        &self,
        query: &str,
        at: Timestamp,
        raw: &mut Option<Raw>,
    ) -> Result<Vector, QueryError> {
        if let Some(refusal) = self.standing().before(query) {
            return Err(self.refused(refusal));
        }
        let path = form::path(query, at);
        let headers = self.http.headers(&self.login);
        let answer = self.http.send(&path, headers, None).await;
        if answer.is_err() {
            self.standing().unheard(query);
        }
        let response = answer?;
        let status = response.status();
        if let Some(refusal) = self.standing().answered(query, status) {
            return Err(self.refused(refusal));
        }
        let body = self.http.body(&path, response).await?;
        *raw = Raw::of(&path, None, status, &body);
        answer::of(&self.http, &path, status, &body)
    }

    fn refused(&self, refusal: Refusal<u16>) -> QueryError {
        QueryError::Login {
            url: self.url().to_owned(),
            status: refusal.why,
            next_try: refusal.next_try,
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        lock::held(&self.standing)
    }
}
