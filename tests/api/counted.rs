//! What is counted beside the figures: the stages of readings, and the requests that were answered.

use std::time::Duration;

use vhi_usage::stage::Stage;

use crate::{
    USAGE,
    published::{Site, ask, complete, problem, stranger},
    scrape::{Samples, scrape},
};

#[tokio::test(start_paused = true)]
async fn a_stage_is_there_once_it_was_tried() {
    let site = Site::new(complete());
    let stages = |samples: &Samples| samples.keys().filter(|it| it.contains("stage")).count();
    assert_eq!(stages(&scrape(&site).await), 0);
    let took = Duration::from_millis(30);
    site.stages.take(Stage::Exec, took, None);
    site.stages.take(Stage::Exec, took, Some("command_timeout"));
    site.stages
        .take(Stage::Source("ssh"), took, Some("command_timeout"));
    let samples = scrape(&site).await;
    let of = |name: &str, more: &str| {
        let labels = format!("cluster=\"cluster1\",stage=\"exec\"{more}");
        samples[&format!("vhi_usage_stage_{name}{{{labels}}}")].as_str()
    };
    assert_eq!(of("up", ""), "0");
    assert_eq!(of("failures_total", ",reason=\"command_timeout\""), "1");
    let at: f64 = of("last_success_timestamp_seconds", "").parse().unwrap();
    assert!(at > 1.7e9, "{at}");
    assert_eq!(of("duration_seconds_bucket", ",le=\"0.025\""), "0");
    assert_eq!(of("duration_seconds_bucket", ",le=\"0.05\""), "2");
    assert_eq!(of("duration_seconds_bucket", ",le=\"+Inf\""), "2");
    assert_eq!(
        [
            of("duration_seconds_sum", ""),
            of("duration_seconds_count", "")
        ],
        ["0.06", "2"]
    );
    let never =
        "vhi_usage_stage_last_success_timestamp_seconds{cluster=\"cluster1\",stage=\"ssh\"}";
    assert!(!samples.contains_key(never));
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_by_the_pattern_of_their_route() {
    let (site, other) = (Site::new(complete()), Site::new(complete()));
    for path in [
        USAGE,
        "/api/v1/usage/cluster",
        "/api/v1/clusters/cluster1/usage",
        "/x/canary",
    ] {
        site.get(path).await;
    }
    problem(&site.answer(stranger(USAGE)).await, 401, "unauthorized");
    site.answer(ask("/health").method("POST")).await;
    site.get("/metrics").await;
    let counted = |samples: &Samples| {
        let requests = "vhi_usage_http_requests_total";
        let samples = samples.iter().filter(|(it, _)| it.starts_with(requests));
        let samples = samples.map(|(it, count)| format!("{} {count}", &it[requests.len()..]));
        samples.collect::<Vec<_>>()
    };
    let expected = [
        "{route=\"/api/v1/cluster/usage\",code=\"200\"} 1",
        "{route=\"/api/v1/cluster/usage\",code=\"401\"} 1",
        "{route=\"/api/v1/clusters/{name}/usage\",code=\"200\"} 1",
        "{route=\"/api/v1/usage/cluster\",code=\"200\"} 1",
        "{route=\"/health\",code=\"405\"} 1",
        "{route=\"/metrics\",code=\"200\"} 1",
        "{route=\"other\",code=\"404\"} 1",
    ];
    assert_eq!(counted(&scrape(&site).await), expected);
    assert_eq!(counted(&scrape(&other).await), [""; 0]);
}
