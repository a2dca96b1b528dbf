//! A panel that takes the password and never answers: it may have refused it unheard, and accounts lock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    time::sleep,
};
use vhi_usage::{
    panel::session::PanelSettings, reason::Code, secret::Secret, source::error::SourceError,
    web::trust::Trust,
};

use crate::{
    common::{compute, later},
    overview,
    panel::read,
    scripted::{NEVER, Scripted},
};

/// How long an answer is waited for: shorter than a test waits.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than the first pause, and than the second.
const PAUSES: [Duration; 2] = [Duration::from_secs(376), Duration::from_secs(751)];

/// A panel where this becomes of each login, and all is well in a session.
fn answers<'a>(login: Value) -> Vec<(&'a str, Value)> {
    vec![
        ("login", login),
        ("clusters", json!([{"id": 1, "name": "cluster1"}])),
        (
            "overview/1",
            json!({"logic_space": {"total": 9, "free": 4}}),
        ),
        ("1/license", json!({"status": "active"})),
        ("compute/cluster/stat", json!({"servers": {"count": 3}})),
    ]
}

async fn panel(login: Value) -> Scripted {
    Scripted::waited_for(&answers(login), TIMEOUT).await
}

/// How often the password came since the last look, beside nothing else.
#[track_caller]
fn logins(panel: &Scripted) -> usize {
    let asked = panel.asked();
    assert!(asked.iter().all(|path| path == "login"), "{asked:?}");
    asked.len()
}

/// One round, storage and compute side by side, that runs out of time; and how often the password came.
async fn round(panel: &Scripted) -> ([SourceError; 2], usize) {
    let out_of_time = async {
        let mut came = 0;
        while came == 0 {
            sleep(Duration::from_millis(5)).await;
            came += logins(panel);
        }
        later(TIMEOUT).await;
        came
    };
    let (storage, compute, came) = tokio::join!(
        overview::read(&panel.source),
        read(&panel.compute),
        out_of_time
    );
    let errors = [storage.unwrap_err(), compute.unwrap_err()];
    (errors, came + logins(panel))
}

/// Nothing says when the next try is due: it is the next round.
#[track_caller]
fn is_asked_again_at_once(errors: &[SourceError], code: Code) {
    for error in errors {
        assert_eq!((error.code(), error.next_try()), (code, None), "{error}");
    }
}

/// The next try is due in so many minutes, longer by up to a quarter.
#[track_caller]
fn waits(error: &SourceError, code: Code, minutes: i64) {
    assert_eq!(error.code(), code, "{error}");
    let next_try = error.next_try().expect("a next try");
    let left = next_try.duration_since(vhi_usage::clock::now()).as_secs();
    let least = minutes * 60;
    assert!((least - 30..=least * 5 / 4).contains(&left), "in {left} s");
    let reason = error.reason(next_try);
    assert!(reason.message.contains("; next try at "), "{reason:?}");
    assert!(error.to_string().contains("logins in a row"), "{error}");
}

#[tokio::test]
async fn the_third_login_in_a_row_that_nobody_answers_is_the_last_one_for_minutes() {
    let panel = panel(json!(NEVER)).await;
    for _ in 0..2 {
        let (errors, came) = round(&panel).await;
        is_asked_again_at_once(&errors, Code::PanelTimeout);
        assert_eq!(came, 1);
        assert_eq!(panel.breakers.all(), []);
    }
    let (errors, came) = round(&panel).await;
    assert_eq!(came, 1);
    for error in &errors {
        waits(error, Code::PanelTimeout, 5);
    }
    let (name, open) = panel.breakers.all().remove(0);
    assert_eq!((name.as_str(), open.code), ("panel", Code::PanelTimeout));
    assert_eq!(open.next_try, errors[0].next_try());
    for _ in 0..10 {
        waits(
            &read(&panel.compute).await.unwrap_err(),
            Code::PanelTimeout,
            5,
        );
    }
    assert_eq!(logins(&panel), 0);

    // One more, and the pause behind it is longer.
    later(PAUSES[0]).await;
    let (errors, came) = round(&panel).await;
    assert_eq!(came, 1);
    waits(&errors[1], Code::PanelTimeout, 10);

    panel.answers(&answers(json!({})));
    later(PAUSES[1]).await;
    read(&panel.compute).await.unwrap();
    assert_eq!(panel.breakers.all(), []);
}

#[tokio::test]
async fn a_panel_that_leaves_two_logins_unheard_is_asked_again_at_once_and_has_three_anew() {
    let panel = panel(json!(NEVER)).await;
    for _ in 0..2 {
        round(&panel).await;
    }
    panel.answers(&answers(json!({})));
    read(&panel.compute).await.unwrap();
    // The session has ended.
    later(Duration::from_secs(60)).await;
    let mut ended = answers(json!(NEVER));
    ended.retain(|(path, _)| *path == "login");
    ended.extend([
        ("clusters", json!(401)),
        ("compute/cluster/stat", json!(401)),
    ]);
    panel.answers(&ended);
    panel.asked();
    for _ in 0..2 {
        let came = async {
            while !panel.asked().iter().any(|path| path == "login") {
                sleep(Duration::from_millis(5)).await;
            }
            later(TIMEOUT).await;
        };
        let (compute, ()) = tokio::join!(read(&panel.compute), came);
        is_asked_again_at_once(&[compute.unwrap_err()], Code::PanelTimeout);
    }
}

/// A panel at this address, with or without TLS.
fn at(scheme: &str, listener: &TcpListener) -> PanelSettings {
    PanelSettings {
        url: format!("{scheme}://{}", listener.local_addr().unwrap()),
        username: "billing".to_owned(),
        password: Secret::new("canary").unwrap(),
        domain: String::new(),
        project: None,
        session_index: None,
        trust: Trust::Anything,
        timeout: TIMEOUT,
    }
}

async fn has_the_password(mut stream: TcpStream) -> bool {
    let mut said = Vec::new();
    while !said.ends_with(b"}") {
        if stream.read_buf(&mut said).await.unwrap() == 0 {
            return false;
        }
    }
    String::from_utf8(said).unwrap().contains("canary")
}

#[tokio::test]
async fn a_connection_that_breaks_once_the_password_was_sent_counts_as_unheard() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = compute(at("http", &listener));
    let came = Arc::<AtomicUsize>::default();
    let noted = Arc::clone(&came);
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if has_the_password(stream).await {
                noted.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    for _ in 0..2 {
        let error = read(&source).await.unwrap_err();
        is_asked_again_at_once(&[error], Code::ConnectFailed);
    }
    for _ in 0..10 {
        waits(&read(&source).await.unwrap_err(), Code::ConnectFailed, 5);
    }
    assert_eq!(came.load(Ordering::Relaxed), 3);
    server.abort();
}

#[tokio::test]
async fn a_login_whose_password_was_not_sent_counts_for_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // There is no TLS behind it, and so nobody to tell the password to.
    let source = compute(at("https", &listener));
    for _ in 0..5 {
        let out_of_time = async {
            let (stream, _) = listener.accept().await.unwrap();
            later(TIMEOUT).await;
            stream
        };
        let (read, _stream) = tokio::join!(read(&source), out_of_time);
        is_asked_again_at_once(&[read.unwrap_err()], Code::PanelTimeout);
    }
}
