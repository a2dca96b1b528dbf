//! What goes wrong with the series of a cluster, seen by whoever asks.

use std::time::Duration;

use crate::{
    cluster,
    grafana::{Grafana, says},
    metrics::{FREE, FREE_BY_TIER, TOTAL, asked, get, values, vector},
    simulator, with,
};
use serde_json::{Value, json};
use vhi_usage::sim::fault::Fault;

async fn is_silent<T>(asked: impl Future<Output = T>) -> bool {
    let waited = tokio::time::timeout(Duration::from_millis(200), asked).await;
    waited.is_err()
}

#[tokio::test]
async fn series_are_gone_or_are_no_figures() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::ZERO));
    let ask = async |fault, query: &str| with(it, fault, async || asked(it, query).await).await;
    let empty = ask(Fault::MetricsEmpty, TOTAL).await;
    assert_eq!(vector(&empty), [] as [Value; 0]);
    let decoys = "tier:mdsd_fs_space_bytes:sum{cloud!=\"\"}";
    assert_eq!(values(&ask(Fault::MetricsEmpty, decoys).await).len(), 5);
    assert_eq!(values(&ask(Fault::MetricsNan, FREE).await), ["NaN"]);
    assert_eq!(values(&ask(Fault::MetricsInf, FREE).await), ["+Inf"]);
    let tiers = it.scenario.figures().tiers();
    let partial = vector(&ask(Fault::MetricsPartial, FREE_BY_TIER).await);
    assert_eq!(partial.len(), 1);
    assert_eq!(partial[0]["metric"]["tier"], "0");
    let whole = values(&ask(Fault::MetricsPartial, TOTAL).await);
    assert_eq!(whole, [it.scenario.figures().logical_total().to_string()]);
    let fraction = values(&ask(Fault::MetricsFraction, FREE_BY_TIER).await);
    assert_eq!(fraction[0], format!("{}.5", tiers[0].logical_free));
    let more = values(&ask(Fault::MetricsMoreFree, FREE).await);
    assert!(more[0].parse::<u64>().unwrap() > it.scenario.figures().logical_total());
    let page = with(it, Fault::MetricsNan, async || get(it, "/metrics").await).await;
    assert!(page.body.contains("{tier=\"1\"} NaN\n"), "{}", page.body);
    let warned = ask(Fault::MetricsWarnings, TOTAL).await;
    assert_eq!(warned.json()["warnings"], json!(["simulated"]));
    assert_eq!(vector(&warned).len(), 1);
}

#[tokio::test]
async fn data_frames_show_what_is_no_figure_beside_the_values() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let frames = async |fault, query: &str| {
        let answer = with(it, fault, async || grafana.own_frames(query).await).await;
        assert_eq!(answer.status, 200);
        answer.json()["results"]["A"]["frames"].clone()
    };
    assert_eq!(frames(Fault::MetricsEmpty, TOTAL).await, json!([]));
    for (fault, what) in [(Fault::MetricsNan, "NaN"), (Fault::MetricsInf, "Inf")] {
        let data = frames(fault, FREE).await[0]["data"].clone();
        assert_eq!(data["values"][1], json!([null]));
        assert_eq!(data["entities"], json!([null, { what: [0] }]));
    }
    let warned = frames(Fault::MetricsWarnings, TOTAL).await;
    let notice = json!([{ "severity": "warning", "text": "simulated" }]);
    assert_eq!(warned[0]["schema"]["meta"]["notices"], notice);
    let fraction = frames(Fault::MetricsFraction, FREE).await;
    assert!(
        fraction[0]["data"]["values"][1][0]
            .to_string()
            .ends_with(".5")
    );
}

#[tokio::test]
async fn a_query_is_refused_by_each_form_in_its_own_way() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    for (fault, status, kind) in [
        (Fault::Metrics400, 400, "bad_data"),
        (Fault::Metrics422, 422, "execution"),
        (Fault::Metrics503, 503, "timeout"),
    ] {
        let ask = async || {
            let mut answers = vec![asked(it, TOTAL).await];
            for form in grafana.forms(TOTAL) {
                answers.push(grafana.with_token(&form).await);
            }
            (answers, grafana.own_frames(TOTAL).await)
        };
        let (answers, frames) = with(it, fault, ask).await;
        for answer in answers {
            assert_eq!(answer.status, status);
            assert_eq!(answer.json()["status"], "error");
            assert_eq!(answer.json()["errorType"], kind);
        }
        assert_eq!(frames.status, 400);
        let result = &frames.json()["results"]["A"];
        assert_eq!(result["status"], status);
        assert!(result["error"].as_str().unwrap().starts_with(kind));
    }
    let ask = async || (asked(it, TOTAL).await, grafana.own_frames(TOTAL).await);
    let (page, frames) = with(it, Fault::MetricsNotJson, ask).await;
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with("<!DOCTYPE html>"));
    assert_eq!(frames.status, 400);
    assert!(frames.json()["results"]["A"]["error"].is_string());
}

#[tokio::test]
async fn a_prometheus_that_hangs_or_is_down_answers_nobody() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let grafana = Grafana::new(it);
    let [proxied, ..] = grafana.forms(TOTAL);
    it.scenario.set_fault(Fault::MetricsHang, true);
    assert!(is_silent(asked(it, TOTAL)).await);
    assert!(is_silent(get(it, "/metrics")).await);
    assert!(is_silent(grafana.with_token(&proxied)).await);
    assert!(is_silent(grafana.own_frames(TOTAL)).await);
    it.scenario.set_fault(Fault::MetricsHang, false);

    // a connection that was open before is closed as well
    let client = crate::metrics::bare_client();
    let ready = format!("{}/-/ready", it.metrics.url);
    assert_eq!(client.get(&ready).send().await.unwrap().status(), 200);
    it.scenario.set_fault(Fault::MetricsDown, true);
    assert!(client.get(&ready).send().await.is_err());
    let gateway = grafana.with_token(&proxied).await;
    says(&gateway, 502, "Bad Gateway");
    let frames = grafana.own_frames(TOTAL).await;
    assert_eq!(frames.status, 502);
    assert!(frames.json()["results"]["A"]["error"].is_string());
    it.scenario.set_fault(Fault::MetricsDown, false);
    assert_eq!(client.get(&ready).send().await.unwrap().status(), 200);
    simulator.stop().await;
}
