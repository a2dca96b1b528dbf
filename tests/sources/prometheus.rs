//! Storage from Prometheus: every figure to the byte, and no figure where anything is wrong.

use std::time::Duration;

use vhi_usage::{
    clock,
    promql::direct::{Prometheus, PrometheusSettings},
    reading::{Basis, Source, Space, StorageReading},
    reason::Code,
    sim::fault::Fault,
    source::{
        error::SourceError,
        prometheus::{Asked, PrometheusSource},
        queries::{Queries, Written},
    },
    web::{http::Login, trust::Trust},
};

use crate::again;
use crate::common::{PATIENCE, Site, soon};

pub(crate) async fn read(source: &PrometheusSource) -> Result<StorageReading, SourceError> {
    again::same(source.source(), soon(source.read()).await)
}

/// The source that asks at this address.
pub(crate) fn at(url: &str, timeout: Duration) -> PrometheusSource {
    let settings = PrometheusSettings {
        url: url.to_owned(),
        login: Login::Nobody,
        trust: Trust::System,
        timeout,
    };
    let asked = Asked::Prometheus(Prometheus::new(settings).unwrap());
    let queries = Queries::new(&Written::default());
    PrometheusSource::new(asked, "cluster1".parse().unwrap(), queries)
}

/// A site whose figures stand still.
pub(crate) async fn standing() -> Site {
    let site = Site::new(1).await;
    site.scenario().freeze(Some(Duration::from_secs(4_321)));
    site
}

/// Every figure of the cluster is there, to the byte, and none of another one.
#[track_caller]
pub(crate) fn is_whole(it: &StorageReading, site: &Site, source: Source) {
    let figures = site.scenario().figures();
    assert_eq!((it.source, it.basis), (source, Basis::Tiers));
    let logical = Space::exact(figures.logical_total(), figures.logical_free());
    assert_eq!(Some(it.logical), logical);
    let physical = Space::exact(figures.physical_total, figures.physical_free);
    assert_eq!(it.physical, physical);
    let tiers = it.tiers.as_ref().unwrap();
    assert_eq!(tiers.len(), 2);
    for (tier, expected) in tiers.iter().zip(figures.tiers()) {
        assert_eq!(tier.id, expected.number.to_string());
        let space = Space::exact(expected.logical_total, expected.logical_free);
        assert_eq!((tier.logical, tier.physical), (space, None));
    }
    let age = clock::now().duration_since(it.observed_at).as_secs();
    assert!((0..=20).contains(&age), "{age} s");
    assert!(it.user_data.is_none() && it.license.is_none() && it.services.is_none());
}

#[tokio::test]
async fn every_figure_is_the_clusters_to_the_byte_and_no_decoy_is_counted() {
    let site = standing().await;
    let source = at(&site.cluster().metrics.url, PATIENCE);
    for _ in 0..3 {
        is_whole(&read(&source).await.unwrap(), &site, Source::Prometheus);
    }
    assert_eq!(site.scenario().counts().queries, 42);
}

#[tokio::test]
async fn a_cluster_that_lives_gives_figures_of_one_moment() {
    let site = Site::new(1).await;
    let source = at(&site.cluster().metrics.url, PATIENCE);
    for _ in 0..10 {
        let it = read(&source).await.unwrap();
        let tiers = it.tiers.unwrap();
        let used = tiers
            .iter()
            .map(|tier| tier.logical.unwrap().used.amount.bytes);
        assert_eq!(used.sum::<u64>(), it.logical.used.amount.bytes);
    }
}

#[tokio::test]
async fn each_fault_has_its_code_and_no_figure() {
    let short = Duration::from_millis(300);
    for (fault, timeout, code) in [
        (Fault::MetricsEmpty, PATIENCE, Code::MetricsEmpty),
        (Fault::MetricsNan, PATIENCE, Code::MetricsNan),
        (Fault::MetricsInf, PATIENCE, Code::MetricsInfinite),
        (Fault::MetricsPartial, PATIENCE, Code::MetricsPartial),
        (Fault::MetricsWarnings, PATIENCE, Code::MetricsPartial),
        (Fault::MetricsMoreFree, PATIENCE, Code::MoreFreeThanTotal),
        (Fault::MetricsFraction, PATIENCE, Code::MetricsFraction),
        (Fault::Metrics400, PATIENCE, Code::QueryInvalid),
        (Fault::Metrics422, PATIENCE, Code::QueryFailed),
        (Fault::Metrics503, PATIENCE, Code::QueryTimeout),
        (Fault::MetricsNotJson, PATIENCE, Code::MetricsUnreadable),
        (Fault::MetricsHang, short, Code::MetricsTimeout),
        (Fault::MetricsDown, PATIENCE, Code::ConnectFailed),
    ] {
        let site = Site::with(1, fault).await;
        let source = at(&site.cluster().metrics.url, timeout);
        let error = read(&source).await.unwrap_err();
        assert_eq!(error.code(), code, "{fault}: {error}");
        assert!(!error.to_string().contains("simulated"), "{error}");
        // What comes back is read at once.
        site.scenario().set_fault(fault, false);
        read(&at(&site.cluster().metrics.url, PATIENCE))
            .await
            .unwrap();
        if timeout == PATIENCE {
            read(&source).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_not_trusted_is_told_so() {
    let site = standing().await;
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let error = read(&at(&url, PATIENCE)).await.unwrap_err();
    assert_eq!(error.code(), Code::ConnectRefused);
    // The panel's certificate is its own, and no authority has signed it.
    let error = read(&at(&site.cluster().panel.url, PATIENCE)).await;
    assert_eq!(error.unwrap_err().code(), Code::CertificateUntrusted);
    let error = read(&at(
        &format!("{}/below", site.cluster().metrics.url),
        PATIENCE,
    ))
    .await;
    assert_eq!(error.unwrap_err().code(), Code::MetricsStatus);
}
