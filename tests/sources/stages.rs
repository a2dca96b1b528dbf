//! How each stage of a reading is noted, whatever comes of it.

use std::time::Duration;

use vhi_usage::{
    sim::fault::Fault,
    source::Sources,
    stage::{Record, Stage},
};

use crate::again;
use crate::common::{PATIENCE, Site, later, soon};

const NODE: [Stage; 4] = [Stage::Connect, Stage::Auth, Stage::Exec, Stage::Parse];

fn record(site: &Site, stage: Stage) -> Option<Record> {
    let records = site.stages.records().into_iter();
    records
        .into_iter()
        .find_map(|(known, record)| (known == stage).then_some(record))
}

/// What is known of a stage: how many attempts have ended, and why those failed that did.
fn noted(site: &Site, stage: Stage) -> Option<(u64, Vec<(&'static str, u64)>)> {
    record(site, stage).map(|record| (record.ended, record.failures.into_iter().collect()))
}

/// A reading of storage and one of compute while this goes wrong.
async fn read(site: &Site, fault: Fault) {
    site.scenario().set_fault(fault, true);
    let storage = site.storage(Duration::from_millis(500));
    let compute = site.compute(Duration::from_millis(500));
    drop(soon(storage.read()).await);
    drop(soon(compute.read()).await);
}

#[tokio::test]
async fn each_stage_of_a_reading_is_noted_once() {
    let site = Site::new(1).await;
    assert_eq!(site.stages.records(), []);
    let (storage, compute) = (site.storage(PATIENCE), site.compute(PATIENCE));
    for _ in 0..2 {
        soon(storage.read()).await.reading.unwrap();
        again::same_compute(soon(compute.read()).await).unwrap();
    }
    let ended = |stage| noted(&site, stage).unwrap();
    for (stage, times) in [
        // A session is kept: it is opened once, and carries both commands.
        (Stage::Connect, 1),
        (Stage::Auth, 1),
        (Stage::Exec, 2),
        (Stage::Parse, 2),
        (Stage::PanelLogin, 1),
        (Stage::PanelStat, 2),
    ] {
        assert_eq!(ended(stage), (times, vec![]), "{stage:?}");
        let record = record(&site, stage).unwrap();
        assert!(record.up && record.last_success.is_some(), "{stage:?}");
        assert_eq!(record.within[12], times, "{stage:?}");
    }
}

#[tokio::test]
async fn the_stage_that_failed_names_the_reason_and_what_follows_it_was_never_tried() {
    for (fault, failed, word) in [
        (Fault::NodeDown, Stage::Connect, "connect_failed"),
        (Fault::LoginRefused, Stage::Auth, "auth_refused"),
        (Fault::Exit1, Stage::Exec, "command_failed"),
        (Fault::Hang, Stage::Exec, "command_timeout"),
        (Fault::NoOutput, Stage::Parse, "report_unreadable"),
        (Fault::OtherCluster, Stage::Parse, "other_cluster"),
        (Fault::NotSettled, Stage::Parse, "not_settled"),
    ] {
        let site = Site::new(1).await;
        read(&site, fault).await;
        for stage in NODE {
            let expected = match stage.cmp(&failed) {
                std::cmp::Ordering::Less => Some((1, vec![])),
                std::cmp::Ordering::Equal => Some((1, vec![(word, 1)])),
                std::cmp::Ordering::Greater => None,
            };
            assert_eq!(noted(&site, stage), expected, "{stage:?} with {fault}");
        }
        let record = record(&site, failed).unwrap();
        assert_eq!((record.up, record.last_success), (false, None), "{fault}");
    }
}

#[tokio::test]
async fn a_panel_that_fails_says_at_which_stage() {
    for (fault, login, stat) in [
        (Fault::Panel500, "panel_status", "panel_status"),
        (Fault::PanelLoginRefused, "auth_refused", "auth_refused"),
        (Fault::PanelHang, "panel_timeout", "panel_timeout"),
        (Fault::PanelNotJson, "panel_unreadable", "panel_unreadable"),
    ] {
        let site = Site::new(1).await;
        read(&site, fault).await;
        let one = |word| Some((1, vec![(word, 1)]));
        assert_eq!(noted(&site, Stage::PanelLogin), one(login), "{fault}");
        assert_eq!(noted(&site, Stage::PanelStat), one(stat), "{fault}");
    }
}

#[tokio::test]
async fn a_login_that_waits_for_its_next_try_is_no_attempt() {
    let site = Site::with(1, Fault::LoginRefused).await;
    let storage = site.storage(PATIENCE);
    for _ in 0..3 {
        soon(storage.read()).await.reading.unwrap_err();
    }
    assert_eq!(noted(&site, Stage::Auth).unwrap().0, 1);
    site.scenario().set_fault(Fault::LoginRefused, false);
    later(Duration::from_secs(3600)).await;
    soon(storage.read()).await.reading.unwrap();
    let auth = record(&site, Stage::Auth).unwrap();
    assert_eq!((auth.up, auth.ended), (true, 2));
    assert_eq!(auth.failures["auth_refused"], 1);
}

#[tokio::test]
async fn a_source_is_noted_from_end_to_end() {
    let site = Site::new(1).await;
    let sources = Sources {
        storage: site.storage(PATIENCE),
        witnesses: Vec::new(),
        compute: site.compute(PATIENCE),
        stages: site.stages.clone(),
        breakers: site.breakers.clone(),
    };
    let ssh = Stage::Source("ssh");
    let read = soon(sources.read(&sources.storage)).await;
    read.reading.unwrap();
    assert_eq!(noted(&site, ssh), Some((1, vec![])));
    site.scenario().set_fault(Fault::Exit1, true);
    let read = soon(sources.read(&sources.storage)).await;
    read.reading.unwrap_err();
    assert_eq!(noted(&site, ssh), Some((2, vec![("command_failed", 1)])));
}

#[tokio::test]
async fn two_clusters_are_noted_apart() {
    let (one, other) = (Site::new(1).await, Site::new(1).await);
    soon(one.storage(PATIENCE).read()).await.reading.unwrap();
    assert_eq!(noted(&one, Stage::Exec), Some((1, vec![])));
    assert_eq!(noted(&other, Stage::Exec), None);
}
