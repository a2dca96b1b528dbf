//! Grafana, which hands a query on to its Prometheus.
//!
//! It is asked with a token, in the panel's session, or with both. Which of its forms and which data source
//! it answers to is found out once and remembered for as long as it does.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    lock,
    panel::{request::Request, session::Session},
    promql::{
        answer,
        datasource::{self, Datasource},
        error::{QueryError, Shown},
        form::Form,
        frames,
        vector::{self, Vector},
    },
    secret::Secret,
    web::{
        error::{TrustError, WebError},
        http::{Http, Login},
        peer::Peer,
        refusals::{Refusal, Refusals},
        trust::Trust,
    },
};

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

/// What is shown to Grafana.
#[derive(Clone, Debug)]
pub enum Pass {
    /// A token.
    Token(Secret),
    /// The panel's session.
    Session,
    /// Both.
    Both(Secret),
}

impl Pass {
    /// Whether the panel's session is shown.
    pub fn wants_session(&self) -> bool {
        !matches!(self, Pass::Token(_))
    }

    fn shown(&self) -> Shown {
        match self {
            Pass::Token(_) => Shown::Token,
            Pass::Session => Shown::Session,
            Pass::Both(_) => Shown::Both,
        }
    }
}

/// A client of one Grafana.
#[derive(Debug)]
pub struct Grafana {
    http: Http,
    session: Arc<Session>,
    pass: Pass,
    datasource: Option<Datasource>,
    form: Option<Form>,
    found: Mutex<Found>,
}

/// What was found out.
#[derive(Debug, Default)]
struct Found {
    datasource: Option<Datasource>,
    form: Option<Form>,
    /// Whether each was by the proxy in front.
    refusals: Refusals<bool>,
}

impl Grafana {
    /// A client for Grafana, which may ask in this session of the panel. Nothing is sent yet.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn new(settings: GrafanaSettings, session: Arc<Session>) -> Result<Grafana, TrustError> {
        let (trust, within) = (&settings.trust, settings.timeout);
        Ok(Grafana {
            http: Http::new(Peer::Grafana, &settings.url, trust, within)?,
            session,
            pass: settings.pass,
            datasource: settings.datasource,
            form: settings.form,
            found: Mutex::default(),
        })
    }

    /// Grafana's base address.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// The value of a query at one moment.
    ///
    /// # Errors
    /// Whatever kept Grafana and its Prometheus from giving a vector.
    pub async fn query(&self, query: &str, at: Timestamp) -> Result<Vector, QueryError> {
        let datasource = self.datasource().await?;
        let mut first = None;
        for form in self.forms(&datasource) {
            let Some((path, body)) = form.request(&datasource, query, at) else {
                continue;
            };
            match self.ask(form, &path, body.as_ref()).await {
                Err(error) if is_of_the_route(&error) => {
                    first.get_or_insert(error);
                }
                answer => {
                    if matches!(answer, Ok(_) | Err(QueryError::Failed { .. })) {
                        self.found().form = Some(form);
                    }
                    return answer;
                }
            }
        }
        let mut found = self.found();
        (found.form, found.datasource) = (None, None);
        Err(first.unwrap_or_else(|| self.unknown("no form of a query fits its data source")))
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

    async fn ask(
        &self,
        form: Form,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vector, QueryError> {
        let (status, answer) = self.exchange(path, body).await?;
        let read = match form {
            Form::Frames => frames::read,
            _ => vector::read,
        };
        match status {
            StatusCode::NOT_FOUND if answer::is_grafanas(&answer) => {
                Err(self.unknown("it knows no such data source, or not by this form of a query"))
            }
            _ => answer::of(&self.http, path, status, &answer, read),
        }
    }

    /// The data source of the settings, else the one that was found, else the one that is there.
    async fn datasource(&self) -> Result<Datasource, QueryError> {
        let found = self.found().datasource.clone();
        if let Some(datasource) = self.datasource.clone().or(found) {
            return Ok(datasource);
        }
        const PATH: &str = "/api/datasources";
        let (status, body) = self.exchange(PATH, None).await?;
        if !status.is_success() {
            return Err(self.http.status(PATH, status).into());
        }
        let list = self.http.parse(PATH, &body)?;
        let datasource = datasource::choose(&list).map_err(|why| self.unknown(why))?;
        self.found().datasource = Some(datasource.clone());
        Ok(datasource)
    }

    /// Status and body of the answer to a request, once we are let in.
    async fn exchange(
        &self,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Zeroizing<Vec<u8>>), QueryError> {
        if let Some(refusal) = self.found().refusals.standing() {
            return Err(self.refused(refusal));
        }
        let token = match &self.pass {
            Pass::Token(token) | Pass::Both(token) => Login::Token(token.clone()),
            Pass::Session => Login::Nobody,
        };
        let headers = self.http.headers(&token);
        let request = Request {
            http: &self.http,
            path,
            beside: Some(&headers),
            body,
        };
        let response = match self.pass.wants_session() {
            true => self.session.lend(request).await?,
            false => {
                let body = request.body();
                self.http.send(path, headers.clone(), body).await?
            }
        };
        let status = response.status();
        let answer = self.http.body(path, response).await?;
        let grafanas = answer::is_grafanas(&answer);
        match status {
            StatusCode::UNAUTHORIZED => {
                let refusal = self.found().refusals.refuse(!grafanas);
                Err(self.refused(refusal))
            }
            StatusCode::FORBIDDEN if grafanas => {
                let (url, path) = (self.url().to_owned(), self.http.asked(path));
                Err(QueryError::Forbidden { url, path })
            }
            status => {
                self.found().refusals.accept();
                Ok((status, answer))
            }
        }
    }

    fn refused(&self, refusal: Refusal<bool>) -> QueryError {
        let (url, shown) = (self.url().to_owned(), self.pass.shown());
        let next_try = refusal.next_try;
        match refusal.why {
            true => QueryError::Front {
                url,
                shown,
                next_try,
            },
            false => QueryError::Grafana {
                url,
                shown,
                next_try,
            },
        }
    }

    fn unknown(&self, why: &str) -> QueryError {
        QueryError::Datasource {
            url: self.url().to_owned(),
            why: why.to_owned(),
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        lock::held(&self.found)
    }
}

/// Whether another form of the query may do.
fn is_of_the_route(error: &QueryError) -> bool {
    match error {
        QueryError::Web(WebError::Status { status, .. }) => matches!(status, 403..=405),
        error => matches!(
            error,
            QueryError::Forbidden { .. } | QueryError::Datasource { .. }
        ),
    }
}
