//! The Grafana of a panel: who is let in, and each form of a query.

use std::time::Duration;

use crate::{
    clients::{Answer, login, panel_client, send},
    cluster,
    metrics::{FREE_BY_TIER, TIME, TOTAL, asked, encoded, vector},
    simulator, with,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use vhi_usage::sim::{cluster::SimCluster, fault::Fault};

/// A Grafana and what opens it.
pub(crate) struct Grafana<'a> {
    client: reqwest::Client,
    cluster: &'a SimCluster,
    bearer: String,
}

impl Grafana<'_> {
    pub(crate) fn new(cluster: &SimCluster) -> Grafana<'_> {
        Grafana {
            client: panel_client(cluster),
            cluster,
            bearer: format!("Bearer {}", cluster.panel.grafana_token),
        }
    }

    pub(crate) async fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let url = format!("{}/grafana/api{path}", self.cluster.panel.url);
        let method = if body.is_empty() {
            Method::GET
        } else {
            Method::POST
        };
        send(&self.client, method, &url, headers, body).await
    }

    pub(crate) async fn with_token(&self, path: &str) -> Answer {
        let bearer = [("authorization", self.bearer.as_str())];
        self.send(path, &bearer, "").await
    }

    pub(crate) async fn session(&self) -> String {
        login(&self.client, self.cluster, &[]).await.session()
    }

    /// The four forms that pass Prometheus's own answer on, best first.
    pub(crate) fn forms(&self, query: &str) -> [String; 4] {
        let panel = &self.cluster.panel;
        let (uid, id, query) = (
            &panel.datasource_uid,
            panel.datasource_id,
            encoded(query, TIME),
        );
        [
            format!("/datasources/proxy/uid/{uid}/api/v1/query?{query}"),
            format!("/datasources/uid/{uid}/resources/api/v1/query?{query}"),
            format!("/datasources/proxy/{id}/api/v1/query?{query}"),
            format!("/datasources/{id}/resources/api/v1/query?{query}"),
        ]
    }

    /// The form with data frames.
    pub(crate) async fn frames(&self, uid: &str, query: &str) -> Answer {
        let body = json!({
            "queries": [{
                "refId": "A", "datasource": { "type": "prometheus", "uid": uid },
                "expr": query, "instant": true, "range": false,
            }],
            "from": "1768463700123", "to": "1768464000123",
        });
        let bearer = [("authorization", self.bearer.as_str())];
        self.send("/ds/query", &bearer, &body.to_string()).await
    }

    pub(crate) async fn own_frames(&self, query: &str) -> Answer {
        self.frames(&self.cluster.panel.datasource_uid, query).await
    }
}

/// A refusal of Grafana itself.
#[track_caller]
pub(crate) fn says(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.json(), json!({ "message": message }));
}

#[tokio::test]
async fn every_form_gives_what_prometheus_gives() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::from_secs(60)));
    let grafana = Grafana::new(it);
    for query in [TOTAL, FREE_BY_TIER] {
        let direct = asked(it, query).await;
        for form in grafana.forms(query) {
            let answer = grafana.with_token(&form).await;
            assert_eq!(answer.json(), direct.json(), "{form}");
        }
        let frames = grafana.own_frames(query).await.json();
        let frames = frames["results"]["A"]["frames"].as_array().unwrap();
        let vector = vector(&direct);
        assert_eq!(frames.len(), vector.len());
        for (frame, sample) in frames.iter().zip(vector) {
            assert_eq!(frame["schema"]["refId"], "A");
            let value = &frame["schema"]["fields"][1];
            assert_eq!(value["labels"], sample["metric"]);
            assert_eq!(value["type"], "number");
            let values = &frame["data"]["values"];
            assert_eq!(values[0], json!([1_768_464_000_123_i64]));
            assert_eq!(
                values[1][0].to_string(),
                sample["value"][1].as_str().unwrap()
            );
        }
    }
    assert_eq!(it.scenario.counts().grafana_requests, 10);
    assert_eq!(it.scenario.counts().queries, 12);
    simulator.stop().await;
}

#[tokio::test]
async fn the_token_or_a_session_of_the_panel_lets_in() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let health = grafana.send("/health", &[], "").await.json();
    assert_eq!(health["database"], "ok");
    let list = grafana.with_token("/datasources").await.json();
    assert_eq!(list[0]["uid"], it.panel.datasource_uid.as_str());
    assert_eq!(list[0]["id"], it.panel.datasource_id);
    assert_eq!(list[0]["url"], it.metrics.url.as_str());

    let [form, ..] = grafana.forms(TOTAL);
    says(&grafana.send(&form, &[], "").await, 401, "Unauthorized");
    let session = grafana.session().await;
    let cookie = ("cookie", session.as_str());
    let wrong = ("authorization", "Bearer glsa_guess");
    assert_eq!(grafana.send(&form, &[cookie], "").await.status, 200);
    for headers in [&[wrong][..], &[wrong, cookie]] {
        let answer = grafana.send(&form, headers, "").await;
        says(&answer, 401, "Invalid API key");
    }
    it.scenario.set_fault(Fault::SessionExpiry, true);
    assert_eq!(grafana.send(&form, &[cookie], "").await.status, 200);
    let expired = grafana.send(&form, &[cookie], "").await;
    says(&expired, 401, "Unauthorized");
    assert!(!format!("{simulator:?}").contains(&it.panel.grafana_token));
}

#[tokio::test]
async fn a_data_source_that_nobody_knows_is_not_found() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let query = encoded(TOTAL, TIME);
    for path in [
        "/datasources/proxy/uid/P0/api/v1/query",
        "/datasources/uid/P0/resources/api/v1/query",
        "/datasources/proxy/99/api/v1/query",
        "/datasources/99/resources/api/v1/query",
    ] {
        let answer = grafana.with_token(&format!("{path}?{query}")).await;
        says(&answer, 404, "Data source not found");
    }
    let frames = grafana.frames("P0", TOTAL).await;
    says(&frames, 404, "Data source not found");
    says(&grafana.with_token("/user").await, 404, "Not found");
}

#[tokio::test]
async fn what_goes_wrong_with_a_panel_goes_wrong_with_its_grafana() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let [form, ..] = grafana.forms(TOTAL);
    it.scenario.set_fault(Fault::Panel500, true);
    assert_eq!(grafana.with_token(&form).await.status, 500);
    it.scenario.set_fault(Fault::Panel500, false);
    it.scenario.set_fault(Fault::PanelNotJson, true);
    let page = grafana.with_token(&form).await;
    assert!(serde_json::from_str::<Value>(&page.body).is_err());
}

#[tokio::test]
async fn a_grafana_or_the_proxy_in_front_of_it_lets_nobody_or_not_everybody_in() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let session = grafana.session().await;
    let bearer = format!("Bearer {}", it.panel.grafana_token);
    let (token, cookie) = (
        ("authorization", bearer.as_str()),
        ("cookie", session.as_str()),
    );
    let [form, ..] = grafana.forms(TOTAL);
    let tries = async |fault| {
        let ask = async || {
            [
                grafana.send(&form, &[token], "").await,
                grafana.send(&form, &[cookie], "").await,
                grafana.send(&form, &[token, cookie], "").await,
            ]
        };
        with(it, fault, ask).await
    };
    let html = |answer: &Answer| {
        assert_eq!(answer.status, 401);
        assert!(answer.body.starts_with("<!DOCTYPE html>"));
    };
    let [by_token, by_cookie, by_both] = tries(Fault::GrafanaProxy401).await;
    html(&by_token);
    assert_eq!(
        (by_cookie.status, by_both.status),
        (StatusCode::OK, StatusCode::OK)
    );

    let [by_token, by_cookie, by_both] = tries(Fault::GrafanaWantsBoth).await;
    html(&by_token);
    says(&by_cookie, 401, "Unauthorized");
    assert_eq!(by_both.status, 200);

    let [by_token, by_cookie, by_both] = tries(Fault::Grafana401).await;
    says(&by_token, 401, "Invalid API key");
    says(&by_cookie, 401, "Unauthorized");
    says(&by_both, 401, "Invalid API key");

    for answer in tries(Fault::Grafana403).await {
        assert_eq!(answer.status, 403);
        assert!(answer.json()["message"].is_string());
    }
    it.scenario.set_fault(Fault::GrafanaNoIds, true);
    let [proxy, resource, proxy_by_id, resource_by_id] = grafana.forms(TOTAL);
    for form in [proxy, resource] {
        assert_eq!(grafana.with_token(&form).await.status, 200);
    }
    for form in [proxy_by_id, resource_by_id] {
        says(&grafana.with_token(&form).await, 404, "Not found");
    }
}
