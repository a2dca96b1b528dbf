//! The Grafana of a panel, below `/grafana` on the panel's port, and the proxy in front of it.
//!
//! ```text
//! GET  /grafana/api/datasources/proxy/uid/P0123456789ABCDEF/api/v1/query?query=…
//! POST /grafana/api/ds/query
//! ```
//!
//! It lets in who has the token, or a session of the panel.

use std::fmt;

use hyper::{
    HeaderMap, Method, StatusCode,
    header::{AUTHORIZATION, HeaderValue},
    http::request::Parts,
};
use serde_json::{Value, json};

use crate::sim::{
    fault::Fault,
    frames,
    http::{Answer, json, message, page},
    prometheus,
    scenario::Scenario,
    sessions::Sessions,
};

/// A Grafana's only data source, and the token that opens it.
pub(crate) struct Datasource {
    pub(crate) token: String,
    pub(crate) uid: String,
    pub(crate) id: u64,
    /// Where the Prometheus is.
    pub(crate) url: String,
}

impl fmt::Debug for Datasource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut datasource = f.debug_struct("Datasource");
        datasource.field("token", &"***").field("uid", &self.uid);
        datasource.field("id", &self.id).field("url", &self.url);
        datasource.finish()
    }
}

/// A Grafana without its wires.
#[derive(Debug)]
pub(crate) struct Grafana<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) sessions: &'a Sessions,
    pub(crate) datasource: &'a Datasource,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Route<'a> {
    Health,
    Datasources,
    /// Data frames.
    Frames,
    /// Prometheus's own answer, through the proxy or as a resource.
    ByUid(&'a str),
    ById(&'a str),
    Unknown,
}

impl Route<'_> {
    fn find<'a>(method: &Method, path: &'a str) -> Route<'a> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let [get, post] = [Method::GET, Method::POST].map(|it| it == method);
        match parts.as_slice() {
            ["api", "health"] if get => Route::Health,
            ["api", "datasources"] if get => Route::Datasources,
            ["api", "ds", "query"] if post => Route::Frames,
            [
                "api",
                "datasources",
                "proxy",
                "uid",
                uid,
                "api",
                "v1",
                "query",
            ]
            | [
                "api",
                "datasources",
                "uid",
                uid,
                "resources",
                "api",
                "v1",
                "query",
            ] if get || post => Route::ByUid(uid),
            ["api", "datasources", "proxy", id, "api", "v1", "query"]
            | ["api", "datasources", id, "resources", "api", "v1", "query"]
                if get || post =>
            {
                Route::ById(id)
            }
            _ => Route::Unknown,
        }
    }
}

impl Grafana<'_> {
    /// The answer to one request; the path is what stands behind `/grafana`.
    pub(crate) async fn answer(&self, head: &Parts, path: &str, body: &[u8]) -> Answer {
        let session = self.sessions.find_by_cookie(&head.headers);
        if let (true, Some(session)) = (self.shows(Fault::SessionExpiry), &session) {
            self.sessions.end(session);
        }
        let front = self.shows(Fault::GrafanaProxy401) || self.shows(Fault::GrafanaWantsBoth);
        if front && session.is_none() {
            return page(StatusCode::UNAUTHORIZED);
        }
        let route = Route::find(&head.method, path);
        if route == Route::Health {
            let body = json!({ "commit": "0000000", "database": "ok", "version": "10.4.0" });
            return json(StatusCode::OK, &body);
        }
        if let Some(why) = self.refuses(&head.headers, session.is_some()) {
            return message(StatusCode::UNAUTHORIZED, why);
        }
        if self.shows(Fault::Grafana403) {
            let why = "You'll need additional permissions to perform this action. \
                       Permissions needed: datasources:query";
            return message(StatusCode::FORBIDDEN, why);
        }
        let no_datasource = || message(StatusCode::NOT_FOUND, "Data source not found");
        match route {
            Route::Datasources => json(StatusCode::OK, &self.datasources()),
            Route::Frames => frames::answer(self.scenario, &self.datasource.uid, body)
                .await
                .unwrap_or_else(no_datasource),
            Route::ByUid(uid) if uid == self.datasource.uid => self.proxied(head, body).await,
            Route::ById(_) if self.shows(Fault::GrafanaNoIds) => {
                message(StatusCode::NOT_FOUND, "Not found")
            }
            Route::ById(id) if id == self.datasource.id.to_string() => {
                self.proxied(head, body).await
            }
            Route::ByUid(_) | Route::ById(_) => no_datasource(),
            Route::Health | Route::Unknown => message(StatusCode::NOT_FOUND, "Not found"),
        }
    }

    /// Why Grafana itself does not let this request in; `None` where it does.
    fn refuses(&self, headers: &HeaderMap, has_session: bool) -> Option<&'static str> {
        let token = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let right = format!("Bearer {}", self.datasource.token);
        let open = !self.shows(Fault::Grafana401);
        match token {
            Some(token) if token == right.as_bytes() && open => None,
            Some(_) => Some("Invalid API key"),
            None if has_session && open && !self.shows(Fault::GrafanaWantsBoth) => None,
            None => Some("Unauthorized"),
        }
    }

    async fn proxied(&self, head: &Parts, body: &[u8]) -> Answer {
        if self.shows(Fault::MetricsDown) {
            return message(StatusCode::BAD_GATEWAY, "Bad Gateway");
        }
        prometheus::query_route(self.scenario, head, body).await
    }

    fn datasources(&self) -> Value {
        json!([{
            "id": self.datasource.id,
            "uid": self.datasource.uid,
            "name": "Prometheus",
            "type": "prometheus",
            "access": "proxy",
            "url": self.datasource.url,
            "isDefault": true,
        }])
    }

    fn shows(&self, fault: Fault) -> bool {
        self.scenario.shows(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(method: Method, path: &str, expected: Route<'_>) {
        assert_eq!(Route::find(&method, path), expected, "{method} {path}");
    }

    #[test]
    fn each_form_of_a_query_leads_to_its_data_source() {
        let post = || Method::POST;
        let get = || Method::GET;
        leads(
            get(),
            "/api/datasources/proxy/uid/P1/api/v1/query",
            Route::ByUid("P1"),
        );
        leads(
            get(),
            "/api/datasources/uid/P1/resources/api/v1/query",
            Route::ByUid("P1"),
        );
        leads(
            post(),
            "/api/datasources/proxy/7/api/v1/query",
            Route::ById("7"),
        );
        leads(
            get(),
            "/api/datasources/7/resources/api/v1/query",
            Route::ById("7"),
        );
        leads(post(), "/api/ds/query", Route::Frames);
        leads(get(), "/api/ds/query", Route::Unknown);
        leads(get(), "/api/datasources", Route::Datasources);
        leads(get(), "", Route::Unknown);
    }

    #[test]
    fn a_token_is_not_printed() {
        let datasource = Datasource {
            token: "canary".to_owned(),
            uid: "P1".to_owned(),
            id: 1,
            url: String::new(),
        };
        assert!(!format!("{datasource:?}").contains("canary"));
    }
}
