//! What callers over HTTP are told: the `detail` of each problem, and when the next try is due.

use std::time::Duration;

use vhi_usage::{
    api::{connection::Peer, error::ApiError, route::Methods},
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
        (
            ApiError::NotAcceptable,
            406,
            "not_acceptable",
            "there is application/json and text/csv: accept one of them, or leave `Accept` out for JSON",
        ),
        (
            ApiError::UnknownPeriod,
            404,
            "unknown_period",
            "there is no such month: it is written such as 2026-10, and periods lists those of which something is kept",
        ),
        (
            ApiError::Pruned("hours"),
            410,
            "readings_gone",
            "the readings of this time are no longer kept, only whole hours are: ask from and to whole hours in UTC, with a step of them",
        ),
        (
            ApiError::UnknownReading,
            404,
            "unknown_reading",
            "no reading of this name is kept for this cluster: usage/history?step=raw lists them",
        ),
        (
            ApiError::EvidenceGone,
            410,
            "evidence_gone",
            "the reading is kept and its text no longer is: texts are kept as long as `evidence` in [store] says",
        ),
        (
            ApiError::MethodNotAllowed(Methods::Write),
            405,
            "method_not_allowed",
            "only POST is understood here, and its body is not read",
        ),
    ] {
        let answer = error.answer();
        problem(&answer, status, kind);
        assert_eq!(json_of(&answer)["detail"], detail);
    }
}

#[tokio::test(start_paused = true)]
async fn a_query_of_what_is_kept() {
    let days = "from=2026-10-01&to=2026-10-02";
    let time = "a time is written 2026-10-01T00:00:00Z, with `Z` or an offset such as +02:00, or as a day, 2026-10-01";
    for (query, detail) in [
        (
            "history?to=2026-10-01".to_owned(),
            "`from` is missing: it is a time such as 2026-10-01T00:00:00Z, or a day such as 2026-10-01".to_owned(),
        ),
        ("history?from=x&to=2026-10-01".to_owned(), format!("`from`: {time}")),
        (
            "history?from=2026-10-01&to=2026-10-01".to_owned(),
            "`to` must be later than `from`: `to` itself does not belong to the window".to_owned(),
        ),
        (
            "history?from=2026-10-01T00:00:00.5Z&to=2026-10-02".to_owned(),
            "`from` and `to` must be whole seconds: leave the fraction out".to_owned(),
        ),
        (format!("history?{days}&to=x"), "`to` is said twice: say it once".to_owned()),
        (
            format!("history?{days}&step=%f"),
            "`step` cannot be read: write it in UTF-8, with two digits of hex behind every `%`".to_owned(),
        ),
        (format!("history?{days}&step=2h"), "`step` can be `raw`, `5m`, `1h`, `1d` or `1mo`".to_owned()),
        (format!("history?{days}&limit=0"), "`limit` must be a number from 1 to 5000".to_owned()),
        (
            format!("history?{days}&cursor=x"),
            "`cursor` is not one that a page of this step gave: take `next_cursor` of the page before as it came, or leave it out to begin anew".to_owned(),
        ),
        (format!("history?{days}&format=pdf"), "`format` can be `json` or `csv`".to_owned()),
        (
            "summary?until=x".to_owned(),
            "the query has a key that this path does not know: it knows `from`, `to`, `period`, `format`".to_owned(),
        ),
        ("summary?period=x".to_owned(), "`period` is a month, such as 2026-10".to_owned()),
        (
            "summary?period=2026-10&to=2026-10-02".to_owned(),
            "`period` names a month, `from` and `to` a window: say one or the other".to_owned(),
        ),
    ] {
        let request = ask(&format!("/api/v1/clusters/cluster1/usage/{query}"));
        told(complete(), request, 400, "bad_query", &detail).await;
    }
    for (query, detail) in [
        ("limit=0", "`limit` must be a number from 1 to 1000"),
        (
            "cursor=x",
            "`cursor` is not one that a page of months gave: take `next_cursor` of the page before as it came, or leave it out to begin anew",
        ),
    ] {
        let request = ask(&format!("/api/v1/clusters/cluster1/periods?{query}"));
        told(complete(), request, 400, "bad_query", detail).await;
    }
}
