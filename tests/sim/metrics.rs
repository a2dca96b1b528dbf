//! The series of a cluster: the page that is scraped, and the Prometheus that has scraped it.

use std::time::Duration;

use crate::{
    clients::{Answer, send},
    cluster, simulator,
};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};
use vhi_usage::sim::cluster::SimCluster;

pub(crate) const TOTAL: &str = "sum(tier:mdsd_fs_space_bytes:sum{cloud=\"\"})";
pub(crate) const FREE: &str = "sum(tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"})";
pub(crate) const FREE_BY_TIER: &str =
    "sum by (tier) (tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"})";
pub(crate) const TIME: &str = "1768464000.123";

/// The query part of an address.
pub(crate) fn encoded(query: &str, time: &str) -> String {
    let pairs = [("query", query), ("time", time)];
    let url = Url::parse_with_params("http://localhost/", pairs).unwrap();
    url.query().unwrap().to_owned()
}

pub(crate) fn bare_client() -> Client {
    // a second caller in this process finds it installed
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn get(cluster: &SimCluster, path: &str) -> Answer {
    let url = format!("{}{path}", cluster.metrics.url);
    send(&bare_client(), Method::GET, &url, &[], "").await
}

pub(crate) async fn asked(cluster: &SimCluster, query: &str) -> Answer {
    get(cluster, &format!("/api/v1/query?{}", encoded(query, TIME))).await
}

/// The vector in an answer of Prometheus.
#[track_caller]
pub(crate) fn vector(answer: &Answer) -> Vec<Value> {
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(body["status"], "success");
    assert_eq!(body["data"]["resultType"], "vector");
    body["data"]["result"].as_array().unwrap().clone()
}

/// The values of a vector, as they are written.
#[track_caller]
pub(crate) fn values(answer: &Answer) -> Vec<String> {
    let text = |it: &Value| it["value"][1].as_str().unwrap().to_owned();
    vector(answer).iter().map(text).collect()
}

#[tokio::test]
async fn the_page_exposes_whole_numbers_of_this_cluster_and_of_others() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::from_secs(60)));
    let page = get(it, "/metrics").await;
    let kind = page.headers["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let figures = it.scenario.figures();
    for tier in figures.tiers() {
        for (name, bytes) in [
            ("tier:mdsd_fs_space_bytes:sum", tier.logical_total),
            ("tier:mdsd_fs_free_space_bytes:sum", tier.logical_free),
        ] {
            let line = format!("\n{name}{{tier=\"{}\"}} {bytes}\n", tier.number);
            assert!(page.body.contains(&line), "{line}");
            let decoy = format!("\n{name}{{cloud=\"other\",tier=\"{}\"}} ", tier.number);
            assert!(page.body.contains(&decoy), "{decoy}");
        }
    }
    for (name, bytes) in [
        ("mdsd_cluster_space_bytes", figures.physical_total),
        ("mdsd_cluster_free_space_bytes", figures.physical_free),
    ] {
        assert!(page.body.contains(&format!("\n{name} {bytes}\n")), "{name}");
        let decoy = format!("\n{name}{{cloud=\"east\"}} ");
        assert!(page.body.contains(&decoy), "{decoy}");
    }
    assert_eq!(get(it, "/-/healthy").await.status, 200);
    assert_eq!(get(it, "/-/ready").await.status, 200);
    assert_eq!(get(it, "/api/v1/labels").await.status, 404);
    simulator.stop().await;
}

#[tokio::test]
async fn a_query_counts_this_cluster_alone_and_echoes_its_time() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::from_secs(60)));
    let figures = it.scenario.figures();
    let total = asked(it, TOTAL).await;
    let value = figures.logical_total().to_string();
    let sample = json!({ "metric": {}, "value": [1_768_464_000.123, value] });
    assert_eq!(vector(&total), [sample]);
    assert!(total.body.contains("[1768464000.123,\""), "{}", total.body);

    let by_tier = vector(&asked(it, FREE_BY_TIER).await);
    let [first, second] = figures.tiers();
    assert_eq!(by_tier.len(), 2);
    for (sample, tier) in by_tier.iter().zip([first, second]) {
        assert_eq!(sample["metric"], json!({ "tier": tier.number.to_string() }));
        assert_eq!(sample["value"][1], tier.logical_free.to_string());
    }
    let free = vector(&asked(it, FREE).await);
    assert_eq!(free[0]["value"][1], figures.logical_free().to_string());

    let every = vector(&asked(it, "mdsd_cluster_space_bytes").await);
    assert_eq!(every.len(), 3);
    let ours = vector(&asked(it, "mdsd_cluster_space_bytes{cloud=\"\"}").await);
    let labels = json!({
        "__name__": "mdsd_cluster_space_bytes", "instance": "cluster1", "job": "vhi",
    });
    assert_eq!(ours[0]["metric"], labels);
    let scraped = "min(timestamp(mdsd_cluster_space_bytes{cloud=\"\"}))";
    let scraped = vector(&asked(it, scraped).await);
    assert_eq!(scraped[0]["value"][1], TIME);
    assert_eq!(it.scenario.counts().queries, 6);
    simulator.stop().await;
}

#[tokio::test]
async fn a_query_may_come_as_a_form_and_without_a_time() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let url = format!("{}/api/v1/query", it.metrics.url);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = encoded(TOTAL, TIME);
    let posted = send(&bare_client(), Method::POST, &url, &form, &body).await;
    assert_eq!(posted.json(), asked(it, TOTAL).await.json());
    let (untimed, _) = body.split_once("&time").unwrap();
    let now = vector(&get(it, &format!("/api/v1/query?{untimed}")).await);
    assert!(now[0]["value"][0].as_f64().unwrap() > 1_768_464_000.0);
}

#[tokio::test]
async fn what_is_no_query_is_bad_data() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let refused = async |query: &str| {
        let answer = get(it, &format!("/api/v1/query{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let body = answer.json();
        assert_eq!(body["status"], "error");
        assert_eq!(body["errorType"], "bad_data");
        body["error"].as_str().unwrap().to_owned()
    };
    refused("").await;
    refused(&format!("?{}", encoded("rate(a[5m])", TIME))).await;
    let error = refused(&format!("?{}", encoded(TOTAL, "soon"))).await;
    let expected = "invalid parameter \"time\": Invalid time value for 'time': \
                    cannot parse \"soon\" to a valid timestamp";
    assert_eq!(error, expected);
}
