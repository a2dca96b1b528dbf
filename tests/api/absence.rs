//! What is answered when something is missing, whichever source is billed: status, words, nulls, and since when.

use std::sync::Arc;

use serde_json::{Value, json};
use vhi_usage::{
    amount::SizeBase,
    reading::{BaseInForce, Source, Space, StorageReading},
    reason::Code,
    usage::{Billed, ClusterUsage, Part},
};
use warp::{http::Response, hyper::body::Bytes};

use crate::{
    USAGE, json_of,
    published::{Site, compute, missing, problem, stale, storage, usage},
};

const TIB: u64 = 1 << 40;
/// Since when a part made by hand is as it is.
const SINCE: &str = "2026-11-22T05:44:59.000Z";

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Fresh,
    Stale,
    Missing,
}

const STATES: [State; 3] = [State::Fresh, State::Stale, State::Missing];

fn part<T>(state: State, reading: Arc<T>, code: Code) -> Part<T> {
    match state {
        State::Fresh => Part::Fresh(reading),
        State::Stale => stale(reading, code),
        State::Missing => missing(code),
    }
}

/// What this source gives: 10.25 TiB, of which 4 are used.
fn reading(source: Source) -> StorageReading {
    let exact = || StorageReading {
        source,
        basis: source.basis(),
        node: None,
        size_base: None,
        logical: Space::exact(41 * TIB / 4, 25 * TIB / 4).unwrap(),
        ..StorageReading::clone(&storage())
    };
    match source {
        Source::Ssh => StorageReading::clone(&storage()),
        Source::Overview | Source::Prometheus | Source::Grafana => exact(),
    }
}

fn billed(source: Source, storage: State, compute_state: State) -> ClusterUsage {
    let storage = part(storage, Arc::new(reading(source)), Code::ConnectRefused);
    let compute = part(compute_state, compute(), Code::PanelTimeout);
    let size_base = (source == Source::Ssh).then_some(BaseInForce {
        base: SizeBase::Binary,
        configured: false,
    });
    ClusterUsage {
        billed: Billed {
            source,
            basis: source.basis(),
            size_base,
        },
        ..usage(storage, compute)
    }
}

/// The row of the table for these two states: HTTP status, and the word for it.
fn row(storage: State, compute: State) -> (u16, &'static str) {
    match (storage, compute) {
        (State::Fresh, State::Fresh) => (200, "complete"),
        (State::Missing, State::Missing) => (503, "no_usage"),
        (_, State::Missing) => (502, "no_compute"),
        (State::Missing, _) => (200, "partial"),
        _ => (200, "stale"),
    }
}

async fn ask(usage: &ClusterUsage, path: &str) -> Response<Bytes> {
    Site::new(usage.clone()).get(path).await
}

#[tokio::test(start_paused = true)]
async fn every_state_of_every_source_is_answered_as_the_table_says() {
    for source in Source::ALL {
        for (storage, compute) in STATES
            .into_iter()
            .flat_map(|it| STATES.map(|that| (it, that)))
        {
            let usage = billed(source, storage, compute);
            let (status, word) = row(storage, compute);
            let answer = ask(&usage, USAGE).await;
            assert_eq!(
                answer.status(),
                status,
                "{source:?} {storage:?} {compute:?}"
            );
            match status {
                200 => {
                    assert!(!answer.headers().contains_key("retry-after"));
                    holds(&json_of(&answer), source, word, [storage, compute]);
                }
                _ => {
                    problem(&answer, status, word);
                    assert_eq!(answer.headers()["retry-after"], "42");
                }
            }
            let required = ask(&usage, &format!("{USAGE}?require=complete")).await;
            match word {
                "complete" => assert_eq!(required.body(), answer.body()),
                _ => {
                    problem(&required, 503, "not_complete");
                    assert_eq!(required.headers()["retry-after"], "42");
                }
            }
            let ready = if status == 200 && word != "partial" {
                200
            } else {
                503
            };
            assert_eq!(ask(&usage, "/ready").await.status(), ready);
        }
    }
}

/// The body says this status, each part's state with its reason, and figures where there are some.
#[track_caller]
fn holds(body: &Value, source: Source, status: &str, [storage, compute]: [State; 2]) {
    assert_eq!(body["status"], status);
    let codes = [
        (&body["storage"], storage, "connect_refused"),
        (&body["compute"], compute, "panel_timeout"),
    ];
    for (part, state, code) in codes {
        let name = format!("{state:?}").to_lowercase();
        assert_eq!(part["state"], name);
        match state {
            State::Fresh => assert_eq!(part["reason"], Value::Null),
            _ => {
                assert_eq!(
                    [&part["reason"]["code"], &part["reason"]["since"]],
                    [code, SINCE]
                );
                assert!(part["reason"]["message"].is_string());
            }
        }
        let seen = part["observed_at"].is_string();
        assert_eq!(seen, state != State::Missing, "{part}");
    }
    let lost = storage == State::Missing;
    assert_eq!(body.get("storage_error").is_some(), lost);
    let fields =
        ["total", "used", "free"].map(|name| body[format!("logical_storage_{name}_tib")].clone());
    let expected = match (lost, source) {
        (true, _) => json!([null, null, null]),
        (false, Source::Ssh) => json!([57.3, 45.4, 11.9]),
        (false, _) => json!([10.25, 4, 6.25]),
    };
    assert_eq!(json!(fields), expected, "{source:?}");
    let about = &body["storage"];
    assert_eq!(
        [&about["source"], &about["basis"]],
        [source.name(), source.basis().name()]
    );
    // What is a setting is told without any reading; a source in exact bytes has none.
    assert_eq!(about["size_base"].is_null(), source != Source::Ssh);
}

#[tokio::test(start_paused = true)]
async fn before_the_first_round_nothing_is_complete_whatever_is_there() {
    for source in Source::ALL {
        let usage = ClusterUsage {
            settled: false,
            ..billed(source, State::Fresh, State::Missing)
        };
        for (path, kind) in [
            (USAGE.to_owned(), "not_yet"),
            (format!("{USAGE}?require=complete"), "not_complete"),
        ] {
            let answer = ask(&usage, &path).await;
            problem(&answer, 503, kind);
            assert_eq!(answer.headers()["retry-after"], "42");
        }
    }
}
