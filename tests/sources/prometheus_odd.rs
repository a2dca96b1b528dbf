//! Answers of Prometheus that a simulated one does not give: odd values, queries of one's own, logins.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use vhi_usage::{
    amount::Amount, reason::Code, secret::Secret, source::queries::Written, web::http::Login,
};

use crate::{
    answering::{Answering, Request, healthy, is_of_time, vector},
    common::later,
    drift::Log,
    prometheus::read,
};

#[tokio::test]
async fn all_queries_are_for_one_moment_and_the_reading_is_of_its_oldest_sample() {
    let server = Answering::new(healthy).await;
    let it = read(&server.source(Login::Nobody, &Written::default())).await;
    let it = it.unwrap();
    let bytes = (it.logical.total.amount, it.logical.free.amount);
    assert_eq!(bytes, (Amount::exact(30), Amount::exact(7)));
    let tiers: Vec<String> = it.tiers.unwrap().into_iter().map(|tier| tier.id).collect();
    assert_eq!(tiers, ["0", "1"]);
    assert_eq!(it.physical, None);
    assert_eq!(it.observed_at.as_millisecond(), 1_768_464_000_123);
    let asked = server.asked();
    let queries: Vec<&str> = asked.iter().map(|it| it.query.as_str()).collect();
    assert_eq!(
        queries,
        [
            "sum(tier:mdsd_fs_space_bytes:sum{cloud=\"\"})",
            "sum by (tier) (tier:mdsd_fs_space_bytes:sum{cloud=\"\"})",
            "min(timestamp(tier:mdsd_fs_space_bytes:sum{cloud=\"\"}))",
            "max(timestamp(tier:mdsd_fs_space_bytes:sum{cloud=\"\"}))",
            "sum(tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"})",
            "sum by (tier) (tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"})",
            "min(timestamp(tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"}))",
            "max(timestamp(tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"}))",
            "sum(mdsd_cluster_space_bytes{cloud=\"\"})",
        ]
    );
    assert!(
        asked
            .iter()
            .all(|it| it.time == asked[0].time && it.path == "/api/v1/query")
    );
}

#[tokio::test]
async fn a_sample_that_arrives_between_two_queries_is_waited_out_for_the_same_moment() {
    let count = Arc::new(AtomicU64::new(0));
    let rule = move |request: &Request| match count.fetch_add(1, SeqCst) {
        0 => vector(&[("", "29")]),
        _ => healthy(request),
    };
    let server = Answering::new(rule).await;
    let it = read(&server.source(Login::Nobody, &Written::default())).await;
    assert_eq!(it.unwrap().logical.total.amount, Amount::exact(30));
    let asked = server.asked();
    assert_eq!(asked.len(), 17);
    assert!(asked.iter().all(|it| it.time == asked[0].time));
}

#[tokio::test]
async fn a_value_that_is_no_count_of_bytes_gives_no_reading() {
    for (series, code) in [
        (&[("", "-1")][..], Code::MetricsNegative),
        (&[("", "18446744073709551616")], Code::FigureTooLarge),
        (&[("", "1e300")], Code::FigureTooLarge),
        (&[("", "0.5")], Code::MetricsFraction),
        (&[("", "a lot")], Code::MetricsUnreadable),
        (&[("", "30"), ("", "30")], Code::MetricsAmbiguous),
        (&[], Code::MetricsEmpty),
        // Not the sum of its tiers.
        (&[("", "31")], Code::MetricsPartial),
    ] {
        let rule = move |request: &Request| match request.query.starts_with("sum(tier:mdsd_fs_s") {
            true => vector(series),
            false => healthy(request),
        };
        let server = Answering::new(rule).await;
        let error = read(&server.source(Login::Nobody, &Written::default())).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), code, "{series:?}: {error}");
    }
}

#[tokio::test]
async fn a_status_without_an_answer_is_told_as_such() {
    for (status, body, code) in [
        (404, "404 page not found", Code::MetricsStatus),
        (503, "<html>Service Unavailable</html>", Code::MetricsStatus),
        (400, "{\"message\": \"canary\"}", Code::MetricsStatus),
        (200, "{\"message\": \"canary\"}", Code::MetricsUnreadable),
        (200, "<html>canary</html>", Code::MetricsUnreadable),
        (
            500,
            "{\"status\": \"error\", \"errorType\": \"internal\", \"error\": \"canary\"}",
            Code::QueryFailed,
        ),
        (
            200,
            "{\"status\": \"success\", \"data\": {\"resultType\": \"scalar\", \"result\": [1, \"7\"]}}",
            Code::MetricsUnreadable,
        ),
    ] {
        let server = Answering::new(move |_: &Request| (status, body.to_owned())).await;
        let error = read(&server.source(Login::Nobody, &Written::default())).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn queries_of_ones_own_are_asked_and_a_sum_without_tiers_has_none() {
    let rule = |request: &Request| match request.query.as_str() {
        "sum(a{x=\"y\"} * 2)" | "sum by (tier) (a{x=\"y\"} * 2)" => vector(&[("", "30")]),
        "sum(b)" | "sum by (tier) (b)" => vector(&[("", "7")]),
        "c{x=\"y\"}" => vector(&[("", "60")]),
        "d" => vector(&[("", "14")]),
        _ if is_of_time(request) => vector(&[("", "1768464000")]),
        _ => (400, String::new()),
    };
    let server = Answering::new(rule).await;
    let text = |text: &str| Some(text.to_owned());
    let written = Written {
        matcher: text("x=\"y\""),
        total: text("a{$matcher} * 2"),
        free: text("b"),
        physical_total: text("c{$matcher}"),
        physical_free: text("d"),
    };
    let it = read(&server.source(Login::Nobody, &written)).await.unwrap();
    assert_eq!(it.logical.used.amount, Amount::exact(23));
    assert_eq!(it.physical.unwrap().used.amount, Amount::exact(46));
    assert_eq!(it.tiers, None);
}

#[tokio::test]
async fn odd_figures_of_the_disks_cost_no_reading_and_are_told_once() {
    for (total, free, said) in [
        (vector(&[]), vector(&[]), None),
        (vector(&[("", "NaN")]), vector(&[]), Some("metrics_nan")),
        (
            vector(&[("", "1"), ("", "2")]),
            vector(&[]),
            Some("metrics_ambiguous"),
        ),
        (
            vector(&[("", "1")]),
            vector(&[("", "2")]),
            Some("more_free_than_total"),
        ),
        ((500, String::new()), vector(&[]), Some("metrics_status")),
    ] {
        let rule = move |request: &Request| match request.query.as_str() {
            _ if is_of_time(request) => healthy(request),
            query if query.contains("mdsd_cluster_space") => total.clone(),
            query if query.contains("mdsd_cluster_free") => free.clone(),
            _ => healthy(request),
        };
        let server = Answering::new(rule).await;
        let source = server.source(Login::Nobody, &Written::default());
        let log = Log::begin();
        for _ in 0..3 {
            assert_eq!(read(&source).await.unwrap().physical, None);
        }
        let log = log.take();
        let told: Vec<&str> = log
            .lines()
            .filter(|it| it.contains("on the disks"))
            .collect();
        assert_eq!(told.len(), usize::from(said.is_some()), "{told:?}");
        if let (Some(said), [line]) = (said, told.as_slice()) {
            assert!(line.contains(&format!("code=\"{said}\"")), "{line}");
        }
    }
}

#[tokio::test]
async fn a_user_or_a_token_is_shown_and_a_refused_one_not_again_for_minutes() {
    let word = |word: &str| Secret::new(word).unwrap();
    let user = Login::User("billing".to_owned(), word("word"));
    for (login, expected) in [
        (Login::Nobody, None),
        (user, Some("Basic YmlsbGluZzp3b3Jk")),
        (Login::Token(word("token")), Some("Bearer token")),
    ] {
        let server = Answering::new(healthy).await;
        let source = server.source(login.clone(), &Written::default());
        read(&source).await.unwrap();
        let asked = server.asked();
        assert!(
            asked
                .iter()
                .all(|it| it.authorization.as_deref() == expected)
        );

        let closed = Answering::new(|_: &Request| (401, "canary".to_owned())).await;
        let source = closed.source(login, &Written::default());
        for _ in 0..5 {
            let error = read(&source).await.unwrap_err();
            assert_eq!(error.code(), Code::AuthRefused, "{error}");
            let reason = error.reason(vhi_usage::clock::now());
            assert!(reason.message.contains("next try at "), "{reason:?}");
        }
        assert_eq!(closed.asked().len(), 1);
        later(Duration::from_secs(376)).await;
        read(&source).await.unwrap_err();
        assert_eq!(closed.asked().len(), 1);
    }
}
