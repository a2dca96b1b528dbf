//! Grafana, which hands a query on to its Prometheus.
//!
//! Which of its forms of a query and which data source it answers to is found out once and remembered for as
//! long as it does. A query that it forbids in every form is left alone for minutes, and the others are asked.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;

use crate::{
    breaker::Breakers,
    lock,
    panel::session::Session,
    promql::{
        answer::Raw,
        attempt::{self, Forbidden, Unanswered, unknown},
        datasource::{self, Datasource},
        error::QueryError,
        form::Form,
        gate::{Answer, Gate, Pass},
        vector::Vector,
    },
    reason::Code,
    web::{
        error::TrustError, http::Http, left_alone::LeftAlone, peer::Peer, refusals::Refusal,
        trust::Trust,
    },
};

const DATASOURCES: &str = "/api/datasources";

/// Where Grafana is, and which of its data sources is meant.
#[derive(Clone, Debug)]
pub struct GrafanaSettings {
    /// Base address, such as `https://panel.example:8888/grafana`, without a slash at its end.
    pub url: String,
    /// What is shown to it.
    pub pass: Pass,
    /// The data source; `None` finds it.
    pub datasource: Option<Datasource>,
    /// The form of the queries; `None` finds it.
    pub form: Option<Form>,
    /// How its certificate is judged.
    pub trust: Trust,
    /// For each request as a whole.
    pub timeout: Duration,
}

/// A client of one Grafana.
#[derive(Debug)]
pub struct Grafana {
    gate: Gate,
    datasource: Option<Datasource>,
    form: Option<Form>,
    found: Mutex<Found>,
    /// Queries, and the list of data sources.
    forbidden: Mutex<LeftAlone<Forbidden>>,
}

/// What was found out.
#[derive(Debug, Default)]
struct Found {
    datasource: Option<Datasource>,
    form: Option<Form>,
}

impl Grafana {
    /// A client for Grafana, which may ask in this session of the panel. Nothing is sent yet.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn new(settings: GrafanaSettings, session: Arc<Session>) -> Result<Grafana, TrustError> {
        let (trust, within) = (&settings.trust, settings.timeout);
        let http = Http::new(Peer::Grafana, &settings.url, trust, within)?;
        Ok(Grafana {
            gate: Gate::new(http, session, settings.pass),
            datasource: settings.datasource,
            form: settings.form,
            found: Mutex::default(),
            forbidden: Mutex::new(LeftAlone::by(Peer::Grafana, Breakers::default())),
        })
    }

    /// Shows there what it leaves alone.
    pub fn with_breakers(self, breakers: Breakers) -> Grafana {
        Grafana {
            gate: self.gate.with_breakers(breakers.clone()),
            forbidden: Mutex::new(LeftAlone::by(Peer::Grafana, breakers)),
            ..self
        }
    }

    /// Grafana's base address.
    pub fn url(&self) -> &str {
        self.gate.http.url()
    }

    /// The value of a query at one moment; the answer as it came goes to `raw`, a vector or not.
    ///
    /// # Errors
    /// Whatever kept Grafana and its Prometheus from giving a vector.
    pub async fn query(
        &self,
        query: &str,
        at: Timestamp,
        raw: &mut Option<Raw>,
    ) -> Result<Vector, QueryError> {
        let standing = self.forbidden().standing(query);
        if let Some(refusal) = standing {
            return Err(self.denied(refusal));
        }
        let datasource = self.datasource().await?;
        let (mut first, mut forbidden) = (None, None);
        for form in self.forms(&datasource) {
            let Some((path, body)) = form.request(&datasource, query, at) else {
                continue;
            };
            match attempt::ask(&self.gate, &path, body.as_ref(), raw).await {
                Err(Unanswered::Route(error)) => {
                    first.get_or_insert(error);
                }
                Err(Unanswered::Forbidden(why)) => {
                    forbidden.get_or_insert(why);
                }
                Err(Unanswered::Query(error)) => {
                    if matches!(error, QueryError::Failed { .. }) {
                        self.found().form = Some(form);
                    }
                    self.forbidden().unheard(query);
                    return Err(error);
                }
                Ok(vector) => {
                    self.found().form = Some(form);
                    self.forbidden().accept(query);
                    return Ok(vector);
                }
            }
        }
        *self.found() = Found::default();
        if let Some(why) = forbidden {
            return Err(self.deny(query, why));
        }
        self.forbidden().unheard(query);
        Err(first.unwrap_or_else(|| unknown(&self.gate, "no form of a query fits its data source")))
    }

    /// The forms to try: that of the settings, or those by uid where there is one; first the one that was
    /// answered last.
    fn forms(&self, datasource: &Datasource) -> Vec<Form> {
        if let Some(form) = self.form {
            return vec![form];
        }
        let has_uid = datasource.uid.is_some();
        let mut forms = Form::ALL.to_vec();
        forms.retain(|form| form.by_id() != has_uid);
        let known = self.found().form;
        forms.sort_by_key(|form| known != Some(*form));
        forms
    }

    /// The data source of the settings, else the one that was found, else the one that is there.
    async fn datasource(&self) -> Result<Datasource, QueryError> {
        let found = self.found().datasource.clone();
        if let Some(datasource) = self.datasource.clone().or(found) {
            return Ok(datasource);
        }
        let standing = self.forbidden().standing(DATASOURCES);
        if let Some(refusal) = standing {
            return Err(self.denied(refusal));
        }
        let answer = self.gate.ask(DATASOURCES, None).await;
        if answer.is_err() {
            self.forbidden().unheard(DATASOURCES);
        }
        let answer = answer?;
        if answer.status == StatusCode::FORBIDDEN {
            let (path, by_front) = (DATASOURCES.to_owned(), !answer.is_grafanas());
            return Err(self.deny(DATASOURCES, Forbidden { path, by_front }));
        }
        self.forbidden().accept(DATASOURCES);
        let Answer { status, body } = answer;
        if !status.is_success() {
            return Err(self.gate.http.status(DATASOURCES, status).into());
        }
        let list = self.gate.http.parse(DATASOURCES, &body)?;
        let datasource = datasource::choose(&list).map_err(|why| unknown(&self.gate, why))?;
        self.found().datasource = Some(datasource.clone());
        Ok(datasource)
    }

    /// Leaves alone what is forbidden.
    fn deny(&self, what: &str, why: Forbidden) -> QueryError {
        let code = match why.by_front {
            true => Code::ProxyAuthRefused,
            false => Code::GrafanaForbidden,
        };
        let refusal = self.forbidden().refuse(what, why, code);
        self.denied(refusal)
    }

    fn denied(&self, Refusal { why, next_try }: Refusal<Forbidden>) -> QueryError {
        let (url, path) = (self.url().to_owned(), why.path);
        match path.as_str() {
            _ if why.by_front => {
                let refusal = Refusal { why: (), next_try };
                self.gate.shut(StatusCode::FORBIDDEN, refusal)
            }
            DATASOURCES => QueryError::ForbiddenList {
                url,
                path,
                next_try,
            },
            _ => QueryError::Forbidden {
                url,
                path,
                next_try,
            },
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        lock::held(&self.found)
    }

    fn forbidden(&self) -> MutexGuard<'_, LeftAlone<Forbidden>> {
        lock::held(&self.forbidden)
    }
}
