//! A path of the panel that is answered with 401 right after a login: it is left alone for minutes, and nothing
//! else is.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use vhi_usage::{reason::Code, source::error::SourceError};

use crate::{
    common::{later, soon},
    overview,
    panel::read,
    scripted::{IN_TURN, NEVER, Scripted},
};

const STAT: &str = "compute/cluster/stat";
const OVERVIEW: &str = "overview/1";
const LICENSE: &str = "1/license";

/// A panel where all is well, but for these answers.
fn answers<'a>(but: &[(&'a str, Value)]) -> Vec<(&'a str, Value)> {
    let mut answers = vec![
        ("clusters", json!([{"id": 1, "name": "cluster1"}])),
        (OVERVIEW, json!({"logic_space": {"total": 9, "free": 4}})),
        (LICENSE, json!({"status": "active"})),
        (STAT, json!({"servers": {"count": 3}})),
    ];
    answers.extend(but.iter().cloned());
    answers
}

fn refusing<'a>(paths: &[&'a str]) -> Vec<(&'a str, Value)> {
    answers(
        &paths
            .iter()
            .map(|path| (*path, json!(401)))
            .collect::<Vec<_>>(),
    )
}

/// One round: storage and compute, side by side.
async fn round(panel: &Scripted) -> (Result<(), SourceError>, Result<(), SourceError>) {
    let (storage, compute) = tokio::join!(overview::read(&panel.source), read(&panel.compute),);
    (storage.map(drop), compute.map(drop))
}

fn times(asked: &[String], path: &str) -> usize {
    asked.iter().filter(|it| *it == path).count()
}

/// It is refused, the next try is due in minutes, and the error says which path it is.
#[track_caller]
fn is_left_alone(result: Result<(), SourceError>, path: &str) {
    let error = result.unwrap_err();
    let reason = error.reason(vhi_usage::clock::now());
    assert_eq!(reason.code, Code::AuthRefused, "{error}");
    assert!(reason.message.contains("; next try at "), "{reason:?}");
    let words = format!("/api/v2/{path} answered with status 401 right after a login");
    assert!(error.to_string().contains(&words), "{error}");
}

/// A minute apart.
const ROUNDS: u64 = 40;

#[tokio::test]
async fn an_overview_that_is_refused_costs_compute_nothing_and_few_logins() {
    let panel = Scripted::new(&refusing(&[OVERVIEW])).await;
    for _ in 0..20 {
        let (storage, compute) = round(&panel).await;
        is_left_alone(storage, OVERVIEW);
        compute.unwrap();
    }
    let asked = panel.asked();
    assert_eq!(times(&asked, STAT), 20);
    assert!(times(&asked, OVERVIEW) <= 3, "{asked:?}");
    assert!(times(&asked, "login") <= 3, "{asked:?}");
    for _ in 0..ROUNDS {
        later(Duration::from_secs(60)).await;
        let (storage, compute) = round(&panel).await;
        is_left_alone(storage, OVERVIEW);
        compute.unwrap();
    }
    // After 5, 15 and 35 minutes, a renewed session and perhaps one of its own.
    let asked = panel.asked();
    assert!((3..=9).contains(&times(&asked, OVERVIEW)), "{asked:?}");
    assert!(times(&asked, "login") <= 6, "{asked:?}");
    panel.answers(&answers(&[]));
    later(Duration::from_secs(4_501)).await;
    round(&panel).await.0.unwrap();
}

#[tokio::test]
async fn a_stat_that_is_refused_costs_the_overview_nothing_and_few_logins() {
    let panel = Scripted::new(&refusing(&[STAT])).await;
    for _ in 0..20 {
        let (storage, compute) = round(&panel).await;
        storage.unwrap();
        is_left_alone(compute, STAT);
    }
    let asked = panel.asked();
    assert_eq!(times(&asked, OVERVIEW), 20);
    assert!(times(&asked, STAT) <= 3, "{asked:?}");
    assert!(times(&asked, "login") <= 3, "{asked:?}");
}

#[tokio::test]
async fn a_licence_that_is_refused_costs_the_overview_nothing_and_few_logins() {
    let panel = Scripted::new(&refusing(&[LICENSE])).await;
    for _ in 0..20 {
        let it = overview::read(&panel.source).await.unwrap();
        assert_eq!(it.license.unwrap().state, None);
    }
    let asked = panel.asked();
    assert_eq!(times(&asked, OVERVIEW), 20);
    assert!(times(&asked, LICENSE) <= 3, "{asked:?}");
    assert!(times(&asked, "login") <= 3, "{asked:?}");
}

#[tokio::test]
async fn however_many_paths_are_refused_there_are_three_logins_at_most_and_three_tries_of_each() {
    for refused in [
        &[OVERVIEW, LICENSE][..],
        &[OVERVIEW, LICENSE, STAT],
        &["clusters", STAT],
    ] {
        let panel = Scripted::new(&refusing(refused)).await;
        for _ in 0..10 {
            let (storage, _) = round(&panel).await;
            storage.unwrap_err();
        }
        let asked = panel.asked();
        for path in refused.iter().chain(&["login"]) {
            assert!(
                (1..=3).contains(&times(&asked, path)),
                "{path} of {asked:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_login_that_is_refused_leaves_the_session_that_is_there_to_whom_it_serves() {
    let panel = Scripted::new(&answers(&[])).await;
    let (storage, compute) = round(&panel).await;
    storage.and(compute).unwrap();
    panel.answers(&answers(&[("login", json!(403)), (OVERVIEW, json!(401))]));
    // The session is old enough to have ended, so that a login is tried.
    later(Duration::from_secs(60)).await;
    panel.asked();
    for _ in 0..10 {
        let (storage, compute) = round(&panel).await;
        let error = storage.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("the login of billing was refused with status 403"),
            "{error}"
        );
        compute.unwrap();
    }
    let asked = panel.asked();
    assert_eq!((times(&asked, "login"), times(&asked, OVERVIEW)), (1, 1));
}

#[tokio::test]
async fn whoever_waits_in_a_session_of_its_own_keeps_nobody_else_from_the_one_that_is_there() {
    let in_turn = json!({ IN_TURN: [401, NEVER] });
    let panel = Scripted::new(&answers(&[(OVERVIEW, in_turn)])).await;
    let mut stuck = std::pin::pin!(panel.source.read());
    let asked_twice = async {
        let mut asked = 0;
        while asked < 2 {
            asked += times(&panel.asked(), OVERVIEW);
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        read = &mut stuck => panic!("{read:?}"),
        () = soon(asked_twice) => {}
    }
    // From here on nobody goes on with what is stuck: whatever it holds it keeps.
    read(&panel.compute).await.unwrap();
}

#[tokio::test]
async fn whoever_hangs_in_a_session_of_its_own_holds_others_that_need_one_for_moments_only() {
    let overview = json!({ IN_TURN: [401, NEVER] });
    let stat = json!({ IN_TURN: [401, {"servers": {"count": 3}}] });
    let panel = Scripted::new(&answers(&[(OVERVIEW, overview), (STAT, stat)])).await;
    let asked = async |path: &str, often: usize| {
        let mut asked = 0;
        while asked < often {
            asked += times(&panel.asked(), path);
            sleep(Duration::from_millis(5)).await;
        }
    };
    let other = async {
        asked(OVERVIEW, 2).await;
        let in_time = async {
            asked(STAT, 1).await;
            later(Duration::from_secs(2)).await;
            asked(STAT, 1).await;
        };
        tokio::join!(read(&panel.compute), soon(in_time)).0
    };
    tokio::select! {
        read = panel.source.read() => panic!("{read:?}"),
        read = other => drop(read.unwrap()),
    }
}

#[tokio::test]
async fn projects_that_are_refused_cost_few_logins() {
    let projects = "accounts/projects";
    let panel = Scripted::of_project(&refusing(&[projects]), Some("billing")).await;
    for _ in 0..10 {
        is_left_alone(read(&panel.compute).await.map(drop), projects);
    }
    assert_eq!(panel.asked(), [projects, "login"]);
    later(Duration::from_secs(376)).await;
    is_left_alone(read(&panel.compute).await.map(drop), projects);
    assert_eq!(panel.asked(), [projects, "login"]);
}
