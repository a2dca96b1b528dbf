//! Months that are closed over HTTP, and times whose readings are pruned.

use std::time::Duration;

use jiff::Timestamp;
use vhi_usage::{
    api::scope::Scope,
    period::month::Month,
    store::retention::{Keep, Retention},
};
use warp::{http::Response, hyper::body::Bytes};

use crate::{
    json_of,
    kept_site::{KeptSite, OCTOBER, WINDOW},
    published::{ask, problem, token},
};

const DAY: i64 = 86_400;

async fn close(kept: &KeptSite, month: &str) -> Response<Bytes> {
    let place = format!("/api/v1/clusters/cluster1/periods/{month}/close");
    kept.site.answer(ask(&place).method("POST")).await
}

#[tokio::test]
async fn a_month_is_closed_once_and_never_before_its_end() {
    let kept = KeptSite::new().await;
    problem(&close(&kept, "2025-11").await, 409, "period_conflict");
    problem(&close(&kept, "2025-09").await, 404, "unknown_period");
    let first = close(&kept, "2025-10").await;
    assert_eq!(first.status(), 200);
    let body = json_of(&first);
    assert_eq!(
        [&body["state"], &body["seal"]["closed_by"]],
        ["closed", "command"]
    );
    let again = close(&kept, "2025-10").await;
    assert_eq!(
        (again.status(), again.body()),
        (first.status(), first.body())
    );
    let told = kept.get("periods/2025-10").await;
    assert_eq!(told.body(), first.body());
    // Every month up to the one that is not over.
    let mut month: Month = "2025-11".parse().unwrap();
    let refused = loop {
        let answer = close(&kept, &month.to_string()).await;
        if answer.status() != 200 {
            break answer;
        }
        month = month.next().unwrap();
    };
    problem(&refused, 409, "period_conflict");
    let open = json_of(&kept.get(&format!("periods/{month}")).await);
    assert_eq!(open["state"], "open");
}

#[tokio::test]
async fn only_a_token_for_billing_closes_a_month() {
    let kept = KeptSite::new().await;
    let mut weaker = token();
    weaker.scopes.retain(|scope| *scope != Scope::Billing);
    kept.site.api.tokens.exchange([weaker]);
    problem(&close(&kept, "2025-10").await, 403, "forbidden");
    let told = json_of(&kept.get("periods/2025-10").await);
    assert_ne!(told["state"], "closed");
}

#[tokio::test]
async fn a_time_whose_readings_are_pruned_is_told_from_its_hours_or_refused_and_never_as_a_gap() {
    let kept = KeptSite::new().await;
    let whole = [
        format!("usage/history?{WINDOW}&step=1h"),
        format!("usage/summary?{WINDOW}"),
        "usage/summary?period=2025-10".to_owned(),
        "usage/history?from=1999-01-01T00:30:00Z&to=2026-01-01&step=1d".to_owned(),
        // Its first stride of 288 times 31 days ends within an hour that has a row.
        "usage/history?from=2001-05-01T00:30:00Z&to=2026-01-01&step=1mo".to_owned(),
    ];
    let mut before = Vec::new();
    for path in &whole {
        before.push(kept.get(path).await.into_body());
    }
    let now = Timestamp::from_second(OCTOBER + 100 * DAY).unwrap();
    while kept.store.roll_up(now, 500).await.unwrap() > 0 {}
    // The readings of a month that is not closed stay, however old they are.
    assert_eq!(close(&kept, "2025-10").await.status(), 200);
    let retention = Retention {
        readings: Keep::For(Duration::from_secs(86_400)),
        ..Retention::default()
    };
    while kept.store.prune(now, &retention).await.unwrap() > 0 {}
    let first = kept.storage[0].0.id;
    problem(
        &kept.get(&format!("readings/{first}")).await,
        404,
        "unknown_reading",
    );
    for (path, before) in whole.iter().zip(before) {
        assert_eq!(kept.get(path).await.body(), &before, "{path}");
    }
    let minutes = "from=2025-10-01T00:00:00Z&to=2025-10-01T00:30:00Z";
    for path in [
        format!("usage/history?{WINDOW}&step=raw"),
        format!("usage/history?{WINDOW}&step=5m"),
        format!("usage/history?{minutes}&step=1h"),
        format!("usage/summary?{minutes}"),
    ] {
        problem(&kept.get(&path).await, 410, "readings_gone");
    }
    // Nothing was ever kept of this time, and nothing is gone.
    let earlier = "usage/history?from=2024-01-01&to=2025-01-01&step=raw";
    assert_eq!(kept.get(earlier).await.status(), 200);
}
