//! The ways to ask Grafana for what its Prometheus says, best first.
//!
//! ```text
//! proxy-uid       GET  /api/datasources/proxy/uid/{uid}/api/v1/query
//! frames          POST /api/ds/query
//! resources-uid   GET  /api/datasources/uid/{uid}/resources/api/v1/query
//! proxy-id        GET  /api/datasources/proxy/{id}/api/v1/query
//! resources-id    GET  /api/datasources/{id}/resources/api/v1/query
//! ```
//!
//! Those with a number are switched off in newer releases.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};

use crate::promql::{datasource::Datasource, frames::REF};

/// The path of the query API that is Grafana's own.
pub const FRAMES: &str = "/api/ds/query";

/// One of the ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The proxy, by uid.
    ProxyUid,
    /// Grafana's own query API, whose answer is data frames.
    Frames,
    /// The data source's resources, by uid.
    ResourcesUid,
    /// The proxy, by number.
    ProxyId,
    /// The data source's resources, by number.
    ResourcesId,
}

impl Form {
    /// Every way.
    pub const ALL: [Form; 5] = [
        Form::ProxyUid,
        Form::Frames,
        Form::ResourcesUid,
        Form::ProxyId,
        Form::ResourcesId,
    ];

    /// Its word in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Form::ProxyUid => "proxy-uid",
            Form::Frames => "frames",
            Form::ResourcesUid => "resources-uid",
            Form::ProxyId => "proxy-id",
            Form::ResourcesId => "resources-id",
        }
    }

    /// Whether it names the data source by number.
    pub fn by_id(self) -> bool {
        matches!(self, Form::ProxyId | Form::ResourcesId)
    }

    /// The path below Grafana, and the body where there is one. `None`: the data source has no such name.
    pub fn request(
        self,
        named: &Datasource,
        query: &str,
        at: Timestamp,
    ) -> Option<(String, Option<Value>)> {
        let (uid, id) = (named.uid.as_deref(), named.id);
        let stem = match self {
            Form::Frames => {
                let body = frames(uid?, query, at);
                return Some((FRAMES.to_owned(), Some(body)));
            }
            Form::ProxyUid => format!("/api/datasources/proxy/uid/{}", uid?),
            Form::ResourcesUid => format!("/api/datasources/uid/{}/resources", uid?),
            Form::ProxyId => format!("/api/datasources/proxy/{}", id?),
            Form::ResourcesId => format!("/api/datasources/{}/resources", id?),
        };
        Some((format!("{stem}{}", path(query, at)), None))
    }
}

/// The query API's path behind its stem, for the value at this moment.
pub fn path(query: &str, at: Timestamp) -> String {
    let time = format!("{}.{:03}", at.as_second(), at.subsec_millisecond());
    let pairs = [("query", query), ("time", &time)];
    // The host is of no account: it lends the encoding of a query.
    let url = Url::parse_with_params("http://localhost/api/v1/query", pairs);
    url.map_or_else(
        |_| "/api/v1/query".to_owned(),
        |url| match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
    )
}

fn frames(uid: &str, query: &str, at: Timestamp) -> Value {
    // An instant query is evaluated at the end of the time that is asked for.
    let from = at.saturating_sub(SignedDuration::from_mins(5));
    let from = from.unwrap_or(at).as_millisecond();
    json!({
        "queries": [{
            "refId": REF,
            "datasource": {"type": "prometheus", "uid": uid},
            "expr": query,
            "instant": true,
            "range": false,
        }],
        "from": from.to_string(),
        "to": at.as_millisecond().to_string(),
    })
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = NoForm;

    fn from_str(text: &str) -> Result<Form, NoForm> {
        let mut forms = Form::ALL.into_iter();
        forms.find(|form| form.name() == text).ok_or(NoForm)
    }
}

/// A text that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no form of a query: write proxy-uid, frames, resources-uid, proxy-id or resources-id, or leave it out"
)]
pub struct NoForm;

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_millisecond(1_768_464_000_023).expect("a time")
    }

    #[test]
    fn each_form_has_its_path() {
        let named = Datasource {
            uid: Some("P1-x_".parse().expect("a uid")),
            id: Some(7),
        };
        let paths =
            Form::ALL.map(|form| form.request(&named, "a{b=\"\"}", at()).expect("a name").0);
        let query = "/api/v1/query?query=a%7Bb%3D%22%22%7D&time=1768464000.023";
        assert_eq!(
            paths,
            [
                format!("/api/datasources/proxy/uid/P1-x_{query}"),
                "/api/ds/query".to_owned(),
                format!("/api/datasources/uid/P1-x_/resources{query}"),
                format!("/api/datasources/proxy/7{query}"),
                format!("/api/datasources/7/resources{query}"),
            ]
        );
        let nameless = Datasource {
            uid: None,
            id: None,
        };
        for form in Form::ALL {
            assert_eq!(form.request(&nameless, "a", at()), None);
            assert_eq!(form.name().parse(), Ok(form));
        }
    }

    #[test]
    fn frames_are_asked_for_at_the_very_moment() {
        let body = frames("P1", "sum(a)", at());
        assert_eq!(body["to"], "1768464000023");
        assert_eq!(body["from"], "1768463700023");
        assert_eq!(body["queries"][0]["expr"], "sum(a)");
    }
}
