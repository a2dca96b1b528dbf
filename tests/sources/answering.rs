//! A server that answers each request by a rule, without TLS, and remembers what it was asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use vhi_usage::{
    breaker::Breakers,
    promql::direct::{Prometheus, PrometheusSettings},
    source::{
        prometheus::{Asked, PrometheusSource},
        queries::{Queries, Written},
    },
    web::{http::Login, trust::Trust},
};
use warp::{
    Filter,
    http::{HeaderMap, Method, Response},
    hyper::body::Bytes,
    path::FullPath,
};

use crate::common::PATIENCE;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Of a `POST` in data frames, as if they were those of a `GET`.
    pub(crate) query: String,
    pub(crate) time: String,
    pub(crate) authorization: Option<String>,
}

/// The server.
pub(crate) struct Answering {
    pub(crate) url: String,
    /// Who is left alone by those who ask it.
    pub(crate) breakers: Breakers,
    asked: Arc<Mutex<Vec<Request>>>,
    server: JoinHandle<()>,
}

impl Answering {
    pub(crate) async fn new(
        rule: impl Fn(&Request) -> (u16, String) + Clone + Send + Sync + 'static,
    ) -> Answering {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Request>>>::default();
        let seen = Arc::clone(&asked);
        let raw = warp::query::raw().or(warp::any().map(String::new)).unify();
        let routes = warp::method()
            .and(warp::path::full())
            .and(raw)
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .map(
                move |method: Method, path: FullPath, raw: String, headers: HeaderMap, body| {
                    let (query, time) = match method {
                        Method::POST => of_frames(&body),
                        _ => of_pairs(&raw),
                    };
                    let word = headers.get("authorization");
                    let request = Request {
                        path: path.as_str().to_owned(),
                        query,
                        time,
                        authorization: word.map(|it| it.to_str().unwrap().to_owned()),
                    };
                    let (status, body) = rule(&request);
                    seen.lock().unwrap().push(request);
                    Response::builder().status(status).body(body)
                },
            );
        let server = tokio::spawn(warp::serve(routes).incoming(listener).run());
        Answering {
            url,
            breakers: Breakers::default(),
            asked,
            server,
        }
    }

    /// What was asked since the last call.
    pub(crate) fn asked(&self) -> Vec<Request> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The source that asks it, as a Prometheus.
    pub(crate) fn source(&self, login: Login, written: &Written) -> PrometheusSource {
        let settings = PrometheusSettings {
            url: self.url.clone(),
            login,
            trust: Trust::System,
            timeout: PATIENCE,
        };
        let prometheus = Prometheus::new(settings).unwrap();
        let asked = Asked::Prometheus(prometheus.with_breakers(self.breakers.clone()));
        PrometheusSource::new(asked, "cluster1".parse().unwrap(), Queries::new(written))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn of_pairs(raw: &str) -> (String, String) {
    let url = Url::parse(&format!("http://localhost/?{raw}")).unwrap();
    let mut pairs: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let mut word = |name: &str| pairs.remove(name).unwrap_or_default();
    (word("query"), word("time"))
}

fn of_frames(body: &Bytes) -> (String, String) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let word = |of: &Value| of.as_str().unwrap_or_default().to_owned();
    (word(&body["queries"][0]["expr"]), word(&body["to"]))
}

/// A successful answer with these series, each a tier, empty for none, and a value.
pub(crate) fn vector(series: &[(&str, &str)]) -> (u16, String) {
    let line = |(tier, value): &(&str, &str)| {
        let labels = match *tier {
            "" => json!({}),
            tier => json!({ "tier": tier }),
        };
        json!({"metric": labels, "value": [1_768_464_000, value]})
    };
    let result: Vec<Value> = series.iter().map(line).collect();
    let data = json!({"resultType": "vector", "result": result});
    (200, json!({"status": "success", "data": data}).to_string())
}

/// Whether it is asked when samples were taken.
pub(crate) fn is_of_time(request: &Request) -> bool {
    let query = request.query.as_str();
    query.starts_with("min(timestamp(") || query.starts_with("max(timestamp(")
}

/// What a healthy Prometheus with two tiers says; no figure of the disks.
pub(crate) fn healthy(request: &Request) -> (u16, String) {
    let query = request.query.as_str();
    let free = query.contains("free");
    if is_of_time(request) {
        vector(&[("", "1768464000.123")])
    } else if query.contains("mdsd_cluster") {
        vector(&[])
    } else if query.starts_with("sum by (tier)") {
        match free {
            true => vector(&[("1", "4"), ("0", "3")]),
            false => vector(&[("0", "10"), ("1", "20")]),
        }
    } else {
        vector(&[("", if free { "7" } else { "30" })])
    }
}
