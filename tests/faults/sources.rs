//! The four sources of a site, and compute.

use std::{sync::Arc, time::Duration};

use vhi_usage::{
    panel::session::Session,
    promql::{
        direct::{Prometheus, PrometheusSettings},
        gate::Pass,
        grafana::{Grafana, GrafanaSettings},
    },
    reading::Source,
    secret::Secret,
    sim::fault::Fault,
    source::{
        Sources, StorageSource,
        compute_stat::ComputeStat,
        prometheus::{Asked, PrometheusSource},
        queries::{Queries, Written},
    },
    web::{http::Login, trust::Trust},
};

use crate::{
    common::Site,
    expected::{self, End},
};

/// For what never answers: all else takes what it needs.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

/// All sources of a site, that one billed and the others witnesses.
pub(crate) fn sources(site: &Site, billed: Source, fault: Option<Fault>) -> Sources {
    let hangs = |of: Source| {
        let ends = fault.map(|fault| expected::ends(fault, false).of(of));
        let slow = |it: &End| matches!(it, End::Fails(codes) if codes.iter().any(|code| code.name().ends_with("_timeout")));
        match ends.as_ref().is_some_and(slow) {
            true => SHORT,
            false => LONG,
        }
    };
    let session = site.session(hangs(Source::Overview));
    let source = |source| match source {
        Source::Ssh => site.storage(hangs(source)),
        Source::Overview => StorageSource::Overview(site.overview(&session)),
        Source::Prometheus => StorageSource::Prometheus(Box::new(prometheus(site, hangs(source)))),
        Source::Grafana => {
            StorageSource::Prometheus(Box::new(grafana(site, hangs(source), &session)))
        }
    };
    let witnesses = Source::ALL.into_iter().filter(|it| *it != billed);
    Sources {
        storage: source(billed),
        witnesses: witnesses.map(source).collect(),
        compute: ComputeStat::new(Arc::clone(&session)),
        stages: site.stages.clone(),
        breakers: site.breakers.clone(),
    }
}

fn prometheus(site: &Site, timeout: Duration) -> PrometheusSource {
    let settings = PrometheusSettings {
        url: site.cluster().metrics.url.clone(),
        login: Login::Nobody,
        trust: Trust::System,
        timeout,
    };
    series(Asked::Prometheus(Prometheus::new(settings).unwrap()))
}

/// With a token, and in the session that the panel's own sources use.
fn grafana(site: &Site, timeout: Duration, session: &Arc<Session>) -> PrometheusSource {
    let panel = &site.cluster().panel;
    let settings = GrafanaSettings {
        url: format!("{}/grafana", panel.url),
        pass: Pass::Both(Secret::new(panel.grafana_token.as_str()).unwrap()),
        datasource: None,
        form: None,
        trust: Trust::Pinned(panel.sha256.parse().unwrap()),
        timeout,
    };
    series(Asked::Grafana(
        Grafana::new(settings, Arc::clone(session)).unwrap(),
    ))
}

fn series(asked: Asked) -> PrometheusSource {
    let name = "cluster1".parse().unwrap();
    PrometheusSource::new(asked, name, Queries::new(&Written::default()))
}
