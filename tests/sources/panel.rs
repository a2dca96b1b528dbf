//! Compute from the panel: logins, sessions and failures.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet};
use vhi_usage::{
    panel::{error::PanelError, session::PanelSettings},
    reading::ComputeReading,
    reason::Code,
    sim::fault::Fault,
    source::{compute_stat::ComputeStat, error::SourceError},
};

use crate::again;
use crate::common::{PATIENCE, Site, compute, later, soon};

pub(crate) async fn read(source: &ComputeStat) -> Result<ComputeReading, SourceError> {
    again::same_compute(soon(source.read()).await)
}

async fn error_with(fault: Fault, timeout: Duration) -> SourceError {
    let site = Site::with(1, fault).await;
    read(&site.compute(timeout)).await.unwrap_err()
}

/// Logins that were tried, and requests for the stat.
#[track_caller]
pub(crate) fn asked(site: &Site, login_attempts: u64, stat_requests: u64) {
    let counts = site.scenario().counts();
    assert_eq!(
        (counts.login_attempts, counts.stat_requests),
        (login_attempts, stat_requests)
    );
}

#[tokio::test]
async fn one_login_serves_many_readings() {
    let site = Site::new(1).await;
    site.scenario().freeze(Some(Duration::ZERO));
    let source = site.compute(PATIENCE);
    for _ in 0..4 {
        let it = read(&source).await.unwrap();
        let figures = site.scenario().figures();
        let expected = |figure: u64| Some(i64::try_from(figure).unwrap());
        assert_eq!(it.figure("servers_active"), expected(figures.active));
        assert_eq!(
            it.figure("block_capacity_bytes"),
            expected(figures.volumes_provisioned)
        );
        assert_eq!(
            it.figure("block_usage_bytes"),
            expected(figures.volumes_used)
        );
        assert_eq!(
            it.figure("vm_mem_free_bytes"),
            expected(figures.memory_free())
        );
        assert_eq!(
            it.figure("physical_vcpus_total"),
            expected(figures.vcpus_total())
        );
    }
    asked(&site, 1, 4);
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_once() {
    let site = Site::with(1, Fault::SessionExpiry).await;
    let source = site.compute(PATIENCE);
    read(&source).await.unwrap();
    asked(&site, 1, 1);
    read(&source).await.unwrap();
    asked(&site, 2, 3);
}

#[tokio::test]
async fn a_session_whose_cookie_is_over_is_not_tried() {
    let site = Site::new(1).await;
    let source = site.compute(PATIENCE);
    read(&source).await.unwrap();
    later(Duration::from_secs(1_801)).await;
    read(&source).await.unwrap();
    asked(&site, 2, 2);
}

#[tokio::test]
async fn a_session_may_have_a_number_and_the_scope_of_a_project() {
    let site = Site::new(1).await;
    let with = |index, project: Option<&str>| {
        let (session_index, project) = (index, project.map(str::to_owned));
        compute(PanelSettings {
            session_index,
            project,
            ..site.panel_settings()
        })
    };
    for index in [None, Some(0), Some(1)] {
        read(&with(index, None)).await.unwrap();
        read(&with(index, Some("billing"))).await.unwrap();
    }
    let error = read(&with(None, Some("nobody's"))).await.unwrap_err();
    assert_eq!(error.code(), Code::PanelUnreadable, "{error}");
}

#[tokio::test]
async fn twenty_readers_of_a_session_that_has_ended_log_in_once() {
    let site = Site::with(1, Fault::SessionExpiry).await;
    let source = Arc::new(site.compute(PATIENCE));
    read(&source).await.unwrap();
    site.scenario().set_fault(Fault::SessionExpiry, false);
    let mut readers = JoinSet::new();
    for _ in 0..20 {
        let source = Arc::clone(&source);
        readers.spawn(async move { read(&source).await.map(drop) });
    }
    for read in readers.join_all().await {
        read.unwrap();
    }
    assert_eq!(site.scenario().counts().login_attempts, 2);
}

#[tokio::test]
async fn twenty_readers_without_a_session_log_in_once() {
    let site = Site::new(1).await;
    let source = Arc::new(site.compute(PATIENCE));
    let mut readers = JoinSet::new();
    for _ in 0..20 {
        let source = Arc::clone(&source);
        readers.spawn(async move { read(&source).await.map(drop) });
    }
    for read in readers.join_all().await {
        read.unwrap();
    }
    asked(&site, 1, 20);
}

#[tokio::test]
async fn a_refused_login_is_tried_once_and_then_not_for_minutes() {
    let site = Site::with(1, Fault::PanelLoginRefused).await;
    let source = site.compute(PATIENCE);
    let next_try = async || match read(&source).await.unwrap_err() {
        SourceError::Panel(PanelError::Login {
            status: 401,
            next_try,
            ..
        }) => next_try,
        error => panic!("{error}"),
    };
    let first = next_try().await;
    let minutes = first.duration_since(vhi_usage::clock::now()).as_mins();
    assert!((4..=6).contains(&minutes), "in {minutes} minutes");
    for _ in 0..5 {
        assert_eq!(next_try().await, first);
    }
    asked(&site, 1, 0);
    let reason = read(&source).await.unwrap_err().reason(first);
    let due = format!(
        "the login was refused; next try at {}",
        vhi_usage::clock::rfc3339(first)
    );
    assert_eq!((reason.code, reason.message), (Code::AuthRefused, due));
    site.scenario().set_fault(Fault::PanelLoginRefused, false);
    later(Duration::from_secs(376)).await;
    read(&source).await.unwrap();
    asked(&site, 2, 1);
}

#[tokio::test]
async fn a_wrong_password_locks_no_account() {
    let site = Site::new(1).await;
    let mut settings = site.panel_settings();
    settings.password = vhi_usage::secret::Secret::new("wrong").unwrap();
    let source = compute(settings);
    for _ in 0..10 {
        assert_eq!(read(&source).await.unwrap_err().code(), Code::AuthRefused);
    }
    asked(&site, 1, 0);
    read(&site.compute(PATIENCE)).await.unwrap();
}

#[tokio::test]
async fn each_failure_of_the_panel_has_its_code_and_no_figure() {
    let short = Duration::from_millis(200);
    for (fault, timeout, code) in [
        (Fault::Panel500, PATIENCE, Code::PanelStatus),
        (Fault::PanelHang, short, Code::PanelTimeout),
        (Fault::PanelNotJson, PATIENCE, Code::PanelUnreadable),
    ] {
        let error = error_with(fault, timeout).await;
        assert_eq!(error.code(), code, "{fault}: {error}");
        assert!(!error.to_string().contains("wait"), "{error}");
    }
}

#[tokio::test]
async fn a_panel_that_fails_after_the_login_is_asked_again_without_another_login() {
    let site = Site::new(1).await;
    let source = site.compute(PATIENCE);
    read(&source).await.unwrap();
    for fault in [Fault::Panel500, Fault::PanelNotJson] {
        site.scenario().set_fault(fault, true);
        read(&source).await.unwrap_err();
        site.scenario().set_fault(fault, false);
        read(&source).await.unwrap();
    }
    asked(&site, 1, 5);
}

#[tokio::test]
async fn where_nobody_listens_the_error_says_so() {
    let site = Site::new(1).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let source = compute(PanelSettings {
        url,
        ..site.panel_settings()
    });
    assert_eq!(
        read(&source).await.unwrap_err().code(),
        Code::ConnectRefused
    );
}
