//! The peers that are left alone, wherever they are shown.

use jiff::Timestamp;
use serde_json::{Value, json};
use vhi_usage::{
    panel::error::PanelError,
    reason::{Code, Reason},
    source::error::SourceError,
    usage::Part,
};

use crate::{
    described::Described,
    json_of,
    published::{Site, complete, problem, storage, stranger, usage},
    scrape::{Samples, scrape},
};

fn at(second: &str) -> Timestamp {
    format!("2026-11-22T06:{second}Z").parse().unwrap()
}

fn of_breakers(samples: Samples) -> Samples {
    let of = |series: &String| series.starts_with("vhi_usage_breaker");
    samples
        .into_iter()
        .filter(|(series, _)| of(series))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_left_alone_is_shown_until_it_has_answered() {
    let site = Site::new(complete());
    let listed = async || {
        let list = json_of(&site.get("/api/v1/clusters").await);
        list["clusters"][0]["breakers"].clone()
    };
    assert_eq!(of_breakers(scrape(&site).await), Samples::new());
    assert_eq!(listed().await, json!([]));

    let (panel, node) = ("panel", "root@node1.example");
    let (began, due) = (at("00:00"), at("05:00"));
    let breakers = &site.breakers;
    breakers.open(panel, Code::AuthRefused, began, Some(due));
    breakers.open(node, Code::HostKeyChanged, began, None);
    let expected = [
        (
            "open{cluster=\"cluster1\",peer=\"panel\",code=\"auth_refused\"}",
            "1",
        ),
        (
            "open{cluster=\"cluster1\",peer=\"root@node1.example\",code=\"host_key_changed\"}",
            "1",
        ),
        (
            "next_try_timestamp_seconds{cluster=\"cluster1\",peer=\"panel\"}",
            "1795327500",
        ),
    ];
    let expected = expected.map(|(name, it)| (format!("vhi_usage_breaker_{name}"), it.to_owned()));
    assert_eq!(of_breakers(scrape(&site).await), Samples::from(expected));
    let (since, due) = ("2026-11-22T06:00:00.000Z", "2026-11-22T06:05:00.000Z");
    let both = json!([
        {"peer": panel, "code": "auth_refused", "since": since, "next_try": due},
        {"peer": node, "code": "host_key_changed", "since": since, "next_try": null},
    ]);
    assert_eq!(listed().await, both);
    let described = Described::new().await;
    let list = site.get("/api/v1/clusters").await;
    described.holds("/api/v1/clusters", 200, &list);

    breakers.close(panel);
    breakers.close(node);
    assert_eq!(of_breakers(scrape(&site).await), Samples::new());
    assert_eq!(listed().await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_says_when_it_is_asked_for_again_and_names_no_peer() {
    let refused = SourceError::Panel(PanelError::Login {
        url: "https://panel.canary".to_owned(),
        user: "canary".to_owned(),
        status: 401,
        next_try: at("05:00"),
    });
    let unknown = Reason::plain(Code::PanelStatus, at("00:00"));
    for (reason, due) in [
        (
            refused.reason(at("00:00")),
            json!("2026-11-22T06:05:00.000Z"),
        ),
        (unknown, Value::Null),
    ] {
        let site = Site::new(usage(Part::Fresh(storage()), Part::Missing(reason)));
        let (now, due_at) = (at("00:00"), Some(at("05:00")));
        site.breakers
            .open("canary.example", Code::AuthRefused, now, due_at);
        let answer = site.answer(stranger("/ready")).await;
        problem(&answer, 503, "not_ready");
        Described::new().await.holds("/ready", 503, &answer);
        let body = json_of(&answer);
        assert_eq!(body["missing"][0]["next_try"], due, "{body}");
        assert!(!body.to_string().contains("canary"), "{body}");
    }
}
