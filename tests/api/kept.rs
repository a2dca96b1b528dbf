//! What is kept, over HTTP: sums, months, readings, and the texts behind them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    json_of,
    kept_site::{KeptSite, WINDOW, header, texts},
    published::{Site, ask, complete, problem},
};

#[tokio::test]
async fn a_summary_is_exact_and_windows_that_meet_add_up() {
    let kept = KeptSite::new().await;
    let summary = async |query: &str| json_of(&kept.get(&format!("usage/summary?{query}")).await);
    let whole = summary(WINDOW).await;
    let used = &whole["quantities"]["logical.used"];
    let sum = 60 * 1000 + 60 * 1001 + 900 * 1002;
    assert_eq!(used["byte_seconds"], sum.to_string());
    assert_eq!(used["max_at"], "2025-10-01T00:02:00.000Z");
    assert_eq!(whole["readings"], 6);
    assert_eq!(
        whole["first_reading"]["id"],
        kept.storage[0].0.id.to_string()
    );
    assert_eq!(
        whole["quantities"]["user_data"]["byte_seconds"],
        Value::Null
    );
    let split = "2025-10-01T00:01:37%2B00:00";
    let parts = [
        summary(&format!("from=2025-10-01T00:00:00Z&to={split}")).await,
        summary(&format!("from={split}&to=2025-10-01T03:00:00+02:00")).await,
    ];
    let sums = parts.map(|part| {
        let sum = part["quantities"]["logical.used"]["byte_seconds"]
            .as_str()
            .unwrap()
            .to_owned();
        sum.parse::<u64>().unwrap()
    });
    assert_eq!(sums.iter().sum::<u64>(), sum);
    let month = summary("period=2025-10").await;
    assert_eq!(
        month["quantities"]["logical.used"]["byte_seconds"],
        sum.to_string()
    );
    assert_eq!(month["to"], "2025-11-01T00:00:00.000Z");
}

#[tokio::test]
async fn every_figure_of_a_month_leads_in_two_requests_to_the_text_behind_it() {
    let kept = KeptSite::new().await;
    let month = json_of(&kept.get("periods/2025-10").await);
    let summary = &month["summary"];
    let mut measured = 0;
    for (quantity, of) in summary["quantities"].as_object().unwrap() {
        let Some(at) = of["max_at"].as_str() else {
            assert_eq!(of["covered_seconds"], 0, "{quantity}");
            continue;
        };
        measured += 1;
        // Its greatest value, and so its percentile: the reading that stood then.
        let standing = json_of(&kept.get(&format!("readings?at={at}")).await);
        let of_it = |it: &&Value| !it["figures"][quantity].is_null();
        let found = standing["readings"]
            .as_array()
            .unwrap()
            .iter()
            .find(of_it)
            .unwrap();
        proven(&kept, found["raw"].as_str().unwrap(), &found["text_sha256"]).await;
        let figure = &found["figures"][quantity];
        let max = [&of["max_bytes"], &of["max_vcpus"]]
            .into_iter()
            .find(|it| !it.is_null());
        assert_eq!(Some(figure.get("bytes").unwrap_or(figure)), max);
    }
    assert_eq!(measured, 4);
    // Its sums: all readings of the window.
    let (from, to) = (
        summary["from"].as_str().unwrap(),
        summary["to"].as_str().unwrap(),
    );
    let points = json_of(
        &kept
            .get(&format!("usage/history?from={from}&to={to}&step=raw"))
            .await,
    );
    let ids = texts(&points["points"], "reading_id");
    assert_eq!(ids.len(), 6);
    for (entry, text) in kept.storage.iter().chain(&kept.compute) {
        assert!(ids.contains(&entry.id.to_string()));
        let raw = kept.get(&format!("readings/{}/raw", entry.id)).await;
        assert_eq!(raw.body().as_ref(), text.bytes.as_ref());
    }
}

async fn proven(kept: &KeptSite, place: &str, sha256: &Value) {
    let raw = kept.site.get(place).await;
    assert_eq!(raw.status(), 200);
    let digest = Sha256::digest(raw.body());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header(&raw, "x-vhi-sha256"), digest);
    assert_eq!(sha256, &json!(digest));
}

#[tokio::test]
async fn a_reading_tells_all_that_is_kept_and_its_text_comes_as_it_was() {
    let kept = KeptSite::new().await;
    let (entry, text) = &kept.storage[1];
    let answer = kept.get(&format!("readings/{}", entry.id)).await;
    assert_eq!(header(&answer, "cache-control"), "private, no-cache");
    let body = json_of(&answer);
    let figure = json!({"bytes": 1001, "min": 990, "max": 1010});
    assert_eq!(body["figures"]["logical.used"], figure);
    assert_eq!(body["figures"]["user_data"], Value::Null);
    for (key, value) in [
        ("id", entry.id.to_string()),
        ("role", "storage".to_owned()),
        ("node", "node1.example".to_owned()),
        ("cluster_status", "healthy".to_owned()),
        ("at", "2025-10-01T00:01:00.000Z".to_owned()),
        (
            "raw",
            format!("/api/v1/clusters/cluster1/readings/{}/raw", entry.id),
        ),
    ] {
        assert_eq!(body[key], value, "{key}");
    }
    let raw = kept.get(&format!("readings/{}/raw", entry.id)).await;
    assert_eq!(raw.body().as_ref(), text.bytes.as_ref());
    assert_eq!(header(&raw, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        header(&raw, "cache-control"),
        "private, max-age=31536000, immutable"
    );
    assert_eq!(header(&raw, "x-vhi-node"), "node1.example");
    let again = ask(&format!(
        "/api/v1/clusters/cluster1/readings/{}/raw",
        entry.id
    ));
    let again = kept
        .site
        .answer(again.header("if-none-match", header(&raw, "etag")))
        .await;
    assert_eq!(again.status(), 304);
    let json = kept
        .get(&format!("readings/{}/raw", kept.compute[0].0.id))
        .await;
    assert_eq!(header(&json, "content-type"), "application/json");
}

#[tokio::test]
async fn what_is_not_kept_is_told_and_never_an_empty_answer() {
    let kept = KeptSite::new().await;
    let other = "readings/948d0840-0e8d-5c37-ba9a-bf81eea309e6";
    for path in [
        other,
        "readings/x",
        &format!("{other}/raw"),
        "readings/948d0840-0e8d-5c37-ba9a-bf81eea309e6?format=csv",
    ] {
        problem(&kept.get(path).await, 404, "unknown_reading");
    }
    for month in ["2025-13", "october", "1969-12", "2025-09", "2999-01"] {
        problem(
            &kept.get(&format!("periods/{month}")).await,
            404,
            "unknown_period",
        );
    }
    kept.sender.send_replace(None);
    for path in [
        format!("usage/history?{WINDOW}"),
        format!("usage/summary?{WINDOW}"),
        "periods".to_owned(),
        "periods/2025-10".to_owned(),
        format!("readings/{}", kept.storage[0].0.id),
        format!("readings/{}/raw", kept.storage[0].0.id),
        "readings?at=2025-10-01".to_owned(),
    ] {
        let answer = kept.get(&path).await;
        problem(&answer, 503, "store_unavailable");
        assert_eq!(header(&answer, "retry-after"), "5");
    }
    assert_eq!(kept.get("usage").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_query_that_is_not_understood_is_refused_before_the_store_is_asked() {
    let site = Site::new(complete());
    for query in [
        "usage/history",
        "usage/history?from=2025-10-01",
        "usage/history?from=2025-10-02&to=2025-10-01",
        "usage/history?from=2025-10-01&to=2025-10-02&step=2h",
        "usage/history?from=2025-10-01&to=2025-10-02&limit=5001",
        "usage/history?from=2025-10-01&to=2025-10-02&cursor=x",
        "usage/history?from=2025-10-01&to=2025-10-02&format=focus",
        "usage/history?from=2025-10-01&to=2025-10-02&require=complete",
        "usage/summary?period=2025-10&from=2025-10-01",
        "usage/summary?period=2025",
        "usage/summary?period=2025-10&period=2025-10",
        "periods?from=2025-10-01",
        "periods?limit=0",
        "periods?limit=1001",
        "periods?cursor=2025-13",
        "periods/2025-10?format=pdf",
        "readings",
        "readings/x/raw?format=csv",
    ] {
        let answer = site
            .get(&format!("/api/v1/clusters/cluster1/{query}"))
            .await;
        problem(&answer, 400, "bad_query");
    }
    let unknown = site.get("/api/v1/clusters/another/periods").await;
    problem(&unknown, 404, "unknown_cluster");
    let html = ask("/api/v1/clusters/cluster1/periods").header("accept", "text/html");
    problem(&site.answer(html).await, 406, "not_acceptable");
}
