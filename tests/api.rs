//! The HTTP side: usages are published by hand, and the routes are asked, without a socket or behind one.

#[path = "api/absence.rs"]
mod absence;
#[path = "api/access.rs"]
mod access;
#[path = "api/alerts.rs"]
mod alerts;
#[path = "api/body.rs"]
mod body;
#[path = "api/breakers.rs"]
mod breakers;
#[path = "api/clients.rs"]
mod clients;
#[path = "api/closing.rs"]
mod closing;
#[path = "api/counted.rs"]
mod counted;
#[path = "api/crowd.rs"]
mod crowd;
#[path = "api/crowded.rs"]
mod crowded;
#[path = "api/described.rs"]
mod described;
#[path = "api/drift.rs"]
mod drift;
#[path = "api/garbage.rs"]
mod garbage;
#[path = "api/kept.rs"]
mod kept;
#[path = "api/kept_site.rs"]
mod kept_site;
#[path = "api/labels.rs"]
mod labels;
#[path = "api/listener.rs"]
mod listener;
#[path = "api/metrics.rs"]
mod metrics;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/points.rs"]
mod points;
#[path = "api/problems.rs"]
mod problems;
#[path = "api/proxied.rs"]
mod proxied;
#[path = "api/published.rs"]
mod published;
#[path = "api/scrape.rs"]
mod scrape;
#[path = "api/tls.rs"]
mod tls;
#[path = "api/tokens.rs"]
mod tokens;
#[path = "api/unruly.rs"]
mod unruly;
#[path = "api/usages.rs"]
mod usages;

use std::time::Duration;

use published::{
    Site, ask, complete, compute, evidence, missing, not_yet, problem, stale, storage, usage,
};
use serde_json::{Value, json};
use vhi_usage::{
    keeper::standing::Standing,
    reason::Code,
    usage::{ClusterUsage, Part},
};
use warp::http::{Response, StatusCode};

const USAGE: &str = "/api/v1/cluster/usage";

/// The answer to the usage route while this is the newest.
async fn answer(usage: ClusterUsage) -> Response<warp::hyper::body::Bytes> {
    Site::new(usage).get(USAGE).await
}

fn json_of(answer: &Response<warp::hyper::body::Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

/// A 200 with this status word; `storage` and `compute` have these states.
#[track_caller]
fn says(answer: &Response<warp::hyper::body::Bytes>, status: &str, states: [&str; 2]) -> Value {
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body = json_of(answer);
    assert_eq!(body["status"], status);
    assert_eq!(
        [&body["storage"]["state"], &body["compute"]["state"]],
        states
    );
    body
}

#[tokio::test(start_paused = true)]
async fn two_fresh_parts_are_complete() {
    let body = says(&answer(complete()).await, "complete", ["fresh", "fresh"]);
    assert_eq!(body["storage"]["reason"], Value::Null);
    assert_eq!(body.get("storage_error"), None);
}

#[tokio::test(start_paused = true)]
async fn a_stale_part_keeps_its_figures_and_says_why() {
    let old = usage(
        stale(storage(), Code::ConnectTimeout),
        Part::Fresh(compute()),
    );
    let body = says(&answer(old).await, "stale", ["stale", "fresh"]);
    assert_eq!(body["logical_storage_used_tib"], 45.4);
    let why = json!({
        "code": "connect_timeout",
        "message": "no connection in time",
        "since": "2026-11-22T05:44:59.000Z",
    });
    assert_eq!(body["storage"]["reason"], why);
    assert_eq!(body.get("storage_error"), None);
    let old = usage(Part::Fresh(storage()), stale(compute(), Code::PanelStatus));
    let body = says(&answer(old).await, "stale", ["fresh", "stale"]);
    assert_eq!(body["total_vms"], 310);
    assert_eq!(body["compute"]["reason"]["code"], "panel_status");
}

#[tokio::test(start_paused = true)]
async fn without_storage_the_answer_is_partial() {
    let half = usage(missing(Code::OtherCluster), Part::Fresh(compute()));
    let body = says(&answer(half).await, "partial", ["missing", "fresh"]);
    let error = "no usable storage figure: the source shows another cluster";
    assert_eq!(body["storage_error"], error);
    let half = usage(
        missing(Code::NotSettled),
        stale(compute(), Code::PanelTimeout),
    );
    says(&answer(half).await, "partial", ["missing", "stale"]);
}

#[tokio::test(start_paused = true)]
async fn without_compute_the_answer_is_502() {
    for storage in [Part::Fresh(storage()), stale(storage(), Code::SessionLost)] {
        let answer = answer(usage(storage, missing(Code::PanelStatus))).await;
        problem(&answer, 502, "no_compute");
        assert_eq!(answer.headers()["retry-after"], "42");
        let why = "no usable compute figure: the panel answered with an error";
        assert_eq!(json_of(&answer)["detail"], why);
    }
}

#[tokio::test(start_paused = true)]
async fn without_anything_the_answer_is_503() {
    let nothing = usage(missing(Code::ConnectRefused), missing(Code::AuthRefused));
    let answered = answer(nothing).await;
    problem(&answered, 503, "no_usage");
    assert_eq!(answered.headers()["retry-after"], "42");
    let answered = answer(not_yet()).await;
    problem(&answered, 503, "not_yet");
    assert_eq!(answered.headers()["retry-after"], "42");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_fresh_and_complete_can_be_refused() {
    let required = "/api/v1/cluster/usage?require=complete";
    let fresh = || Part::Fresh(storage());
    let status = async |usage| Site::new(usage).get(required).await.status().as_u16();
    assert_eq!(status(complete()).await, 200);
    for refused in [
        usage(fresh(), stale(compute(), Code::PanelTimeout)),
        usage(missing(Code::NotSettled), Part::Fresh(compute())),
        usage(fresh(), missing(Code::PanelTimeout)),
        usage(missing(Code::NoAnswer), missing(Code::NoAnswer)),
        not_yet(),
    ] {
        let answer = Site::new(refused).get(required).await;
        problem(&answer, 503, "not_complete");
        assert_eq!(answer.headers()["retry-after"], "42");
    }
    let site = Site::new(complete());
    let odd = site.get("/api/v1/cluster/usage?require=all").await;
    problem(&odd, 400, "bad_query");
}

#[tokio::test(start_paused = true)]
async fn every_path_of_a_usage_gives_the_same_bytes() {
    let site = Site::new(complete());
    let first = site.get(USAGE).await;
    for path in ["/api/v1/usage/cluster", "/api/v1/clusters/cluster1/usage"] {
        assert_eq!(site.get(path).await.body(), first.body());
    }
    let unknown = site.get("/api/v1/clusters/cluster2/usage").await;
    problem(&unknown, 404, "unknown_cluster");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_known_is_not_sent_again() {
    let site = Site::new(complete());
    let first = site.get(USAGE).await;
    let tag = first.headers()["etag"].to_str().unwrap();
    assert!(tag.starts_with('"') && tag.len() > 2, "{tag} is not strong");
    tokio::time::advance(Duration::from_secs(10)).await;
    let known = ask(USAGE).header("if-none-match", tag);
    let again = site.answer(known).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.body().is_empty());
    assert_eq!(again.headers()["etag"], tag);
    assert_eq!(again.headers()["age"], "10");
    site.publish(usage(
        stale(storage(), Code::NoAnswer),
        Part::Fresh(compute()),
    ));
    let newer = site.answer(ask(USAGE).header("if-none-match", tag)).await;
    assert_eq!(newer.status(), StatusCode::OK);
    assert_ne!(newer.headers()["etag"], tag);
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_how_old_it_is_and_when_there_is_a_newer_one() {
    let site = Site::new(complete());
    let said = async || {
        let answer = site.get(USAGE).await;
        let word = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        (word("age"), word("cache-control"))
    };
    let expected = |age: &str, left| (age.to_owned(), format!("private, max-age={left}"));
    assert_eq!(said().await, expected("0", 42));
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(said().await, expected("30", 12));
    tokio::time::advance(Duration::from_secs(30)).await;
    // The round of second 42 has published nothing; the one after it begins at 102.
    assert_eq!(said().await, expected("60", 42));
    tokio::time::advance(Duration::from_secs(100)).await;
    assert_eq!(said().await, expected("160", 2));
}

#[tokio::test(start_paused = true)]
async fn the_list_of_clusters_names_states_and_no_figure() {
    let mut site = Site::new(usage(missing(Code::ConnectRefused), Part::Fresh(compute())));
    let since = "2026-11-22T06:00:00Z".parse().unwrap();
    site.stands(Standing::new(since));
    let list = site.get("/api/v1/clusters").await;
    let expected = json!({"clusters": [{
        "name": "cluster1",
        "status": "partial",
        "timestamp": "2026-11-22T06:00:02.114Z",
        "storage_source": "ssh",
        "collected_by": "this",
        "storage": {
            "state": "missing",
            "reason": {
                "code": "connect_refused",
                "message": "the connection was refused",
                "since": "2026-11-22T05:44:59.000Z",
            },
            "observed_at": null,
        },
        "compute": {"state": "fresh", "reason": null, "observed_at": "2026-11-22T06:00:00.951Z"},
        "witnesses": [],
        "breakers": [],
        "drift": null,
    }], "store": {
        "state": "queued",
        "since": "2026-11-22T06:00:00.000Z",
        "reason": "opening",
        "queued_rounds": 0,
        "queued_bytes": 0,
        "lost_rounds": 0,
        "last_write": null,
    }});
    assert_eq!(json_of(&list), expected);
}

#[tokio::test(start_paused = true)]
async fn the_raw_text_is_served_as_it_came() {
    let raw = "/api/v1/clusters/cluster1/raw";
    let none = Site::new(complete()).get(raw).await;
    problem(&none, 503, "no_text");
    let mut unread = usage(missing(Code::ReportUnreadable), Part::Fresh(compute()));
    unread.evidence = Some(evidence(b"motd \xff\r\nSpace: [OK] alloc"));
    let site = Site::new(unread);
    let answer = site.get(raw).await;
    assert_eq!(answer.status(), StatusCode::OK);
    // Not a copy for each caller: it may be long.
    assert_eq!(answer.body().as_ptr(), site.get(raw).await.body().as_ptr());
    assert_eq!(answer.body().as_ref(), b"motd \xff\r\nSpace: [OK] alloc");
    let headers = answer.headers();
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    assert_eq!(headers["x-vhi-node"], "node1.example");
    assert_eq!(headers["x-vhi-observed-at"], "2026-11-22T06:00:01.872Z");
    assert_eq!(
        headers["x-vhi-command"],
        "/usr/bin/vstorage -c cluster1 stat"
    );
}
