//! Who is left alone after a refusal, for how long, and where that is shown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use serde_json::json;
use vhi_usage::{
    breaker::Breakers,
    clock,
    promql::{
        datasource::Datasource,
        gate::Pass,
        grafana::{Grafana, GrafanaSettings},
    },
    reason::Code,
    secret::Secret,
    source::{
        error::SourceError,
        prometheus::{Asked, PrometheusSource},
        queries::{Queries, Written},
    },
    web::{http::Login, trust::Trust},
};

use crate::{
    answering::{Answering, Request, healthy},
    common::{PATIENCE, Site, later},
    panel,
    prometheus::read,
    scripted::Scripted,
};

/// A little longer than the first pause.
const PAUSE: Duration = Duration::from_secs(376);
const TOTAL: &str = "sum(tier:mdsd_fs_space_bytes:sum{cloud=\"\"})";

/// Each peer that is left alone, and why.
fn open(breakers: &Breakers) -> Vec<(String, Code)> {
    let all = breakers.all().into_iter();
    all.map(|(peer, open)| (peer, open.code)).collect()
}

/// Who is shown says when they are asked again, as the error does.
#[track_caller]
fn is_due(breakers: &Breakers, error: &SourceError) {
    let (_, open) = breakers.all().remove(0);
    assert_eq!(open.next_try, error.next_try(), "{error}");
    let minutes = open.next_try.unwrap().duration_since(clock::now());
    assert!((4..=6).contains(&minutes.as_mins()), "{minutes}");
}

async fn grafana(server: &Answering, datasource: Option<&str>) -> PrometheusSource {
    let settings = GrafanaSettings {
        url: server.url.clone(),
        pass: Pass::Token(Secret::new("token").unwrap()),
        datasource: datasource.map(|uid| Datasource {
            uid: Some(uid.parse().unwrap()),
            id: None,
        }),
        form: None,
        trust: Trust::System,
        timeout: PATIENCE,
    };
    let site = Site::new(1).await;
    let grafana = Grafana::new(settings, site.session(PATIENCE)).unwrap();
    let asked = Asked::Grafana(grafana.with_breakers(server.breakers.clone()));
    let queries = Queries::new(&Written::default());
    PrometheusSource::new(asked, "cluster1".parse().unwrap(), queries)
}

#[tokio::test]
async fn a_prometheus_that_forbids_is_asked_once_in_a_pause() {
    for (status, peer) in [
        (401, "prometheus".to_owned()),
        (403, format!("prometheus {TOTAL}")),
    ] {
        let server = Answering::new(move |_: &Request| (status, "canary".to_owned())).await;
        let source = server.source(Login::Nobody, &Written::default());
        for _ in 0..5 {
            let error = read(&source).await.unwrap_err();
            assert_eq!(error.code(), Code::AuthRefused, "{error}");
            assert!(error.to_string().contains(&format!("status {status}")));
            is_due(&server.breakers, &error);
        }
        assert_eq!(server.asked().len(), 1);
        assert_eq!(open(&server.breakers), [(peer, Code::AuthRefused)]);
        later(PAUSE).await;
        read(&source).await.unwrap_err();
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_query_that_alone_is_forbidden_costs_the_others_nothing() {
    let disks = "sum(mdsd_cluster_space_bytes{cloud=\"\"})";
    let rule = move |request: &Request| match request.query == disks {
        true => (403, String::new()),
        false => healthy(request),
    };
    let server = Answering::new(rule).await;
    let source = server.source(Login::Nobody, &Written::default());
    for _ in 0..5 {
        let it = read(&source).await.unwrap();
        assert_eq!(it.logical.total.amount.bytes, 30);
        assert_eq!(it.physical, None);
    }
    let asked = server.asked();
    let of_disks = asked.iter().filter(|it| it.query == disks).count();
    assert_eq!((asked.len(), of_disks), (5 * 8 + 1, 1));
    let shown = [(format!("prometheus {disks}"), Code::AuthRefused)];
    assert_eq!(open(&server.breakers), shown);
}

#[tokio::test]
async fn a_grafana_that_forbids_is_asked_in_each_form_once_in_a_pause() {
    for (body, code) in [
        ("{\"message\": \"no\"}", Code::GrafanaForbidden),
        ("<html>", Code::ProxyAuthRefused),
    ] {
        let server = Answering::new(move |_: &Request| (403, body.to_owned())).await;
        let source = grafana(&server, Some("P1")).await;
        for _ in 0..5 {
            let error = read(&source).await.unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            is_due(&server.breakers, &error);
        }
        assert_eq!(server.asked().len(), 3);
        assert_eq!(open(&server.breakers), [(format!("grafana {TOTAL}"), code)]);
        later(PAUSE).await;
        read(&source).await.unwrap_err();
        assert_eq!(server.asked().len(), 3);
    }
}

#[tokio::test]
async fn a_grafana_that_hides_its_data_sources_is_left_alone_and_the_way_out_is_told() {
    let forbidden = "{\"message\": \"Permissions needed: datasources:read\"}";
    let server = Answering::new(move |_: &Request| (403, forbidden.to_owned())).await;
    let source = grafana(&server, None).await;
    for _ in 0..5 {
        let error = read(&source).await.unwrap_err();
        assert_eq!(error.code(), Code::GrafanaForbidden);
        assert!(error.to_string().contains("set datasource_uid"), "{error}");
        is_due(&server.breakers, &error);
    }
    assert_eq!(server.asked().len(), 1);
    let shown = [(
        "grafana /api/datasources".to_owned(),
        Code::GrafanaForbidden,
    )];
    assert_eq!(open(&server.breakers), shown);
}

#[tokio::test]
async fn a_peer_that_lets_us_in_again_is_shown_no_more() {
    let closed = Arc::new(AtomicBool::new(true));
    let is_closed = Arc::clone(&closed);
    let rule = move |request: &Request| match is_closed.load(SeqCst) {
        true => (401, "{\"message\": \"no\"}".to_owned()),
        false => healthy(request),
    };
    let server = Answering::new(rule).await;
    let source = grafana(&server, Some("P1")).await;
    read(&source).await.unwrap_err();
    let shown = [("grafana".to_owned(), Code::GrafanaAuthRefused)];
    assert_eq!(open(&server.breakers), shown);
    closed.store(false, SeqCst);
    later(PAUSE).await;
    read(&source).await.unwrap();
    assert_eq!(open(&server.breakers), []);
}

#[tokio::test]
async fn the_panel_is_shown_while_its_login_waits_and_a_path_by_itself() {
    let stat = "compute/cluster/stat";
    let panel = Scripted::new(&[("login", json!(401))]).await;
    let error = panel::read(&panel.compute).await.unwrap_err();
    is_due(&panel.breakers, &error);
    let shown = [("panel".to_owned(), Code::AuthRefused)];
    assert_eq!(open(&panel.breakers), shown);

    panel.answers(&[(stat, json!(401))]);
    later(PAUSE).await;
    let error = panel::read(&panel.compute).await.unwrap_err();
    is_due(&panel.breakers, &error);
    let shown = [(format!("panel /api/v2/{stat}"), Code::AuthRefused)];
    assert_eq!(open(&panel.breakers), shown);

    panel.answers(&[(stat, json!({"servers": {"count": 3}}))]);
    later(PAUSE).await;
    panel::read(&panel.compute).await.unwrap();
    assert_eq!(open(&panel.breakers), []);
}

#[tokio::test]
async fn a_try_behind_the_pause_that_has_no_answer_ends_it() {
    let panel = Scripted::new(&[("login", json!(401))]).await;
    panel::read(&panel.compute).await.unwrap_err();
    panel.answers(&[("login", json!(500))]);
    later(PAUSE).await;
    let error = panel::read(&panel.compute).await.unwrap_err();
    assert_eq!(error.code(), Code::PanelStatus);
    assert_eq!(open(&panel.breakers), []);
}
