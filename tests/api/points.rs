//! What a cluster used, point by point and page by page, over HTTP.

use serde_json::{Value, json};
use vhi_usage::{
    amount::Amount,
    clock,
    meter::quantity::Quantity,
    store::{entry, kept::Kept, origin::Asked},
};

use crate::{
    json_of,
    kept_site::{KeptSite, WINDOW, header, reading, texts},
};

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
async fn months_are_those_of_the_calendar_in_utc_and_only_an_edge_cuts_them() {
    let kept = KeptSite::new().await;
    let on = |time: &str| {
        let (mut entry, text) = reading(
            Asked::Ssh,
            0,
            vec![(Quantity::LogicalUsed, Amount::exact(7))],
        );
        entry.at = time.parse().unwrap();
        entry.id = entry::id(&entry.cluster, Asked::Ssh, entry.at, &text.hash);
        (entry, text)
    };
    let round = Kept {
        cluster: "cluster1".parse().unwrap(),
        readings: ["2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"]
            .map(on)
            .into(),
        absences: Vec::new(),
        fence: None,
    };
    kept.store.append(&[round]).await.unwrap();
    for rolled in [false, true] {
        if rolled {
            while kept.store.roll_up(clock::now(), 10_000).await.unwrap() > 0 {}
        }
        let years = "usage/history?from=2023-01-01&to=2026-01-01&step=1mo";
        let whole = json_of(&kept.get(years).await);
        let ats = [
            "2024-02-01T00:00:00.000Z",
            "2024-03-01T00:00:00.000Z",
            "2025-10-01T00:00:00.000Z",
        ];
        let untils = [
            ats[1],
            "2024-04-01T00:00:00.000Z",
            "2025-11-01T00:00:00.000Z",
        ];
        assert_eq!(whole["step"], "1mo");
        assert_eq!(texts(&whole["points"], "at"), ats);
        assert_eq!(texts(&whole["points"], "until"), untils);
        assert_eq!(whole["next_cursor"], Value::Null);
        // 901 seconds of 29 days, 899 of 31, 1,020 of 31.
        let coverage = ["0.000359", "0.000335", "0.000380"];
        for (point, coverage) in whole["points"].as_array().unwrap().iter().zip(coverage) {
            assert_eq!(point["coverage"].to_string(), coverage);
        }
        let used = &whole["points"][2]["quantities"]["logical.used"];
        assert_eq!([&used["bytes"], &used["max_bytes"]], [1002, 1002]);
        // A page of one, and the next ones from there.
        let (mut next, mut points) = (String::new(), Vec::new());
        for _ in 0..3 {
            let page = json_of(&kept.get(&format!("{years}&limit=1{next}")).await);
            points.extend(page["points"].as_array().unwrap().clone());
            next = match page["next_cursor"].as_str() {
                Some(cursor) => format!("&cursor={cursor}"),
                None => break,
            };
        }
        assert_eq!(json!(points), whole["points"]);
        // What cuts a month cuts its point.
        let cut = "usage/history?from=2024-02-29T23:00:00Z&to=2024-03-01T00:10:00Z&step=1mo";
        let cut = json_of(&kept.get(cut).await);
        let bounds = ["at", "until"].map(|key| texts(&cut["points"], key));
        assert_eq!(
            bounds[0],
            ["2024-02-29T23:00:00.000Z", "2024-03-01T00:00:00.000Z"]
        );
        assert_eq!(
            bounds[1],
            ["2024-03-01T00:00:00.000Z", "2024-03-01T00:10:00.000Z"]
        );
        let coverage = cut["points"][1]["coverage"].to_string();
        assert_eq!(coverage, "1.000000");
    }
    let csv = kept.get("usage/history?from=2025-01-01&to=2026-01-01&step=1mo&format=csv");
    let csv = String::from_utf8(csv.await.body().to_vec()).unwrap();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert!(
        rows[1].contains("2025-10-01T00:00:00.000Z,2025-11-01T00:00:00.000Z"),
        "{csv}"
    );
}

#[tokio::test]
async fn a_window_without_readings_is_an_empty_list_at_every_step() {
    let kept = KeptSite::new().await;
    for step in ["raw", "5m", "1h", "1d", "1mo"] {
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
async fn months_come_page_by_page_where_pages_are_asked_for_and_all_at_once_otherwise() {
    let kept = KeptSite::new().await;
    let whole = kept.get("periods").await;
    assert!(!whole.headers().contains_key("x-vhi-next-cursor"));
    let whole = json_of(&whole);
    let keys: Vec<&String> = whole.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["cluster", "periods"]);
    // From the first reading to today: more of them with every month that passes.
    let months = texts(&whole["periods"], "period");
    assert!(months.len() > 10, "{months:?}");
    let mut paged = Vec::new();
    let mut path = "periods?limit=5".to_owned();
    loop {
        let answer = kept.get(&path).await;
        let body = json_of(&answer);
        let page = texts(&body["periods"], "period");
        paged.extend(page.iter().cloned());
        assert!(paged.len() <= months.len());
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert!(!answer.headers().contains_key("x-vhi-next-cursor"));
            break;
        };
        assert_eq!(page.len(), 5);
        assert_eq!(header(&answer, "x-vhi-next-cursor"), cursor);
        path = format!("periods?limit=5&cursor={cursor}");
    }
    assert_eq!(paged, months);
    let rows = kept.get("periods?limit=1&format=csv").await;
    assert_eq!(rows.body().iter().filter(|it| **it == b'\n').count(), 2);
    assert_eq!(header(&rows, "x-vhi-next-cursor"), months[0]);
}
