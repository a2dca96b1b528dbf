//! Storage from the panel's overview: every figure to the byte, and no figure where anything is wrong.

use std::{sync::Arc, time::Duration};

use vhi_usage::{
    reading::{Figure, License, Source, Space, StorageReading},
    reason::Code,
    sim::{fault::Fault, figures::Figures},
    source::{compute_stat::ComputeStat, error::SourceError, overview::OverviewSource},
};

use crate::{
    again,
    common::{PATIENCE, Site, later, soon},
    drift::Log,
};

/// A site whose figures stand still, and its overview.
async fn standing(faults: &[Fault]) -> (Site, OverviewSource) {
    let site = Site::new(1).await;
    site.scenario().freeze(Some(Duration::from_secs(4_321)));
    for fault in faults {
        site.scenario().set_fault(*fault, true);
    }
    let source = site.overview(&site.session(PATIENCE));
    (site, source)
}

pub(crate) async fn read(source: &OverviewSource) -> Result<StorageReading, SourceError> {
    again::same(Source::Overview, soon(source.read()).await)
}

/// Every figure of the cluster is there, to the byte.
#[track_caller]
fn is_whole(it: &StorageReading, figures: &Figures) {
    let exact = |bytes| Some(Figure::exact(bytes));
    let logical = Space::exact(figures.logical_total(), figures.logical_free());
    assert_eq!(Some(it.logical), logical);
    assert_eq!(it.logical.used, Figure::exact(figures.user_data));
    let physical = Space::exact(figures.physical_total, figures.physical_free);
    assert_eq!(it.physical, physical);
    assert_eq!(it.user_data, exact(figures.user_data));
    let tiers = it.tiers.as_ref().unwrap();
    for (tier, expected) in tiers.iter().zip(figures.tiers()) {
        assert_eq!(tier.id, expected.number.to_string());
        let space = Space::exact(expected.physical_total, expected.physical_free);
        assert_eq!((tier.physical, tier.logical), (space, None));
    }
    let services = it.services.as_ref().unwrap();
    let used = |name: &str| services.iter().find(|it| it.name == name).unwrap().used;
    assert_eq!(used("compute"), exact(figures.volumes_used));
    assert_eq!(
        (used("s3"), used("nfs")),
        (exact(figures.object_data()), None)
    );
    assert_eq!(it.cluster_status.as_deref(), Some("healthy"));
}

/// The licence of the cluster is there, to the byte.
#[track_caller]
fn is_licensed(it: &StorageReading, figures: &Figures) {
    let exact = |bytes| Some(Figure::exact(bytes));
    let license = License {
        state: Some("active".to_owned()),
        capacity: exact(figures.license_capacity),
        used: exact(figures.user_data),
        free: exact(figures.license_capacity - figures.user_data),
        expires_on: Some("2100-01-01".parse().unwrap()),
    };
    assert_eq!(it.license, Some(license));
}

/// Requests for the overview, and for the licence.
#[track_caller]
fn asked(site: &Site, overviews: u64, licenses: u64) {
    let counts = site.scenario().counts();
    let found = (counts.overview_requests, counts.license_requests);
    assert_eq!(found, (overviews, licenses));
}

#[tokio::test]
async fn the_panels_overview_is_read_to_the_byte() {
    let (site, source) = standing(&[]).await;
    for round in 1..4 {
        let it = read(&source).await.unwrap();
        is_whole(&it, &site.scenario().figures());
        is_licensed(&it, &site.scenario().figures());
        asked(&site, round, round);
    }
    assert_eq!(site.scenario().counts().login_attempts, 1);
}

#[tokio::test]
async fn one_login_serves_compute_and_overview_side_by_side_from_a_cold_start() {
    let site = Site::new(1).await;
    let session = site.session(PATIENCE);
    let (overview, compute) = (site.overview(&session), ComputeStat::new(session));
    for _ in 0..3 {
        let (storage, compute) = tokio::join!(read(&overview), soon(compute.read()));
        storage.unwrap();
        again::same_compute(compute).unwrap();
    }
    assert_eq!(site.scenario().counts().login_attempts, 1);
}

#[tokio::test]
async fn sessions_that_last_for_one_request_refuse_none_of_those_who_share_them() {
    let (site, _) = standing(&[Fault::SessionExpiry]).await;
    let session = site.session(PATIENCE);
    let (overview, compute) = (
        site.overview(&session),
        ComputeStat::new(Arc::clone(&session)),
    );
    let more = site.overview(&session);
    for _ in 0..20 {
        let (one, other, compute) =
            tokio::join!(read(&overview), read(&more), soon(compute.read()));
        again::same_compute(compute).unwrap();
        for it in [one.unwrap(), other.unwrap()] {
            is_whole(&it, &site.scenario().figures());
        }
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_for_the_overview_and_for_the_licence() {
    let (site, source) = standing(&[]).await;
    read(&source).await.unwrap();
    site.scenario().set_fault(Fault::SessionExpiry, true);
    let it = read(&source).await.unwrap();
    is_whole(&it, &site.scenario().figures());
    is_licensed(&it, &site.scenario().figures());
    site.scenario().set_fault(Fault::SessionExpiry, false);
    later(Duration::from_secs(1_801)).await;
    is_licensed(&read(&source).await.unwrap(), &site.scenario().figures());
}

#[tokio::test]
async fn each_failure_of_the_overview_has_its_code_and_no_figure() {
    for (fault, code) in [
        (Fault::Overview403, Code::PanelStatus),
        (Fault::OverviewOther, Code::OtherCluster),
        (Fault::OverviewNoTotal, Code::PanelUnreadable),
        (Fault::OverviewMoreFree, Code::MoreFreeThanTotal),
        (Fault::Panel500, Code::PanelStatus),
        (Fault::PanelNotJson, Code::PanelUnreadable),
        (Fault::PanelLoginRefused, Code::AuthRefused),
    ] {
        // Also where it worked before, and the cluster's id is known.
        for known in [false, true] {
            let (site, source) = standing(&[]).await;
            if known {
                read(&source).await.unwrap();
            }
            site.scenario().set_fault(fault, true);
            // A session that is there outlives a password that is refused.
            if known && fault == Fault::PanelLoginRefused {
                later(Duration::from_secs(1_801)).await;
            }
            let error = read(&source).await.unwrap_err();
            assert_eq!(error.code(), code, "{fault}: {error}");
        }
    }
}

#[tokio::test]
async fn a_panel_that_never_answers_is_given_up_in_time() {
    let (site, _) = standing(&[Fault::PanelHang]).await;
    let source = site.overview(&site.session(Duration::from_millis(200)));
    let error = read(&source).await.unwrap_err();
    assert_eq!(error.code(), Code::PanelTimeout, "{error}");
}

#[tokio::test]
async fn a_panel_that_has_gone_is_no_reading() {
    let (site, source) = standing(&[]).await;
    read(&source).await.unwrap();
    soon(site.simulator.stop()).await;
    assert_eq!(
        read(&source).await.unwrap_err().code(),
        Code::ConnectRefused
    );
}

#[tokio::test]
async fn another_cluster_is_named_with_what_was_asked_for() {
    let (site, source) = standing(&[Fault::OverviewOther]).await;
    let error = read(&source).await.unwrap_err();
    let SourceError::OtherPanel {
        url,
        path,
        asked,
        found,
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!(
        (path.as_str(), asked.as_str(), found.as_str()),
        ("/api/v2/clusters", "cluster1", "another")
    );
    assert_eq!(*url, site.cluster().panel.url);
}

#[tokio::test]
async fn without_leave_for_the_licence_everything_else_is_read_and_it_is_said_once_per_change() {
    let (site, source) = standing(&[Fault::License403]).await;
    let log = Log::begin();
    let figures = site.scenario().figures();
    let said = async || {
        let it = read(&source).await.unwrap();
        is_whole(&it, &figures);
        let said = log.take();
        let words = ["gives no licence", "gives the licence again"];
        (it, words.map(|words| said.matches(words).count()))
    };
    let unlicensed = License {
        capacity: Some(Figure::exact(figures.license_capacity)),
        ..License::default()
    };
    for times in [1, 0, 0] {
        let (it, told) = said().await;
        assert_eq!((it.license, told), (Some(unlicensed.clone()), [times, 0]));
    }
    site.scenario().set_fault(Fault::License403, false);
    for times in [1, 0] {
        let (it, told) = said().await;
        is_licensed(&it, &figures);
        assert_eq!(told, [0, times]);
    }
    site.scenario().set_fault(Fault::License403, true);
    assert_eq!(said().await.1, [1, 0]);
}

#[tokio::test]
async fn a_low_licence_and_shifted_figures_are_read_as_they_are() {
    let (site, source) = standing(&[Fault::LicenseLow]).await;
    let figures = site.scenario().figures();
    is_licensed(&read(&source).await.unwrap(), &figures);
    site.scenario().set_fault(Fault::OverviewShifted, true);
    let it = read(&source).await.unwrap();
    let expected = figures.physical_total + figures.physical_total / 100;
    assert_eq!(it.physical.unwrap().total, Figure::exact(expected));
}
