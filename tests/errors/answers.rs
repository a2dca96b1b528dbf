//! What callers over HTTP are told: the `detail` of each problem, and the reasons of the closed list.

use vhi_usage::{
    api::connection::Peer,
    reason::Code,
    source::error::SourceError,
    ssh::error::SshError,
    usage::{ClusterUsage, Part},
};
use warp::test::RequestBuilder;

use crate::published::{
    Site, ask, complete, compute, missing, not_yet, problem, storage, stranger, usage,
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
    let site = Site::limited(complete(), 1);
    let request = || ask(USAGE).extension(Peer("192.0.2.1:1000".parse().unwrap()));
    assert_eq!(site.answer(request()).await.status(), 200);
    let answer = site.answer(request()).await;
    problem(&answer, 429, "too_many_requests");
    assert_eq!(
        json_of(&answer)["detail"],
        "too many requests from this address: ask again after the seconds of Retry-After"
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

#[test]
fn every_reason_is_a_sentence_of_the_list() {
    let told: Vec<(&str, &str)> = Code::ALL
        .iter()
        .map(|it| (it.name(), it.message()))
        .collect();
    assert_eq!(
        told,
        [
            ("not_yet", "the first reading has not ended yet"),
            ("no_answer", "the source has not answered for too long"),
            ("connect_refused", "the connection was refused"),
            ("connect_timeout", "no connection in time"),
            ("connect_failed", "no connection"),
            (
                "host_key_unknown",
                "the storage node's host key is not known"
            ),
            (
                "host_key_changed",
                "the storage node shows another host key than expected"
            ),
            (
                "host_key_revoked",
                "the storage node shows a revoked host key"
            ),
            (
                "known_hosts_unreadable",
                "the file of known host keys cannot be read"
            ),
            ("key_unusable", "our private key cannot be used"),
            ("auth_refused", "the login was refused"),
            (
                "session_lost",
                "the connection to the storage node was lost"
            ),
            (
                "command_refused",
                "the storage node refused to run the command"
            ),
            ("command_timeout", "the command did not end in time"),
            ("command_failed", "the command failed"),
            ("output_too_long", "the command printed too much"),
            (
                "report_unreadable",
                "the command's output cannot be read as a report"
            ),
            ("other_cluster", "the source shows another cluster"),
            (
                "cluster_ambiguous",
                "the panel shows more than one cluster of this name",
            ),
            ("not_settled", "the cluster does not know its own state yet"),
            (
                "certificate_untrusted",
                "the certificate of the source is not trusted"
            ),
            ("panel_status", "the panel answered with an error"),
            ("panel_timeout", "the panel did not answer in time"),
            ("panel_unreadable", "the panel's answer cannot be read"),
            (
                "more_free_than_total",
                "the source says that more is free than there is"
            ),
            (
                "does_not_add_up",
                "what the source says is used and free is not its total"
            ),
            (
                "metrics_status",
                "Prometheus or Grafana answered with an error"
            ),
            (
                "metrics_timeout",
                "Prometheus or Grafana did not answer in time"
            ),
            (
                "metrics_unreadable",
                "the answer of Prometheus or Grafana cannot be read"
            ),
            ("query_invalid", "Prometheus cannot read the query"),
            ("query_failed", "Prometheus failed with the query"),
            ("query_timeout", "Prometheus had no time for the query"),
            ("metrics_empty", "the query finds no series"),
            ("metrics_nan", "a value of the query is not a number"),
            ("metrics_infinite", "a value of the query is infinite"),
            ("metrics_negative", "a value of the query is below 0"),
            (
                "metrics_fraction",
                "a value of the query is no whole number of bytes"
            ),
            (
                "metrics_ambiguous",
                "the query gives more series than figures"
            ),
            ("metrics_partial", "a part of the query's answer is missing"),
            (
                "other_moments",
                "what the queries give is not of one moment"
            ),
            (
                "figure_too_large",
                "a figure is larger than any that can be"
            ),
            (
                "proxy_auth_refused",
                "the proxy in front of Grafana refused us"
            ),
            (
                "grafana_auth_refused",
                "Grafana refused the token or the session"
            ),
            ("grafana_forbidden", "Grafana forbids the query"),
            (
                "datasource_unknown",
                "it is not known which data source of Grafana to ask"
            ),
        ]
    );
}

#[test]
fn the_readme_lists_every_code_once_and_in_their_order() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, table) = readme
        .split_once("| code | what happened | way out |\n")
        .unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let cells: Vec<Vec<&str>> = rows.map(|row| row.split(" | ").collect()).collect();
    let codes: Vec<&str> = cells
        .iter()
        .map(|row| row[0].trim_matches(['|', ' ', '`']))
        .collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(codes, known);
    let whole = |row: &Vec<&str>| row.len() == 3 && row.iter().all(|cell| cell.len() > 4);
    assert!(cells.iter().all(whole), "{cells:?}");
}

pub(crate) fn json_of(
    answer: &warp::http::Response<warp::hyper::body::Bytes>,
) -> serde_json::Value {
    serde_json::from_slice(answer.body()).unwrap()
}
