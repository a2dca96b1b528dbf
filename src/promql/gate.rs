//! The way into Grafana: what is shown there, and what it means to be refused.
//!
//! A proxy may stand in front, with a door of its own. Grafana's own words are JSON with a message.

use std::sync::{Arc, Mutex, MutexGuard};

use reqwest::StatusCode;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    breaker::Breakers,
    lock,
    panel::{request::Request, session::Session},
    promql::{
        answer,
        error::{QueryError, Shown},
    },
    reason::Code,
    secret::Secret,
    web::{
        http::{Http, Login},
        peer::Peer,
        refusals::{Refusal, Refusals},
    },
};

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

/// A Grafana that may let us in.
#[derive(Debug)]
pub struct Gate {
    /// How it is asked.
    pub http: Http,
    session: Arc<Session>,
    pass: Pass,
    /// Whether each was by the proxy in front.
    refusals: Mutex<Refusals<bool>>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// Its status; never 401.
    pub status: StatusCode,
    /// Its body.
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// Whether Grafana itself said so.
    pub fn is_grafanas(&self) -> bool {
        answer::is_grafanas(&self.body)
    }
}

impl Gate {
    /// To the Grafana of this client, with this pass; a session of the panel is that one.
    pub fn new(http: Http, session: Arc<Session>, pass: Pass) -> Gate {
        Gate {
            http,
            session,
            pass,
            refusals: Mutex::new(refusals(Breakers::default())),
        }
    }

    /// Shows there when it is left alone.
    pub fn with_breakers(self, breakers: Breakers) -> Gate {
        let refusals = Mutex::new(refusals(breakers));
        Gate { refusals, ..self }
    }

    /// The answer to a request, once we are let in.
    ///
    /// # Errors
    /// When we are not, and when there is no whole answer in time.
    pub async fn ask(&self, path: &str, body: Option<&Value>) -> Result<Answer, QueryError> {
        let standing = self.refusals().standing();
        if let Some(refusal) = standing {
            return Err(self.refused(refusal));
        }
        let answer = self.exchange(path, body).await;
        if answer.is_err() {
            self.refusals().unheard();
        }
        let answer = answer?;
        if answer.status == StatusCode::UNAUTHORIZED {
            let by_front = !answer.is_grafanas();
            let refusal = self.refusals().refuse(by_front, refused_by(by_front));
            return Err(self.refused(refusal));
        }
        self.refusals().accept();
        Ok(answer)
    }

    async fn exchange(&self, path: &str, body: Option<&Value>) -> Result<Answer, QueryError> {
        let token = match &self.pass {
            Pass::Token(token) | Pass::Both(token) => Login::Token(token.clone()),
            Pass::Session => Login::Nobody,
        };
        let headers = self.http.headers(&token);
        let request = Request {
            beside: Some(&headers),
            body,
            ..Request::get(&self.http, path)
        };
        let response = match self.pass.wants_session() {
            true => self.session.lend(request).await?,
            false => {
                let body = request.body();
                self.http.send(path, headers.clone(), body).await?
            }
        };
        Ok(Answer {
            status: response.status(),
            body: self.http.body(path, response).await?,
        })
    }

    /// The proxy in front did not let a request through, and answered with this status.
    pub fn shut(&self, status: StatusCode, refusal: Refusal<()>) -> QueryError {
        QueryError::Front {
            url: self.http.url().to_owned(),
            status: status.as_u16(),
            shown: self.pass.shown(),
            next_try: refusal.next_try,
        }
    }

    fn refused(&self, Refusal { why, next_try }: Refusal<bool>) -> QueryError {
        match why {
            true => self.shut(StatusCode::UNAUTHORIZED, Refusal { why: (), next_try }),
            false => QueryError::Grafana {
                url: self.http.url().to_owned(),
                shown: self.pass.shown(),
                next_try,
            },
        }
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals<bool>> {
        lock::held(&self.refusals)
    }
}

fn refusals(breakers: Breakers) -> Refusals<bool> {
    Refusals::new(Peer::Grafana.word(), breakers)
}

fn refused_by(front: bool) -> Code {
    match front {
        true => Code::ProxyAuthRefused,
        false => Code::GrafanaAuthRefused,
    }
}
