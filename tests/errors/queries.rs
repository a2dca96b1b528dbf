//! A query that Prometheus or Grafana does not answer, or answers with what is no figure.
//!
//! The library tells the same sentences as `check`: they are made by hand here, and provoked over the wire
//! in the tests of the sources.

use jiff::Timestamp;
use serde_json::{Value, json};
use vhi_usage::{
    chain::chain,
    promql::{
        datasource::{self, Uid},
        error::{QueryError, Shown},
        form::Form,
        frames,
        kind::Kind,
        vector,
    },
    source::{error::SourceError, metric::Unfit},
    web::peer::Peer::{self, Grafana, Prometheus},
};

use crate::told::Mask;

const PATH: &str = "/api/v1/query";

fn url(peer: Peer) -> String {
    let url = match peer {
        Grafana => "https://panel.example:8888/grafana",
        _ => "https://metrics.example:9090",
    };
    url.to_owned()
}

#[track_caller]
fn says(error: &dyn std::error::Error, sentence: &str) {
    Mask::default()
        .of(url(Prometheus), "METRICS")
        .of(url(Grafana), "GRAFANA")
        .says(chain(error), sentence);
}

fn next_try() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[test]
fn prometheus_fails_with_the_query() {
    let failed = |peer, kind| QueryError::Failed {
        peer,
        url: url(peer),
        path: PATH.to_owned(),
        kind,
    };
    says(
        &failed(Prometheus, Kind::BadData),
        "Prometheus METRICS: /api/v1/query answered that Prometheus cannot read the query: see matcher and the queries in [cluster.prometheus]",
    );
    says(
        &failed(Grafana, Kind::BadData),
        "Grafana GRAFANA: /api/v1/query answered that Prometheus cannot read the query: see matcher and the queries in [cluster.grafana]",
    );
    for (kind, words) in [
        (Kind::Execution, "Prometheus cannot evaluate the query"),
        (
            Kind::Timeout,
            "Prometheus had no time to evaluate the query",
        ),
        (Kind::Canceled, "Prometheus called the query off"),
        (Kind::Other, "Prometheus failed with the query"),
    ] {
        let told = format!(
            "Prometheus METRICS: /api/v1/query answered that {words}: see how Prometheus itself is, and its log"
        );
        says(&failed(Prometheus, kind), &told);
    }
}

#[test]
fn nobody_is_let_in() {
    let login = QueryError::Login {
        url: url(Prometheus),
        status: 403,
        next_try: next_try(),
    };
    says(
        &login,
        "Prometheus METRICS: it answered with status 403, so it wants a login, and ours was refused or there is none: set username and password_file, or token_file, in [cluster.prometheus]; a service tries again at TIME",
    );
    let front = |shown| QueryError::Front {
        url: url(Grafana),
        status: 401,
        shown,
        next_try: next_try(),
    };
    says(
        &front(Shown::Token),
        "Grafana GRAFANA: the proxy in front of it answered with status 401, before Grafana was asked: it may want the panel's session, too: set auth = \"both\" in [cluster.grafana]; a service tries again at TIME",
    );
    says(
        &front(Shown::Session),
        "Grafana GRAFANA: the proxy in front of it answered with status 401, before Grafana was asked: see in a browser that the panel's user can open Grafana there; a service tries again at TIME",
    );
    let inside = |shown| QueryError::Grafana {
        url: url(Grafana),
        shown,
        next_try: next_try(),
    };
    let token = "make a token of a service account there, and set it as GRAFANA_API_KEY, or token_file in [cluster.grafana]";
    for (shown, words, way_out) in [
        (Shown::Token, "the token", token),
        (Shown::Both, "the token beside the panel's session", token),
        (
            Shown::Session,
            "the panel's session",
            "set a token of a service account as GRAFANA_API_KEY, or token_file in [cluster.grafana], with auth = \"both\"",
        ),
    ] {
        let told = format!(
            "Grafana GRAFANA: it refused {words} with status 401: {way_out}; a service tries again at TIME"
        );
        says(&inside(shown), &told);
    }
    let forbidden = QueryError::Forbidden {
        url: url(Grafana),
        path: PATH.to_owned(),
        next_try: next_try(),
    };
    says(
        &forbidden,
        "Grafana GRAFANA: it forbids /api/v1/query: give the service account, or the panel's user, the permission to query the data source, which is datasources:query; a service tries again at TIME",
    );
    let list = QueryError::ForbiddenList {
        url: url(Grafana),
        path: "/api/datasources".to_owned(),
        next_try: next_try(),
    };
    says(
        &list,
        "Grafana GRAFANA: it forbids /api/datasources, so which data source is meant is not known: set datasource_uid in [cluster.grafana], which Grafana shows in the address of the data source's page; a service tries again at TIME",
    );
}

#[test]
fn the_data_source_or_the_form_cannot_be_told() {
    let list = |list: Value| datasource::choose(&list).unwrap_err();
    let two = json!([{"type": "prometheus"}, {"type": "prometheus"}]);
    for (why, words) in [
        (list(json!({})), "it gives no list of data sources"),
        (
            list(json!([])),
            "it shows no data source of type prometheus",
        ),
        (
            list(two),
            "it shows several data sources of type prometheus, and none of them is the default",
        ),
        (
            "no form of a query fits its data source",
            "no form of a query fits its data source",
        ),
        (
            "it knows no such data source, or not by this form of a query",
            "it knows no such data source, or not by this form of a query",
        ),
    ] {
        let error = QueryError::Datasource {
            url: url(Grafana),
            why: why.to_owned(),
        };
        let told = format!(
            "Grafana GRAFANA: {words}: set datasource_uid in [cluster.grafana], which Grafana shows in the address of the data source's page"
        );
        says(&error, &told);
    }
    says(
        &"a/b".parse::<Uid>().unwrap_err(),
        "a uid is letters, digits, `-` and `_`, as in the address of the data source's page",
    );
    says(
        &"proxy".parse::<Form>().unwrap_err(),
        "it is no form of a query: write proxy-uid, frames, resources-uid, proxy-id or resources-id, or leave it out",
    );
}

#[test]
fn an_answer_that_is_no_vector() {
    let of = |data: Value| vector::read(&json!({"status": "success", "data": data})).unwrap_err();
    let frames =
        |frames: Value| frames::read(&json!({"results": {"A": {"frames": frames}}})).unwrap_err();
    for (why, words) in [
        (
            vector::read(&json!({"status": "success"})).unwrap_err(),
            "it holds no data",
        ),
        (
            of(json!({"resultType": "matrix"})),
            "the query gives no instant vector",
        ),
        (
            of(json!({"resultType": "vector"})),
            "it holds no list of series",
        ),
        (
            of(json!({"resultType": "vector", "result": [{}]})),
            "a series in it is not written as a series is",
        ),
        (frames(json!({})), "it holds no list of frames"),
        (
            frames(json!([{}])),
            "a frame in it is not written as a series is",
        ),
    ] {
        assert_eq!(why, words);
    }
}

#[test]
fn a_value_that_is_no_figure() {
    let unfit = |source| SourceError::Metrics {
        peer: Prometheus,
        url: url(Prometheus),
        key: "total_query",
        source,
    };
    for (why, words) in [
        (
            Unfit::Empty,
            "it finds no series: does Prometheus scrape the storage cluster, does matcher select it, and do the clocks here and there agree?",
        ),
        (
            Unfit::Several,
            "it gives more than one series where one is asked for: let the query give one",
        ),
        (
            Unfit::Warned,
            "warnings came with the answer, so a part of it may be missing: see the same query in Prometheus",
        ),
        (
            Unfit::NotANumber,
            "a value of it is NaN: see in Prometheus which series has none",
        ),
        (
            Unfit::Infinite,
            "a value of it is infinite: see in Prometheus which series is",
        ),
        (
            Unfit::Negative,
            "a value of it is below 0, which no space is: see the query",
        ),
        (
            Unfit::Fraction,
            "a value of it is no whole number of bytes: see that the query counts bytes",
        ),
        (
            Unfit::TooLarge,
            "a value of it is more than 2^64 - 1 bytes: see that the query counts bytes",
        ),
        (
            Unfit::NoNumber,
            "a value of it is no number; please send us the answer",
        ),
        (
            Unfit::OtherTiers,
            "its tiers are not those of the total, so some of them are missing: see both queries in Prometheus",
        ),
        (
            Unfit::NotTheSum,
            "its sum is not the sum of its tiers, so a part of one of them is missing: see both queries in Prometheus",
        ),
        (
            Unfit::OtherMoments,
            "its samples are not of one moment, or not of that of the total: see in Prometheus when each of both was taken, and whether one of them has stopped",
        ),
        (
            Unfit::Old,
            "its samples are minutes older than those of the tiers: see in Prometheus when each was taken, and whether it has stopped",
        ),
        (
            Unfit::MoreFree,
            "it says that more is free than there is in all: see both queries in Prometheus",
        ),
    ] {
        let told = format!(
            "Prometheus METRICS: total_query in [cluster.prometheus] gives no figure to bill: {words}"
        );
        says(&unfit(why), &told);
    }
    // Of an answer that is JSON and no answer to a query.
    let shape = vhi_usage::web::error::WebError::Shape {
        peer: Grafana,
        url: url(Grafana),
        path: PATH.to_owned(),
        why: "it is JSON, and no answer to a query".to_owned(),
    };
    says(
        &shape,
        "Grafana GRAFANA: the answer to /api/v1/query is not what it should be: it is JSON, and no answer to a query",
    );
}
