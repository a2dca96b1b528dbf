//! What callers over HTTP are told: the `detail` of each problem, and when the next try is due.

use std::time::Duration;

use vhi_usage::{
    api::{connection::Peer, error::ApiError},
    reason::Code,
    source::error::SourceError,
    ssh::error::SshError,
    usage::{ClusterUsage, Part},
};
use warp::test::RequestBuilder;

use crate::published::{
    Site, ask, complete, compute, missing, nodeless, not_yet, problem, storage, stranger, usage,
};

const USAGE: &str = "/api/v1/cluster/usage";

async fn told(usage: ClusterUsage, request: RequestBuilder, status: u16, kind: &str, detail: &str) {
    let answer = Site::new(usage).answer(request).await;
    problem(&answer, status, kind);
    assert_eq!(json_of(&answer)["detail"], detail);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_answered() {
    for (request, status, kind, detail) in [
        (
            stranger(USAGE),
            401,
            "unauthorized",
            "a valid API token is needed: send `Authorization: Bearer <token>`",
        ),
        (
            ask("/api/v1/clusters/another/usage"),
            404,
            "unknown_cluster",
            "no cluster of this name is configured: see /api/v1/clusters",
        ),
        (
            ask("/api/v1/nothing"),
            404,
            "not_found",
            "there is nothing under this path: the usage is at /api/v1/cluster/usage",
        ),
        (
            ask(USAGE).method("POST"),
            405,
            "method_not_allowed",
            "only GET and HEAD are understood here",
        ),
        (
            ask("/api/v1/cluster/usage?require=all"),
            400,
            "bad_query",
            "`require` can be `complete` only: write ?require=complete, or leave it out",
        ),
        (
            ask("/api/v1/clusters/cluster1/raw"),
            503,
            "no_text",
            "no storage node has printed a report yet: /ready says what is missing",
        ),
    ] {
        told(complete(), request, status, kind, detail).await;
    }
    told(
        nodeless(),
        ask("/api/v1/clusters/cluster1/raw"),
        404,
        "no_nodes",
        "no storage node is asked for this cluster: its text is there where ssh is billed or a witness",
    )
    .await;
    let site = Site::limited(complete(), 1);
    let request = || ask(USAGE).extension(Peer("192.0.2.1:1000".parse().unwrap()));
    assert_eq!(site.answer(request()).await.status(), 200);
    let answer = site.answer(request()).await;
    problem(&answer, 429, "too_many_requests");
    assert_eq!(
        json_of(&answer)["detail"],
        "too many requests from this address: ask again after the seconds of Retry-After"
    );
    let site = Site::limited_by_token(complete(), 1);
    assert_eq!(site.answer(request()).await.status(), 200);
    let answer = site.answer(request()).await;
    problem(&answer, 429, "too_many_requests");
    assert_eq!(
        json_of(&answer)["detail"],
        "too many requests with this token: ask again after the seconds of Retry-After"
    );
}

#[tokio::test(start_paused = true)]
async fn a_usage_that_is_not_there() {
    let no_storage = || missing(Code::HostKeyChanged);
    let no_compute = || missing(Code::PanelTimeout);
    let partial = || usage(no_storage(), Part::Fresh(compute()));
    for (usage, request, status, kind, detail) in [
        (
            not_yet(),
            ask(USAGE),
            503,
            "not_yet",
            "the first round of readings has not ended yet: ask again after the seconds of Retry-After",
        ),
        (
            usage(Part::Fresh(storage()), no_compute()),
            ask(USAGE),
            502,
            "no_compute",
            "no usable compute figure: the panel did not answer in time",
        ),
        (
            usage(no_storage(), no_compute()),
            ask(USAGE),
            503,
            "no_usage",
            "no usable figure: storage: the storage node shows another host key than expected; compute: the panel did not answer in time",
        ),
        (
            partial(),
            ask("/api/v1/cluster/usage?require=complete"),
            503,
            "not_complete",
            "the usage is partial, and require=complete was asked for: ask without it for what there is",
        ),
        (
            partial(),
            stranger("/ready"),
            503,
            "not_ready",
            "not every cluster has usable figures: see missing",
        ),
    ] {
        told(usage, request, status, kind, detail).await;
    }
    let body = json_of(&Site::new(partial()).get(USAGE).await);
    assert_eq!(
        body["storage_error"],
        "no usable storage figure: the storage node shows another host key than expected"
    );
}

#[test]
fn a_refusal_says_when_the_next_try_is_due() {
    let next_try = "2026-11-22T06:05:00Z".parse().unwrap();
    let refused = SourceError::Ssh(SshError::Auth {
        node: "root@node1.example".parse().unwrap(),
        key: "id_ed25519".to_owned(),
        next_try,
    });
    assert_eq!(
        refused.reason(next_try).message,
        "the login was refused; next try at 2026-11-22T06:05:00.000Z"
    );
}

pub(crate) fn json_of(
    answer: &warp::http::Response<warp::hyper::body::Bytes>,
) -> serde_json::Value {
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_not_there_or_not_what_it_was() {
    for (error, status, kind, detail) in [
        (
            ApiError::NoStore(Duration::from_secs(5)),
            503,
            "store_unavailable",
            "what is kept cannot be reached at the moment: ask again after the seconds of Retry-After; the newest usage is at /api/v1/clusters/{name}/usage",
        ),
        (
            ApiError::Damaged,
            500,
            "store_damaged",
            "what is kept cannot be read: whoever runs the service finds why in its log, and more with `vhi-usage store check`",
        ),
    ] {
        let answer = error.answer();
        problem(&answer, status, kind);
        assert_eq!(json_of(&answer)["detail"], detail);
    }
}
