//! What the panel answers to which request.

use std::fmt;

use hyper::{
    HeaderMap, Method, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};
use serde_json::{Value, json};

use crate::sim::{
    error::SimError,
    fault::Fault,
    http::{Answer, json, refusal, text, with_header},
    keys,
    scenario::{Scenario, count},
    sessions::Sessions,
};

const PROJECT: &str = "2f1d7c0b6a594e83b6f0a1c2d3e4f506";
const DOMAIN: &str = "default";
const PAGE: &str = "<!DOCTYPE html>\n<html><body><h1>Please wait</h1></body></html>\n";

/// Who may log in.
pub(crate) struct Account {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut account = f.debug_struct("Account");
        account.field("username", &self.username);
        account.field("password", &"***").finish()
    }
}

/// A panel without its wires.
#[derive(Debug)]
pub(crate) struct Routes<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) account: &'a Account,
    pub(crate) sessions: &'a Sessions,
}

impl Routes<'_> {
    /// The answer to one request, or the failure of the system's random source.
    pub(crate) async fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer, SimError> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let stat = path == "/api/v2/compute/cluster/stat" && method == Method::GET;
        if stat {
            count(&self.scenario.tally.stat_requests);
        }
        if self.scenario.on_panel(Fault::PanelHang) {
            return std::future::pending().await;
        }
        if self.scenario.on_panel(Fault::Panel500) {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(refusal(status, "Internal server error"));
        }
        if self.scenario.on_panel(Fault::PanelNotJson) {
            return Ok(text(StatusCode::OK, "text/html", PAGE.to_owned()));
        }
        if method == Method::POST && !is_from_script(headers) {
            return Ok(refusal(StatusCode::FORBIDDEN, "Forbidden"));
        }
        match (method, path) {
            (&Method::POST, "/api/v2/login") => return self.login(headers, body),
            (&Method::GET, "/api/v2/about") => return Ok(ok(&self.about())),
            _ => {}
        }
        let known = self.is_known(method, path);
        if !known {
            let message = "The requested URL was not found on the server.";
            return Ok(json(StatusCode::NOT_FOUND, &json!({ "message": message })));
        }
        let Some(session) = self.sessions.find(headers) else {
            return Ok(refusal(StatusCode::UNAUTHORIZED, "Unauthorized"));
        };
        if self.scenario.on_panel(Fault::SessionExpiry) {
            self.sessions.end(&session);
        }
        match path {
            "/api/v2/accounts/projects" => Ok(ok(&self.projects())),
            "/api/v2/clusters" => Ok(ok(&self.clusters())),
            _ if stat => {
                let body = self.scenario.stat_body();
                Ok(text(StatusCode::OK, "application/json", body))
            }
            _ => {
                self.sessions.end(&session);
                self.enter_project(headers)
            }
        }
    }

    fn is_known(&self, method: &Method, path: &str) -> bool {
        match *method {
            Method::GET => matches!(
                path,
                "/api/v2/accounts/projects" | "/api/v2/clusters" | "/api/v2/compute/cluster/stat"
            ),
            Method::POST => path
                .strip_prefix("/api/v2/accounts/projects/")
                .and_then(|rest| rest.strip_suffix("/auth"))
                .is_some_and(|project| project == PROJECT),
            _ => false,
        }
    }

    fn login(&self, headers: &HeaderMap, body: &[u8]) -> Result<Answer, SimError> {
        count(&self.scenario.tally.login_attempts);
        let is_json = headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let login = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let word = |key: &str| login.get(key).and_then(Value::as_str);
        let (Some(username), Some(password), true) = (word("username"), word("password"), is_json)
        else {
            let fields = json!({ "username": "required", "password": "required" });
            let body = json!({ "error": { "fields": fields } });
            return Ok(json(StatusCode::BAD_REQUEST, &body));
        };
        let domain = word("domain").unwrap_or(DOMAIN);
        if self.scenario.is_locked() {
            return Ok(refusal(StatusCode::LOCKED, "The account is locked"));
        }
        let refused = || refusal(StatusCode::UNAUTHORIZED, "Wrong user name or password");
        if self.scenario.on_panel(Fault::PanelLoginRefused) {
            return Ok(refused());
        }
        let right = username == self.account.username
            && password == self.account.password
            && domain.eq_ignore_ascii_case(DOMAIN);
        self.scenario.note_password(right);
        if !right {
            return Ok(refused());
        }
        count(&self.scenario.tally.logins);
        let body = json!({
            "id": "7d4a1c9be2f84b0aa3c5d6e7f8091a2b",
            "name": username,
            "domain_id": DOMAIN,
            "project_id": null,
            "token": "unscoped",
            "scoped_token": keys::random_word()?,
        });
        self.with_session(ok(&body), headers)
    }

    fn enter_project(&self, headers: &HeaderMap) -> Result<Answer, SimError> {
        let body = json!({ "token": keys::random_word()? });
        self.with_session(ok(&body), headers)
    }

    fn with_session(&self, answer: Answer, headers: &HeaderMap) -> Result<Answer, SimError> {
        let cookie = self.sessions.begin(headers, keys::random_word()?);
        Ok(with_header(answer, SET_COOKIE, &cookie))
    }

    fn about(&self) -> Value {
        json!({
            "storage-name": self.scenario.name(),
            "storage-release": { "version": "6.2.0", "release": "101" },
        })
    }

    fn projects(&self) -> Value {
        json!({ "data": [{ "id": PROJECT, "name": "billing", "domain_id": DOMAIN }] })
    }

    fn clusters(&self) -> Value {
        json!({ "data": [{ "id": 1, "name": self.scenario.name(), "status": "healthy" }] })
    }
}

/// Whether a request says that no form of a foreign page sent it.
fn is_from_script(headers: &HeaderMap) -> bool {
    headers
        .get("x-requested-with")
        .is_some_and(|sender| sender == "XMLHttpRequest")
}

fn ok(body: &Value) -> Answer {
    json(StatusCode::OK, body)
}
