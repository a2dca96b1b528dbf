//! A session with the panel: one login for all callers, kept, and renewed once where it has ended.

use std::{pin::pin, time::Duration};

use reqwest::{Response, StatusCode};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout},
};
use zeroize::Zeroizing;

use crate::{
    breaker::Breakers,
    panel::{
        entrance::{self, End},
        error::PanelError,
        login::{self, Credentials},
        project,
        request::Request,
        shut::Shut,
        standing::{Lent, Standing},
    },
    secret::Secret,
    stage::{Stage, Stages},
    web::{
        error::TrustError, http::Http, peer::Peer, refusals::Refusal, teller::Teller, trust::Trust,
    },
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

/// In the session that is there, in one that was renewed, and in one that nobody else knows of.
const TRIES: u32 = 3;
/// For so long nobody else gets a session that was begun for one request.
const ALONE: Duration = Duration::from_secs(2);

/// A client of one panel.
#[derive(Debug)]
pub struct Session {
    settings: PanelSettings,
    http: Http,
    // Held during a login: whoever comes meanwhile waits for it instead of logging in as well. It is never
    // held over any other request.
    standing: Mutex<Standing>,
    // Held by the one caller who asks in a session of its own.
    alone: Mutex<()>,
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
            standing: Mutex::new(Standing::new(Breakers::default())),
            alone: Mutex::default(),
            stages: Stages::default(),
        })
    }

    /// Notes in these stages how the logins do.
    pub fn with_stages(self, stages: Stages) -> Session {
        Session { stages, ..self }
    }

    /// Shows there what it leaves alone.
    pub fn with_breakers(self, breakers: Breakers) -> Session {
        let standing = Mutex::new(Standing::new(breakers));
        Session { standing, ..self }
    }

    /// Where it is noted how the panel does.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The panel's base address.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// Who answers here.
    pub fn teller(&self) -> Teller<'_> {
        self.http.teller()
    }

    /// The body of the answer to `GET path`, in the session; logs in first where there is none, and anew where
    /// the panel says that it has ended. A path that is refused all the same is left alone for minutes, and
    /// the session goes on without it.
    ///
    /// # Errors
    /// Whatever kept the panel from giving a whole answer with a 2xx status.
    pub async fn get(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, PanelError> {
        let request = Request::get(&self.http, path);
        let paused = self.standing.lock().await.left_alone(path);
        if let Some(refusal) = paused {
            return Err(self.forbidden(path, refusal));
        }
        let answer = self.lend(request).await;
        let response = {
            let mut standing = self.standing.lock().await;
            if answer.is_err() {
                standing.unheard_at(path);
            }
            let response = answer?;
            if response.status() == StatusCode::UNAUTHORIZED {
                return Err(self.forbidden(path, standing.leave_alone(path)));
            }
            standing.answered(path);
            response
        };
        Ok(self.http.whole(path, response).await?)
    }

    /// Sends a request, which may be another client's, in the session, which is renewed where it has ended. A
    /// 401 that is left then is an answer: who has just been let in may still be refused there.
    ///
    /// # Errors
    /// When there is no session, and no login gives one; when no answer came in time.
    pub async fn lend(&self, request: Request<'_>) -> Result<Response, PanelError> {
        let place = request.place();
        let mut tries = 0;
        loop {
            tries += 1;
            let (lent, mut alone) = self.session(request.came, &place, tries >= TRIES).await?;
            let answer = self.send(request, &lent, &mut alone).await;
            let mut standing = self.standing.lock().await;
            if alone.is_some() {
                standing.share(&lent);
            }
            let response = answer?;
            if response.status() != StatusCode::UNAUTHORIZED {
                standing.serve(&lent, &response);
                return Ok(response);
            }
            if standing.refuse_in(&lent, &place) || alone.is_some() || tries > TRIES {
                return Ok(response);
            }
        }
    }

    /// Sends a request in a session. Where nobody else is in it and the answer is slow, the others do not wait
    /// for it: they get this session, and it is no longer ours alone.
    async fn send(
        &self,
        request: Request<'_>,
        lent: &Lent,
        alone: &mut Option<MutexGuard<'_, ()>>,
    ) -> Result<Response, PanelError> {
        let mut sending = pin!(request.send(&lent.credentials));
        if alone.is_some() {
            if let Ok(answer) = timeout(ALONE, &mut sending).await {
                return answer;
            }
            self.standing.lock().await.share(lent);
            *alone = None;
        }
        sending.await
    }

    /// A session for a request to this place. In one that comes with a guard nobody else is before the guard
    /// is gone, so that a 401 in it is for us.
    async fn session(
        &self,
        came: Instant,
        place: &str,
        last: bool,
    ) -> Result<(Lent, Option<MutexGuard<'_, ()>>), PanelError> {
        if !last {
            let mut standing = self.standing.lock().await;
            if let Some(lent) = standing.lend(place) {
                return Ok((lent, None));
            }
            if !standing.is_young() {
                let lent = self.log_in(came, &mut standing).await?;
                standing.share(&lent);
                return Ok((lent, None));
            }
        }
        // A young session was refused: others have used it up, or the place is refused. One caller at a time
        // finds out; whoever is served meanwhile does not wait for it.
        let alone = self.alone.lock().await;
        let mut standing = self.standing.lock().await;
        if !last && let Some(lent) = standing.lend(place) {
            return Ok((lent, None));
        }
        let lent = self.log_in(came, &mut standing).await?;
        Ok((lent, Some(alone)))
    }

    /// A login, unless it is too early for one, or nobody answered one for which this caller has waited.
    async fn log_in(&self, came: Instant, standing: &mut Standing) -> Result<Lent, PanelError> {
        if let Some(refusal) = standing.refused() {
            return Err(self.refused(refusal));
        }
        if let Some(error) = standing.unheard_since(came) {
            return Err(error.into());
        }
        if let Some(refusal) = standing.left_alone(project::PATH) {
            return Err(self.forbidden(project::PATH, refusal));
        }
        let login = async {
            let settings = &self.settings;
            let (username, domain) = (settings.username.as_str(), settings.domain.as_str());
            let body = login::body(username, &settings.password, domain);
            match entrance::log_in(&self.http, settings.session_index, body).await {
                End::Accepted(session) => {
                    standing.heard();
                    self.in_scope(standing, session?).await
                }
                End::Refused(status) => Err(self.refused(standing.refuse(status))),
                End::Unheard(error) => Err(match standing.unheard(error.clone()) {
                    Some(refusal) => self.refused(refusal),
                    None => error.into(),
                }),
                End::Failed(error) => {
                    standing.failed();
                    Err(error.into())
                }
            }
        };
        let noted = self
            .stages
            .note(Stage::PanelLogin, login, |error| error.code().name());
        let credentials = noted.await?;
        Ok(standing.begin(credentials))
    }

    /// The session in the scope of the project, where one is set.
    async fn in_scope(
        &self,
        standing: &mut Standing,
        session: Credentials,
    ) -> Result<Credentials, PanelError> {
        let Some(project) = &self.settings.project else {
            return Ok(session);
        };
        let entered = project::enter(&self.http, project, session).await;
        match &entered {
            Err(error) if error.status() == Some(401) => {
                return Err(self.forbidden(project::PATH, standing.leave_alone(project::PATH)));
            }
            Err(_) => standing.unheard_at(project::PATH),
            Ok(_) => standing.answered(project::PATH),
        }
        entered
    }

    fn forbidden(&self, path: &str, refusal: Refusal<()>) -> PanelError {
        PanelError::Path {
            url: self.http.url().to_owned(),
            path: path.to_owned(),
            next_try: refusal.next_try,
        }
    }

    fn refused(&self, refusal: Refusal<Shut>) -> PanelError {
        let (url, user) = (self.http.url(), self.settings.user());
        refusal.why.error(url, user, refusal.next_try)
    }
}
