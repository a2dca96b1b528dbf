//! The collector against a simulated cluster, with a clock that is set forward: what is fresh, stale
//! and missing, when, and why.

mod common;
#[path = "collector/running.rs"]
mod running;
#[path = "collector/witnesses.rs"]
mod witnesses;

use std::time::Duration;

use common::{Site, later};
use running::{MAX_AGE, POLL, Running};
use vhi_usage::{
    reason::Code,
    sim::fault::Fault,
    usage::{ClusterUsage, Part, Status},
};

#[track_caller]
fn states(usage: &ClusterUsage, storage: &str, compute: &str) {
    let found = (usage.storage.state().name(), usage.compute.state().name());
    assert_eq!(found, (storage, compute), "{usage:#?}");
}

fn code<T>(part: &Part<T>) -> Option<Code> {
    part.reason().map(|reason| reason.code)
}

#[tokio::test]
async fn the_first_round_begins_at_once_and_gives_both_parts() {
    let site = Site::new(2).await;
    let mut running = Running::new(&site);
    assert_eq!(running.newest.borrow().status(), Status::NotYet);
    let usage = running.complete().await;
    assert_eq!(usage.cluster, "cluster1");
    assert_eq!(
        usage.storage.reading().unwrap().node.as_deref(),
        Some("127.0.0.1")
    );
    let evidence = usage.evidence.as_ref().unwrap();
    assert!(evidence.text.starts_with(b"Cluster 'cluster1': "));
    assert!(usage.ready());
    running.stop().await;
}

#[tokio::test]
async fn every_round_brings_newer_figures_over_the_same_session() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    let mut last = running.complete().await;
    for _ in 0..3 {
        later(POLL).await;
        let newer = running
            .when(|usage| {
                let at = |usage: &ClusterUsage| usage.storage.reading().map(|it| it.observed_at);
                usage.status() == Status::Complete && at(usage) > at(&last)
            })
            .await;
        assert!(newer.serial > last.serial);
        last = newer;
    }
    assert_eq!(site.scenario().counts().connections, 1);
    running.stop().await;
}

#[tokio::test]
async fn a_node_that_hangs_makes_storage_stale_and_then_missing_on_time() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    let good = running.complete().await;
    site.scenario().set_fault(Fault::HangHard, true);
    states(&*running.round(POLL).await, "fresh", "fresh");
    later(POLL).await;
    let stale = running
        .when(|usage| usage.storage.state().name() == "stale")
        .await;
    assert_eq!(code(&stale.storage), Some(Code::NoAnswer));
    let figures = |usage: &ClusterUsage| usage.storage.reading().map(|reading| reading.logical);
    for _ in 3..15 {
        let usage = running.round(POLL).await;
        assert_eq!(usage.storage.state().name(), "stale");
        assert_eq!(figures(&usage), figures(&good));
    }
    later(POLL).await;
    let missing = running
        .when(|usage| usage.storage.state().name() == "missing")
        .await;
    assert_eq!(
        (figures(&missing), code(&missing.storage)),
        (None, Some(Code::NoAnswer))
    );
    assert!(!missing.ready());
    // Compute was read all along, and the node was not asked again while it was silent.
    running
        .when(|usage| usage.status() == Status::Partial && usage.compute.state().name() == "fresh")
        .await;
    assert_eq!(site.scenario().counts().commands, 2);
    running.stop().await;
}

#[tokio::test]
async fn the_clock_alone_makes_figures_stale_and_takes_them_away() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    running.complete().await;
    for fault in [Fault::HangHard, Fault::PanelHang] {
        site.scenario().set_fault(fault, true);
    }
    later(POLL * 2).await;
    let both = |usage: &ClusterUsage, state| {
        usage.storage.state().name() == state && usage.compute.state().name() == state
    };
    let stale = running.when(|usage| both(usage, "stale")).await;
    assert_eq!(stale.status(), Status::Stale);
    later(MAX_AGE - POLL * 2).await;
    let missing = running.when(|usage| both(usage, "missing")).await;
    assert_eq!(missing.status(), Status::Nothing);
    running.stop().await;
}

#[tokio::test]
async fn a_node_that_fails_keeps_its_figures_until_they_are_too_old_and_then_recovers() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    running.complete().await;
    site.scenario().set_fault(Fault::Exit1, true);
    states(&*running.round(POLL).await, "fresh", "fresh");
    later(POLL).await;
    let stale = running
        .when(|usage| code(&usage.storage) == Some(Code::CommandFailed))
        .await;
    assert_eq!(stale.storage.state().name(), "stale");
    let since = stale.storage.reason().unwrap().since;
    for _ in 2..15 {
        running.round(POLL).await;
    }
    let missing = running
        .when(|usage| usage.storage.state().name() == "missing")
        .await;
    assert_eq!(
        missing.storage.reason().map(|reason| reason.since),
        Some(since)
    );
    assert!(missing.storage.reading().is_none());
    site.scenario().set_fault(Fault::Exit1, false);
    later(POLL).await;
    let usage = running.complete().await;
    assert_eq!(code(&usage.storage), None);
    running.stop().await;
}

#[tokio::test]
async fn a_panel_that_hangs_does_not_hurt_storage() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    running.complete().await;
    site.scenario().set_fault(Fault::PanelHang, true);
    for _ in 1..15 {
        running.round(POLL).await;
    }
    let usage = running
        .when(|usage| usage.storage.state().name() == "fresh")
        .await;
    states(&usage, "fresh", "stale");
    assert_eq!(code(&usage.compute), Some(Code::NoAnswer));
    later(POLL).await;
    let gone = |usage: &ClusterUsage| usage.compute.state().name() == "missing";
    running.when(gone).await;
    let usage = running
        .when(|usage| gone(usage) && usage.storage.state().name() == "fresh")
        .await;
    assert_eq!(usage.status(), Status::NoCompute);
    running.stop().await;
}

#[tokio::test]
async fn a_panel_that_fails_says_why_and_recovers() {
    let site = Site::with(1, Fault::Panel500).await;
    let mut running = Running::new(&site);
    let failed = running
        .when(|usage| usage.status() == Status::NoCompute)
        .await;
    states(&failed, "fresh", "missing");
    assert_eq!(code(&failed.compute), Some(Code::PanelStatus));
    site.scenario().set_fault(Fault::Panel500, false);
    later(POLL).await;
    running.complete().await;
    running.stop().await;
}

#[tokio::test]
async fn one_part_that_hangs_from_the_start_does_not_hold_the_other_back_for_long() {
    let site = Site::with(1, Fault::PanelHang).await;
    let mut running = Running::new(&site);
    let first = running
        .when(|usage| usage.storage.state().name() == "fresh")
        .await;
    assert_eq!(first.status(), Status::NotYet);
    later(Duration::from_secs(5)).await;
    let usage = running.when(|usage| usage.settled).await;
    assert_eq!(usage.status(), Status::NoCompute);
    assert_eq!(code(&usage.compute), Some(Code::NotYet));
    running.stop().await;
}

#[tokio::test]
async fn a_report_that_is_refused_takes_nothing_from_the_last_good_one() {
    let site = Site::new(1).await;
    let mut running = Running::new(&site);
    let good = running.complete().await;
    site.scenario().set_fault(Fault::OtherCluster, true);
    later(POLL).await;
    let other = b"Cluster 'another': ";
    let shown = |usage: &ClusterUsage| usage.evidence.as_ref().unwrap().text.starts_with(other);
    let usage = running.when(shown).await;
    assert_eq!(usage.storage.state().name(), "fresh");
    assert_eq!(usage.storage.reading(), good.storage.reading());
    later(POLL).await;
    let usage = running
        .when(|usage| usage.storage.state().name() == "stale")
        .await;
    assert_eq!(code(&usage.storage), Some(Code::OtherCluster));
    assert_eq!(usage.storage.reading(), good.storage.reading());
    running.stop().await;
}

#[tokio::test]
async fn where_nothing_was_ever_read_nothing_is_served() {
    let site = Site::with(1, Fault::NodeDown).await;
    site.scenario().set_fault(Fault::PanelNotJson, true);
    let mut running = Running::new(&site);
    let usage = running
        .when(|usage| usage.status() == Status::Nothing)
        .await;
    states(&usage, "missing", "missing");
    assert_eq!(code(&usage.storage), Some(Code::ConnectFailed));
    assert_eq!(code(&usage.compute), Some(Code::PanelUnreadable));
    running.stop().await;
}

#[tokio::test]
async fn what_was_refused_is_left_alone_however_short_the_poll() {
    let site = Site::with(1, Fault::LoginRefused).await;
    site.scenario().set_fault(Fault::PanelLoginRefused, true);
    let second = Duration::from_secs(1);
    let mut running = Running::every(&site, second, second * 3);
    running
        .when(|usage| usage.status() == Status::Nothing)
        .await;
    for _ in 0..15 {
        running.round(second).await;
    }
    let counts = site.scenario().counts();
    assert_eq!((counts.keys_refused, counts.login_attempts), (1, 1));
    let usage = running.newest.borrow().clone();
    for reason in [usage.storage.reason(), usage.compute.reason()] {
        let reason = reason.unwrap();
        assert_eq!(reason.code, Code::AuthRefused);
        assert!(reason.message.contains("next try at 20"), "{reason:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_collector_stops_at_once_in_the_middle_of_a_round() {
    let site = Site::with(1, Fault::HangHard).await;
    site.scenario().set_fault(Fault::PanelHang, true);
    let running = Running::new(&site);
    common::until(|| site.scenario().counts().commands == 1).await;
    running.stop().await;
    // What was being asked is dropped with its session.
    site.quiet().await;
}
