//! A session with the panel: one login for all callers, kept, and renewed once where it has ended.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    panel::{
        error::PanelError,
        login::{self, Credentials, SessionCookie},
        project,
        request::Request,
        standing::Standing,
    },
    secret::Secret,
    stage::{Stage, Stages},
    web::{error::TrustError, http::Http, peer::Peer, refusals::Refusal, trust::Trust},
};

/// Where the panel is and who we are there.
#[derive(Clone, Debug)]
pub struct PanelSettings {
    /// Base address, such as `https://panel.example:8888`, without a slash at its end.
    pub url: String,
    /// The user.
    pub username: String,
    /// The user's password.
    pub password: Secret,
    /// The user's domain.
    pub domain: String,
    /// Name or id of the project whose scope is asked for; none reads the whole system.
    pub project: Option<String>,
    /// The number of the session: `X-Session-Id` at the login and with every request.
    pub session_index: Option<u32>,
    /// How the panel's certificate is judged.
    pub trust: Trust,
    /// For each request as a whole.
    pub timeout: Duration,
}

impl PanelSettings {
    /// Who logs in, as errors say it.
    fn user(&self) -> String {
        match self.domain.as_str() {
            "" => self.username.clone(),
            domain => format!("{} in domain {domain}", self.username),
        }
    }
}

/// A client of one panel.
#[derive(Debug)]
pub struct Session {
    settings: PanelSettings,
    http: Http,
    // Held during a login: whoever comes meanwhile waits for it instead of logging in as well.
    standing: Mutex<Standing>,
    stages: Stages,
}

impl Session {
    /// A client for the panel. Nothing is sent yet.
    ///
    /// # Errors
    /// When the CA file or the system's authorities cannot be used.
    pub fn new(settings: PanelSettings) -> Result<Session, TrustError> {
        let http = Http::new(
            Peer::Panel,
            &settings.url,
            &settings.trust,
            settings.timeout,
        )?;
        Ok(Session {
            settings,
            http,
            standing: Mutex::default(),
            stages: Stages::default(),
        })
    }

    /// Notes in these stages how the logins do.
    pub fn with_stages(self, stages: Stages) -> Session {
        Session { stages, ..self }
    }

    /// Where it is noted how the panel does.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The panel's base address.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// The JSON answer to `GET path`, in the session; logs in first where there is none, and anew where
    /// the panel says that it has ended.
    ///
    /// # Errors
    /// Whatever kept the panel from giving a whole JSON answer with a 2xx status.
    pub async fn get(&self, path: &str) -> Result<Value, PanelError> {
        let request = Request::get(&self.http, path);
        let response = match self.shared(request, 2).await? {
            Some(response) => response,
            None => {
                let (response, mut standing) = self.alone(request).await?;
                if response.status() == StatusCode::UNAUTHORIZED {
                    return Err(self.refused(standing.refuse(StatusCode::UNAUTHORIZED)));
                }
                response
            }
        };
        Ok(self.http.json(path, response).await?)
    }

    /// As [`Session::get`], for an answer that one can do without: a panel that refuses this path alone
    /// is no reason to leave the others unasked.
    ///
    /// # Errors
    /// As there.
    pub async fn get_if_given(&self, path: &str) -> Result<Value, PanelError> {
        let response = self.lend(Request::get(&self.http, path)).await?;
        Ok(self.http.json(path, response).await?)
    }

    /// Sends a request of another client in the session, which is renewed once where the answer is 401. A
    /// second 401 is an answer: what stands below the panel may refuse whom the panel lets in.
    ///
    /// # Errors
    /// When there is no session, and no login gives one; when no answer came in time.
    pub async fn lend(&self, request: Request<'_>) -> Result<Response, PanelError> {
        match self.shared(request, 1).await? {
            Some(response) => Ok(response),
            None => Ok(self.alone(request).await?.0),
        }
    }

    /// The answer in the session that all callers share; `None` where it was refused so many times.
    async fn shared(
        &self,
        request: Request<'_>,
        times: u32,
    ) -> Result<Option<Response>, PanelError> {
        let mut ended = None;
        for _ in 0..times {
            let (credentials, login) = {
                let mut standing = self.standing.lock().await;
                self.credentials(&mut standing, ended).await?
            };
            let response = request.send(&credentials).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                if response.status().is_success() {
                    self.standing.lock().await.settle(&response, login);
                }
                return Ok(Some(response));
            }
            ended = Some(login);
        }
        Ok(None)
    }

    /// The answer in a new session. Another caller may have used up the one before it; of this one nobody
    /// else knows before it has served us, so whoever refuses it refuses us.
    async fn alone(
        &self,
        request: Request<'_>,
    ) -> Result<(Response, MutexGuard<'_, Standing>), PanelError> {
        let mut standing = self.standing.lock().await;
        let newest = standing.logins;
        let (credentials, login) = self.credentials(&mut standing, Some(newest)).await?;
        let response = request.send(&credentials).await?;
        if response.status().is_success() {
            standing.settle(&response, login);
        }
        Ok((response, standing))
    }

    /// The session to use, and which login gave it. `ended` is the login whose session proved over.
    async fn credentials(
        &self,
        standing: &mut Standing,
        ended: Option<u64>,
    ) -> Result<(Credentials, u64), PanelError> {
        if let Some(current) = standing.current(ended) {
            return Ok(current);
        }
        if let Some(refusal) = standing.refused() {
            return Err(self.refused(refusal));
        }
        let login = async {
            let end = self.log_in().await?;
            end.map_err(|status| self.refused(standing.refuse(status)))
        };
        let noted = self
            .stages
            .note(Stage::PanelLogin, login, |error| error.code().name());
        let credentials = noted.await?;
        Ok(standing.begin(credentials))
    }

    /// One login; the inner error is the status with which the panel refused it.
    async fn log_in(&self) -> Result<Result<Credentials, StatusCode>, PanelError> {
        const PATH: &str = "/api/v2/login";
        let settings = &self.settings;
        let mut body = json!({
            "username": settings.username,
            "password": settings.password.reveal(),
        });
        if let (false, Some(fields)) = (settings.domain.is_empty(), body.as_object_mut()) {
            fields.insert("domain".to_owned(), settings.domain.as_str().into());
        }
        let headers = login::headers(settings.session_index);
        let response = self.http.send(PATH, headers, Some(&body)).await?;
        let status = response.status();
        match status {
            StatusCode::OK | StatusCode::CREATED => {}
            // The panel is not well, or is another place; that says nothing of the password.
            _ if status.is_server_error() || status == StatusCode::NOT_FOUND => {
                return Err(self.http.status(PATH, status).into());
            }
            // Wrong, forbidden, locked or sent elsewhere: which status means a wrong password is not
            // documented, so none of them is repeated soon.
            _ => return Ok(Err(status)),
        }
        let cookie = SessionCookie::of(&response, settings.session_index).ok_or_else(|| {
            self.http.shape(
                PATH,
                "it sets no session cookie: is that the address of the panel itself?".to_owned(),
            )
        })?;
        let body = self.http.json(PATH, response).await?;
        let credentials = Credentials::new(cookie, settings.session_index, &body);
        tracing::debug!(panel = settings.url, "logged in to the panel");
        match &settings.project {
            None => Ok(Ok(credentials)),
            Some(project) => project::enter(&self.http, project, credentials)
                .await
                .map(Ok),
        }
    }

    fn refused(&self, refusal: Refusal<u16>) -> PanelError {
        PanelError::Login {
            url: self.http.url().to_owned(),
            user: self.settings.user(),
            status: refusal.why,
            next_try: refusal.next_try,
        }
    }
}
