//! Who Grafana and the proxy in front of it let in: a token, the panel's session, or both.

use std::time::Duration;

use vhi_usage::{
    promql::gate::Pass,
    reading::Source,
    reason::Code,
    secret::Secret,
    sim::fault::Fault,
    source::{compute_stat::ComputeStat, prometheus::PrometheusSource},
};

use crate::{
    common::{PATIENCE, Site, later},
    grafana::{grafana, token},
    panel,
    prometheus::{is_whole, read, standing},
};

fn ways(site: &Site) -> [Pass; 3] {
    [
        Pass::Token(token(site)),
        Pass::Session,
        Pass::Both(token(site)),
    ]
}

fn shown(site: &Site, pass: Pass) -> PrometheusSource {
    grafana(site, &site.session(PATIENCE), pass, None, None)
}

#[tokio::test]
async fn each_way_in_gives_every_figure_and_one_login_serves_compute_as_well() {
    let site = standing().await;
    for pass in ways(&site) {
        let session = site.session(PATIENCE);
        let before = site.scenario().counts().logins;
        let logins = u64::from(pass.wants_session());
        let source = grafana(&site, &session, pass, None, None);
        for _ in 0..3 {
            is_whole(&read(&source).await.unwrap(), &site, Source::Grafana);
        }
        assert_eq!(site.scenario().counts().logins - before, logins);
        panel::read(&ComputeStat::new(session)).await.unwrap();
        assert_eq!(site.scenario().counts().logins - before, 1);
    }
}

#[tokio::test]
async fn each_refusal_tells_who_refused() {
    let (front, inside) = (Code::ProxyAuthRefused, Code::GrafanaAuthRefused);
    for (fault, expected) in [
        (Fault::GrafanaProxy401, [Some(front), None, None]),
        (Fault::Grafana401, [Some(inside); 3]),
        (Fault::GrafanaWantsBoth, [Some(front), Some(inside), None]),
        (Fault::Grafana403, [Some(Code::GrafanaForbidden); 3]),
        (
            Fault::PanelLoginRefused,
            [None, Some(Code::AuthRefused), Some(Code::AuthRefused)],
        ),
    ] {
        let site = Site::with(1, fault).await;
        for (pass, code) in ways(&site).into_iter().zip(expected) {
            let words = format!("{fault} {pass:?}");
            let read = read(&shown(&site, pass)).await;
            let found = read.as_ref().err().map(|error| error.code());
            assert_eq!(found, code, "{words}: {read:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_token_or_session_is_left_alone_for_minutes_and_costs_compute_nothing() {
    let site = Site::with(1, Fault::Grafana401).await;
    for pass in ways(&site) {
        let session = site.session(PATIENCE);
        let before = site.scenario().counts();
        // Whom the panel has just let in, and Grafana refuses, a second login would not help.
        let logins = u64::from(pass.wants_session());
        let source = grafana(&site, &session, pass, None, None);
        let mut due = None;
        for _ in 0..5 {
            let error = read(&source).await.unwrap_err();
            let reason = error.reason(vhi_usage::clock::now()).message;
            assert!(reason.contains("; next try at "), "{reason}");
            assert_eq!(due.get_or_insert(reason.clone()), &reason);
        }
        let after = site.scenario().counts();
        assert_eq!(after.logins - before.logins, logins);
        let asked = after.grafana_requests - before.grafana_requests;
        assert_eq!(asked, logins.max(1));
        panel::read(&ComputeStat::new(session)).await.unwrap();
        site.scenario().set_fault(Fault::Grafana401, false);
        read(&source).await.unwrap_err();
        later(Duration::from_secs(376)).await;
        read(&source).await.unwrap();
        site.scenario().set_fault(Fault::Grafana401, true);
    }
}

#[tokio::test]
async fn a_session_that_ends_in_mid_run_is_renewed() {
    let site = standing().await;
    let session = site.session(PATIENCE);
    let source = grafana(&site, &session, Pass::Session, None, None);
    read(&source).await.unwrap();
    site.scenario().set_fault(Fault::SessionExpiry, true);
    is_whole(&read(&source).await.unwrap(), &site, Source::Grafana);
    site.scenario().set_fault(Fault::SessionExpiry, false);
    let logins = site.scenario().counts().logins;
    is_whole(&read(&source).await.unwrap(), &site, Source::Grafana);
    assert!(site.scenario().counts().logins - logins <= 1);
}

#[tokio::test]
async fn a_wrong_token_is_no_secret_that_an_error_tells() {
    let site = standing().await;
    let pass = Pass::Token(Secret::new("canary").unwrap());
    let error = read(&shown(&site, pass)).await.unwrap_err();
    assert_eq!(error.code(), Code::GrafanaAuthRefused);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}
