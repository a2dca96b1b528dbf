//! Storage from Grafana: the same figures in each form of a query, and the form and the data source found.

use std::sync::Arc;

use serde_json::json;
use vhi_usage::{
    panel::session::Session,
    promql::{
        datasource::Datasource,
        form::Form,
        gate::Pass,
        grafana::{Grafana, GrafanaSettings},
    },
    reading::Source,
    reason::Code,
    secret::Secret,
    sim::fault::Fault,
    source::{
        prometheus::{Asked, PrometheusSource},
        queries::{Queries, Written},
    },
    web::trust::Trust,
};

use crate::{
    answering::{Answering, Request, healthy},
    common::{PATIENCE, Site},
    prometheus::{is_whole, read, standing},
};

/// The site's Grafana, which is shown this, in this form, for its data source by these names.
pub(crate) fn grafana(
    site: &Site,
    session: &Arc<Session>,
    pass: Pass,
    form: Option<Form>,
    datasource: Option<Datasource>,
) -> PrometheusSource {
    let panel = &site.cluster().panel;
    let settings = GrafanaSettings {
        url: format!("{}/grafana", panel.url),
        pass,
        datasource,
        form,
        trust: Trust::Pinned(panel.sha256.parse().unwrap()),
        timeout: PATIENCE,
    };
    source(settings, session)
}

fn source(settings: GrafanaSettings, session: &Arc<Session>) -> PrometheusSource {
    let asked = Asked::Grafana(Grafana::new(settings, Arc::clone(session)).unwrap());
    let queries = Queries::new(&Written::default());
    PrometheusSource::new(asked, "cluster1".parse().unwrap(), queries)
}

pub(crate) fn token(site: &Site) -> Secret {
    Secret::new(site.cluster().panel.grafana_token.as_str()).unwrap()
}

fn by_uid(site: &Site) -> Option<Datasource> {
    let uid = &site.cluster().panel.datasource_uid;
    Some(Datasource {
        uid: Some(uid.parse().unwrap()),
        id: None,
    })
}

fn by_id(site: &Site) -> Option<Datasource> {
    let id = site.cluster().panel.datasource_id;
    Some(Datasource {
        uid: None,
        id: Some(id.try_into().unwrap()),
    })
}

#[tokio::test]
async fn every_form_gives_every_figure_to_the_byte() {
    let site = standing().await;
    let session = site.session(PATIENCE);
    for form in Form::ALL.map(Some).into_iter().chain([None]) {
        for datasource in [by_uid(&site), by_id(&site), None] {
            let named = |it: &Datasource| form.is_none_or(|form| form.by_id() == it.id.is_some());
            if !datasource.as_ref().is_none_or(named) {
                continue;
            }
            let pass = Pass::Token(token(&site));
            let source = grafana(&site, &session, pass, form, datasource.clone());
            let it = read(&source).await;
            let it = it.unwrap_or_else(|error| panic!("{form:?} {datasource:?}: {error}"));
            is_whole(&it, &site, Source::Grafana);
        }
    }
    assert_eq!(site.scenario().counts().login_attempts, 0);
}

#[tokio::test]
async fn the_data_source_is_looked_for_once() {
    let site = standing().await;
    let session = site.session(PATIENCE);
    let source = grafana(&site, &session, Pass::Token(token(&site)), None, None);
    for _ in 0..3 {
        read(&source).await.unwrap();
    }
    assert_eq!(site.scenario().counts().grafana_requests, 1 + 3 * 14);
}

#[tokio::test]
async fn a_data_source_that_grafana_does_not_know_is_told_so() {
    let site = standing().await;
    let session = site.session(PATIENCE);
    let other = Datasource {
        uid: Some("another".parse().unwrap()),
        id: None,
    };
    let pass = || Pass::Token(token(&site));
    let source = grafana(&site, &session, pass(), None, Some(other));
    assert_eq!(
        read(&source).await.unwrap_err().code(),
        Code::DatasourceUnknown
    );
    site.scenario().set_fault(Fault::GrafanaNoIds, true);
    let source = grafana(&site, &session, pass(), None, by_id(&site));
    assert_eq!(
        read(&source).await.unwrap_err().code(),
        Code::DatasourceUnknown
    );
    is_whole(
        &read(&grafana(&site, &session, pass(), None, by_uid(&site)))
            .await
            .unwrap(),
        &site,
        Source::Grafana,
    );
}

#[tokio::test]
async fn each_fault_of_the_metrics_gives_no_figure_whichever_form_asks() {
    for (fault, proxied, in_frames) in [
        (Fault::MetricsEmpty, Code::MetricsEmpty, Code::MetricsEmpty),
        (Fault::MetricsNan, Code::MetricsNan, Code::MetricsNan),
        (
            Fault::MetricsInf,
            Code::MetricsInfinite,
            Code::MetricsInfinite,
        ),
        (
            Fault::MetricsPartial,
            Code::MetricsPartial,
            Code::MetricsPartial,
        ),
        (
            Fault::MetricsMoreFree,
            Code::MoreFreeThanTotal,
            Code::MoreFreeThanTotal,
        ),
        (
            Fault::MetricsFraction,
            Code::MetricsFraction,
            Code::MetricsFraction,
        ),
        (Fault::Metrics400, Code::QueryInvalid, Code::QueryInvalid),
        (Fault::Metrics422, Code::QueryFailed, Code::QueryFailed),
        (Fault::Metrics503, Code::QueryTimeout, Code::QueryTimeout),
        (
            Fault::MetricsNotJson,
            Code::MetricsUnreadable,
            Code::QueryFailed,
        ),
        (Fault::MetricsDown, Code::MetricsStatus, Code::QueryFailed),
    ] {
        let site = Site::with(1, fault).await;
        let session = site.session(PATIENCE);
        for form in Form::ALL {
            let datasource = if form.by_id() {
                by_id(&site)
            } else {
                by_uid(&site)
            };
            let pass = Pass::Token(token(&site));
            let source = grafana(&site, &session, pass, Some(form), datasource);
            let error = read(&source).await.unwrap_err();
            let code = if form == Form::Frames {
                in_frames
            } else {
                proxied
            };
            assert_eq!(error.code(), code, "{fault} {form}: {error}");
            assert!(!error.to_string().contains("simulated"), "{error}");
        }
    }
}

/// A Grafana that answers one form only, and to the others with this status and body.
async fn only(
    form: &'static str,
    status: u16,
    body: &'static str,
) -> (Answering, PrometheusSource) {
    let rule = move |request: &Request| match request.path.starts_with(form) {
        true if form == "/api/ds" => in_frames(request),
        true => healthy(request),
        false => (status, body.to_owned()),
    };
    let server = Answering::new(rule).await;
    let settings = GrafanaSettings {
        url: server.url.clone(),
        pass: Pass::Token(Secret::new("token").unwrap()),
        datasource: Some(Datasource {
            uid: Some("P1".parse().unwrap()),
            id: None,
        }),
        form: None,
        trust: Trust::System,
        timeout: PATIENCE,
    };
    let site = Site::new(1).await;
    let source = source(settings, &site.session(PATIENCE));
    (server, source)
}

/// The same in data frames.
fn in_frames(request: &Request) -> (u16, String) {
    let answer: serde_json::Value = serde_json::from_str(&healthy(request).1).unwrap();
    let series = answer["data"]["result"].as_array().unwrap();
    let frame = |it: &serde_json::Value| {
        let number: serde_json::Value = it["value"][1].as_str().unwrap().parse().unwrap();
        let value = json!({"name": "Value", "type": "number", "labels": it["metric"]});
        json!({
            "schema": {"fields": [{"name": "Time", "type": "time"}, value]},
            "data": {"values": [[1], [number]]},
        })
    };
    let frames: Vec<_> = series.iter().map(frame).collect();
    let results = json!({"A": {"status": 200, "frames": frames}});
    (200, json!({ "results": results }).to_string())
}

#[tokio::test]
async fn where_a_form_is_refused_the_next_one_is_tried_and_remembered() {
    let forbidden = "{\"message\": \"no\"}";
    for (form, tried) in [
        ("/api/datasources/proxy/uid/P1/", 0),
        ("/api/ds", 1),
        ("/api/datasources/uid/P1/resources/", 2),
    ] {
        for (status, body) in [
            (404, ""),
            (404, forbidden),
            (405, "<html>"),
            (403, "<html>"),
            (403, forbidden),
            // Grafana 8.5 and 7.5, which read `uid` as the number of a data source.
            (400, "{\"message\": \"id is invalid\"}"),
            (
                500,
                "{\"message\": \"Unable to load datasource meta data\"}",
            ),
        ] {
            let (server, source) = only(form, status, body).await;
            let first = read(&source).await;
            let first = first.unwrap_or_else(|error| panic!("{form} {status}: {error}"));
            assert_eq!(first.logical.total.amount.bytes, 30);
            assert_eq!(server.asked().len(), tried + 9, "{form} {status}");
            read(&source).await.unwrap();
            let asked = server.asked();
            assert_eq!(asked.len(), 9);
            assert!(asked.iter().all(|it| it.path.starts_with(form)));
        }
    }
}

#[tokio::test]
async fn an_error_that_another_form_cannot_mend_is_told_at_once() {
    let failed =
        |kind| format!("{{\"status\": \"error\", \"errorType\": \"{kind}\", \"error\": \"x\"}}");
    let (bad_data, internal) = (failed("bad_data").leak(), failed("internal").leak());
    for (status, body, code) in [
        (500, "", Code::MetricsStatus),
        (400, "<html>", Code::MetricsStatus),
        (429, "{\"message\": \"slow down\"}", Code::MetricsStatus),
        (502, "{\"message\": \"Bad Gateway\"}", Code::MetricsStatus),
        (400, bad_data, Code::QueryInvalid),
        (500, internal, Code::QueryFailed),
    ] {
        let (server, source) = only("nowhere", status, body).await;
        assert_eq!(read(&source).await.unwrap_err().code(), code, "{body}");
        assert_eq!(server.asked().len(), 1, "{body}");
    }
    let (server, source) = only("nowhere", 404, "").await;
    let error = read(&source).await.unwrap_err();
    assert_eq!(error.code(), Code::MetricsStatus, "{error}");
    assert_eq!(server.asked().len(), 3);
}
