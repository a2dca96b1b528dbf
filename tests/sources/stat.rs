//! Compute from the panel: figures that are there or not, and whose certificate is believed.

use std::time::Duration;

use vhi_usage::{
    panel::session::PanelSettings, reading::ComputeReading, reason::Code, sim::fault::Fault,
    source::error::SourceError, web::trust::Trust,
};

use crate::{
    common::{PATIENCE, Site, compute},
    panel::{asked, read},
};

#[tokio::test]
async fn what_the_stat_does_not_hold_is_absent_and_a_zero_is_a_zero() {
    let site = Site::with(1, Fault::SparseStat).await;
    let it = read(&site.compute(PATIENCE)).await.unwrap();
    let known = ["count", "running", "error", "in_progress", "stopped"];
    let known = known.map(|key| format!("servers_{key}"));
    for (name, figure) in &it.figures {
        assert_eq!(
            figure.is_some(),
            known.iter().any(|known| known == name),
            "{name}"
        );
    }
    assert!(it.ratios.iter().all(|(_, ratio)| ratio.is_none()));
    site.scenario()
        .set_stat_body(Some(r#"{"servers":{"count":0}}"#.to_owned()));
    let it = read(&site.compute(PATIENCE)).await.unwrap();
    assert_eq!(
        (it.figure("servers_count"), it.figure("servers_error")),
        (Some(0), None)
    );
}

#[tokio::test]
async fn a_stat_without_any_figure_is_no_reading() {
    let site = Site::new(1).await;
    for body in [
        "{}",
        "[]",
        "null",
        "7",
        r#"{"servers":{"count":null}}"#,
        r#"{"compute":"no"}"#,
    ] {
        site.scenario().set_stat_body(Some(body.to_owned()));
        let error = read(&site.compute(PATIENCE)).await.unwrap_err();
        assert_eq!(error.code(), Code::PanelUnreadable, "{body}");
    }
}

#[tokio::test]
async fn an_older_panel_is_read_by_its_names() {
    let site = Site::with(1, Fault::OldNames).await;
    site.scenario().freeze(Some(Duration::ZERO));
    let it = read(&site.compute(PATIENCE)).await.unwrap();
    let reserved = i64::try_from(site.scenario().figures().memory_used).unwrap();
    assert_eq!(it.figure("vm_mem_reserved_bytes"), Some(reserved));
    assert_eq!(it.figure("vm_mem_free_bytes"), None);
    assert_eq!(it.panel_time.map(|time| time.zone_stated), Some(false));
}

/// What comes of trusting the panel's certificate like this.
async fn trusting(site: &Site, trust: Trust) -> Result<ComputeReading, SourceError> {
    read(&compute(PanelSettings {
        trust,
        ..site.panel_settings()
    }))
    .await
}

#[tokio::test]
async fn a_certificate_is_trusted_by_pin_by_its_authority_or_by_an_explicit_choice() {
    let site = Site::new(1).await;
    let panel = &site.cluster().panel;
    let ca = site.write("ca.pem", &panel.certificate_pem);
    let shouted = panel.sha256.to_uppercase().parse().unwrap();
    for trust in [Trust::Pinned(shouted), Trust::CaFile(ca), Trust::Anything] {
        trusting(&site, trust).await.unwrap();
    }
    asked(&site, 3, 3);
}

#[tokio::test]
async fn a_panel_with_another_certificate_is_told_no_password() {
    let (site, other) = (Site::new(1).await, Site::new(1).await);
    let wrong = &other.cluster().panel;
    let ca = site.write("ca.pem", &wrong.certificate_pem);
    for trust in [
        Trust::Pinned(wrong.sha256.parse().unwrap()),
        Trust::CaFile(ca),
    ] {
        let error = trusting(&site, trust).await.unwrap_err();
        assert_eq!(error.code(), Code::CertificateUntrusted, "{error}");
    }
    asked(&site, 0, 0);
}
