//! What the panel answers to which request.

use hyper::{
    HeaderMap, Method, StatusCode,
    header::{HOST, HeaderValue, LOCATION, SET_COOKIE},
    http::request::Parts,
};
use serde_json::{Value, json};

use crate::sim::{
    account::{Account, DOMAIN},
    counts::count,
    error::SimError,
    fault::Fault,
    grafana::Grafana,
    http::{self, Answer, json, page, refusal, text, with_header},
    keys,
    scenario::Scenario,
    sessions::Sessions,
};

/// Where a redirect leads.
const ELSEWHERE: &str = "/elsewhere";
const PROJECT: &str = "2f1d7c0b6a594e83b6f0a1c2d3e4f506";

/// A panel without its wires.
#[derive(Debug)]
pub(crate) struct Routes<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) account: &'a Account,
    pub(crate) sessions: &'a Sessions,
    pub(crate) grafana: Grafana<'a>,
}

/// What is in a session alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Projects,
    EnterProject,
    Clusters,
    Stat,
    /// Of the cluster with that id, which may be none of ours.
    Overview(u64),
    Licence(u64),
}

impl Inside {
    fn find(method: &Method, path: &str) -> Option<Inside> {
        let path: Vec<&str> = path.strip_prefix("/api/v2/")?.split('/').collect();
        match (method, path.as_slice()) {
            (&Method::GET, ["accounts", "projects"]) => Some(Inside::Projects),
            (&Method::POST, ["accounts", "projects", project, "auth"]) => {
                (*project == PROJECT).then_some(Inside::EnterProject)
            }
            (&Method::GET, ["clusters"]) => Some(Inside::Clusters),
            (&Method::GET, ["compute", "cluster", "stat"]) => Some(Inside::Stat),
            (&Method::GET, ["overview", id]) => Some(Inside::Overview(id.parse().ok()?)),
            (&Method::GET, [id, "license"]) => Some(Inside::Licence(id.parse().ok()?)),
            _ => None,
        }
    }
}

impl Routes<'_> {
    /// The answer to one request, or the failure of the system's random source.
    pub(crate) async fn answer(&self, head: &Parts, body: &[u8]) -> Result<Answer, SimError> {
        let (method, headers) = (&head.method, &head.headers);
        let path = head.uri.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        count(&self.scenario.tally.requests);
        let inside = Inside::find(method, path);
        let grafana = path.strip_prefix("/grafana");
        let grafana = grafana.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        self.count(inside, grafana.is_some());
        if path.starts_with(ELSEWHERE) {
            count(&self.scenario.tally.followed);
            return Ok(http::message(
                StatusCode::NOT_FOUND,
                "There is nothing elsewhere",
            ));
        }
        if self.scenario.shows(Fault::PanelHang) {
            return std::future::pending().await;
        }
        if self.scenario.shows(Fault::Panel500) {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(refusal(status, "Internal server error"));
        }
        if self.scenario.shows(Fault::Panel401) {
            return Ok(refusal(StatusCode::UNAUTHORIZED, "Unauthorized"));
        }
        if self.scenario.shows(Fault::PanelRedirect) {
            let answer = text(StatusCode::TEMPORARY_REDIRECT, "text/html", String::new());
            return Ok(with_header(answer, LOCATION, &elsewhere(headers, path)));
        }
        if self.scenario.shows(Fault::PanelNotJson) {
            return Ok(page(StatusCode::OK));
        }
        if let Some(path) = grafana {
            return Ok(self.grafana.answer(head, path, body).await);
        }
        if method == Method::POST && !is_from_script(headers) {
            return Ok(refusal(StatusCode::FORBIDDEN, "Forbidden"));
        }
        match (method, path) {
            (&Method::POST, "/api/v2/login") => return self.login(headers, body),
            (&Method::GET, "/api/v2/about") => return Ok(ok(&self.about())),
            _ => {}
        }
        let Some(inside) = inside else {
            let message = "The requested URL was not found on the server.";
            return Ok(http::message(StatusCode::NOT_FOUND, message));
        };
        let Some(session) = self.sessions.find(headers) else {
            return Ok(refusal(StatusCode::UNAUTHORIZED, "Unauthorized"));
        };
        if self.scenario.shows(Fault::SessionExpiry) {
            self.sessions.end(&session);
        }
        match inside {
            Inside::Projects => Ok(ok(&self.projects())),
            Inside::EnterProject => {
                self.sessions.end(&session);
                self.enter_project(headers)
            }
            Inside::Clusters => Ok(ok(&self.clusters())),
            Inside::Stat => {
                let body = self.scenario.stat_body();
                Ok(text(StatusCode::OK, "application/json", body))
            }
            Inside::Overview(id) => {
                Ok(self.of_cluster(id, Fault::Overview403, |it| it.overview_body()))
            }
            Inside::Licence(id) => {
                Ok(self.of_cluster(id, Fault::License403, |it| it.license_body()))
            }
        }
    }

    fn count(&self, inside: Option<Inside>, grafana: bool) {
        let tally = &self.scenario.tally;
        match inside {
            Some(Inside::Stat) => count(&tally.stat_requests),
            Some(Inside::Overview(_)) => count(&tally.overview_requests),
            Some(Inside::Licence(_)) => count(&tally.license_requests),
            _ if grafana => count(&tally.grafana_requests),
            _ => {}
        }
    }

    /// What is asked of one cluster, which the fault forbids.
    fn of_cluster(
        &self,
        id: u64,
        forbidden: Fault,
        body: impl FnOnce(&Scenario) -> Value,
    ) -> Answer {
        if self.scenario.shows(forbidden) {
            refusal(StatusCode::FORBIDDEN, "Forbidden")
        } else if id == self.scenario.id() {
            ok(&body(self.scenario))
        } else {
            refusal(StatusCode::NOT_FOUND, "There is no such cluster")
        }
    }

    fn login(&self, headers: &HeaderMap, body: &[u8]) -> Result<Answer, SimError> {
        match self.account.admit(self.scenario, headers, body)? {
            Ok(body) => self.with_session(ok(&body), headers),
            Err(refused) => Ok(refused),
        }
    }

    fn enter_project(&self, headers: &HeaderMap) -> Result<Answer, SimError> {
        let token = keys::random_word()?;
        self.scenario.tally.handed_out.note(&token);
        let body = json!({ "token": token });
        self.with_session(ok(&body), headers)
    }

    fn with_session(&self, answer: Answer, headers: &HeaderMap) -> Result<Answer, SimError> {
        let word = keys::random_word()?;
        self.scenario.tally.handed_out.note(&word);
        let cookie = self.sessions.begin(headers, word);
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
        let (id, name) = (self.scenario.id(), self.scenario.name_in_panel());
        json!({ "data": [{ "id": id, "name": name, "status": "healthy" }] })
    }
}

/// Whether a request says that no form of a foreign page sent it.
fn is_from_script(headers: &HeaderMap) -> bool {
    headers
        .get("x-requested-with")
        .is_some_and(|sender| sender == "XMLHttpRequest")
}

/// The same path elsewhere, on this very port and under another name, so that it can be seen who follows.
fn elsewhere(headers: &HeaderMap, path: &str) -> String {
    let host = headers.get(HOST).map(HeaderValue::to_str);
    let host = host.and_then(Result::ok).unwrap_or_default();
    let port = host.rsplit_once(':').map_or("443", |(_, port)| port);
    format!("https://localhost:{port}{ELSEWHERE}{path}")
}

fn ok(body: &Value) -> Answer {
    json(StatusCode::OK, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_asked_for_by_its_number() {
        let find = |path: &str| Inside::find(&Method::GET, &format!("/api/v2/{path}"));
        assert_eq!(find("overview/3"), Some(Inside::Overview(3)));
        assert_eq!(find("3/license"), Some(Inside::Licence(3)));
        for path in ["overview", "overview/cluster1", "license", "3/license/as"] {
            assert_eq!(find(path), None, "{path}");
        }
        assert_eq!(Inside::find(&Method::POST, "/api/v2/clusters"), None);
    }
}
