//! What is kept, over HTTP: points, sums, months, readings, and the texts behind them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vhi_usage::{
    amount::Amount,
    meter::quantity::Quantity,
    store::{kept::Kept, origin::Asked},
};
use warp::http::Response;
use warp::hyper::body::Bytes;

use crate::{
    json_of,
    kept_site::{KeptSite, WINDOW, reading},
    published::{Site, ask, complete, problem},
};

fn header<'a>(answer: &'a Response<Bytes>, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

fn texts(points: &Value, key: &str) -> Vec<String> {
    let points = points.as_array().unwrap().iter();
    points
        .map(|point| point[key].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn raw_points_are_the_readings_and_what_was_not_read_is_null() {
    let kept = KeptSite::new().await;
    let page = json_of(&kept.get(&format!("usage/history?{WINDOW}&step=raw")).await);
    assert_eq!(page["points"].as_array().unwrap().len(), 6);
    assert_eq!(page["next_cursor"], Value::Null);
    let first = &page["points"][0];
    let (entry, _) = &kept.storage[0];
    assert_eq!(first["at"], "2025-10-01T00:00:00.000Z");
    assert_eq!(first["reading_id"], entry.id.to_string());
    assert_eq!([&first["series"], &first["source"]], ["storage", "ssh"]);
    assert_eq!(
        [&first["until"], &first["coverage"]],
        [&Value::Null, &Value::Null]
    );
    assert_eq!(first["late"], false);
    let level = json!({"bytes": 1000, "max_bytes": 1000, "coverage": null});
    assert_eq!(first["quantities"]["logical.used"], level);
    assert_eq!(first["quantities"]["logical.total"]["bytes"], u64::MAX);
    assert_eq!(
        first["quantities"].as_object().unwrap().len(),
        Quantity::ALL.len()
    );
    for missing in ["user_data", "vcpus.reserved", "logical.free"] {
        assert_eq!(first["quantities"][missing], Value::Null, "{missing}");
    }
    let second = &page["points"][1];
    assert_eq!(second["at"], "2025-10-01T00:00:30.000Z");
    assert_eq!(second["quantities"]["vcpus.reserved"]["vcpus"], 12);
}

#[tokio::test]
async fn pages_meet_and_what_comes_later_moves_none_of_them() {
    let kept = KeptSite::new().await;
    let path = format!("usage/history?{WINDOW}&step=raw&limit=2");
    let whole = json_of(&kept.get(&format!("usage/history?{WINDOW}&step=raw")).await);
    let mut ids = Vec::new();
    let mut next = String::new();
    for page in 0..3 {
        let answer = kept.get(&format!("{path}{next}")).await;
        let body = json_of(&answer);
        assert_eq!(body["points"].as_array().unwrap().len(), 2);
        ids.extend(texts(&body["points"], "reading_id"));
        if page == 2 {
            assert_eq!(body["next_cursor"], Value::Null);
            assert!(!answer.headers().contains_key("x-vhi-next-cursor"));
            break;
        }
        let cursor = body["next_cursor"].as_str().unwrap();
        assert_eq!(header(&answer, "x-vhi-next-cursor"), cursor);
        next = format!("&cursor={cursor}");
        // One behind every page that was given, one before.
        let earlier = reading(
            Asked::Ssh,
            page * 60_000 + 7,
            vec![(Quantity::LogicalUsed, Amount::exact(5))],
        );
        let round = Kept {
            cluster: "cluster1".parse().unwrap(),
            readings: vec![earlier],
            absences: Vec::new(),
            fence: None,
        };
        kept.store.append(&[round]).await.unwrap();
    }
    assert_eq!(ids, texts(&whole["points"], "reading_id"));
}

#[tokio::test]
async fn stretches_are_means_with_their_coverage_and_a_gap_has_no_point() {
    let kept = KeptSite::new().await;
    let page = json_of(&kept.get(&format!("usage/history?{WINDOW}&step=5m")).await);
    let points = page["points"].as_array().unwrap();
    // The last reading of storage stands from 00:02 to 00:17, that of compute half a minute longer.
    assert_eq!(texts(&page["points"], "at").len(), 4, "{points:?}");
    let first = &points[0];
    assert_eq!(first["until"], "2025-10-01T00:05:00.000Z");
    // (60·1000 + 60·1001 + 180·1002) / 300
    let level = json!({"bytes": 1001, "max_bytes": 1002, "coverage": first["coverage"]});
    assert_eq!(first["quantities"]["logical.used"], level);
    assert_eq!(first["coverage"].to_string(), "1.000000");
    assert_eq!(
        first["quantities"]["vcpus.reserved"]["coverage"].to_string(),
        "0.900000"
    );
    assert_eq!(first["quantities"]["user_data"], Value::Null);
    assert_eq!(points[3]["coverage"].to_string(), "0.400000");
    let hour = json_of(&kept.get(&format!("usage/history?{WINDOW}")).await);
    assert_eq!(hour["step"], "1h");
    assert_eq!(hour["points"][0]["coverage"].to_string(), "0.283333");
    // A page of one, and the next one from there, through years in which nothing was read.
    let years = "usage/history?from=1999-01-01&to=2026-01-01&step=5m&limit=3";
    let first = json_of(&kept.get(years).await);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = json_of(&kept.get(&format!("{years}&cursor={cursor}")).await);
    assert_eq!(first["points"], json!(points[..3]));
    assert_eq!(second["points"], json!(points[3..]));
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_window_without_readings_is_an_empty_list_at_every_step() {
    let kept = KeptSite::new().await;
    for step in ["raw", "5m", "1h", "1d"] {
        for window in [
            "from=2024-01-01&to=2025-01-01",
            "from=2999-01-01&to=2999-02-01",
        ] {
            let answer = kept
                .get(&format!("usage/history?{window}&step={step}"))
                .await;
            assert_eq!(answer.status(), 200);
            let body = json_of(&answer);
            assert_eq!(
                [&body["points"], &body["next_cursor"]],
                [&json!([]), &Value::Null]
            );
        }
    }
}

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
