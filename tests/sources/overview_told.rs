//! What of an overview is not as it should be is said at each change; a licence that is not given holds nothing back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vhi_usage::reading::License;

use crate::{
    drift::Log,
    overview::read,
    scripted::{NEVER, Scripted},
};

fn answers(overview: Value, license: Value) -> [(&'static str, Value); 3] {
    [
        ("clusters", json!([{"id": 1, "name": "cluster1"}])),
        ("overview/1", overview),
        ("1/license", license),
    ]
}

fn with_tiers(tiers: Value) -> Value {
    json!({"logic_space": {"total": 9, "free": 4}, "tiers": tiers})
}

#[tokio::test]
async fn a_licence_that_does_not_come_keeps_the_overview_waiting_for_a_moment_only() {
    let overview = || with_tiers(json!(null));
    let panel = Scripted::new(&answers(overview(), json!(NEVER))).await;
    let log = Log::begin();
    for times in [1, 0] {
        let begun = Instant::now();
        let it = read(&panel.source).await.unwrap();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert_eq!(it.logical.used.amount.bytes, 5);
        assert_eq!(it.license, Some(License::default()));
        assert_eq!(log.take().matches("gives no licence").count(), times);
    }
    // The first question is still under way.
    let asked = panel.asked();
    let licences = asked.iter().filter(|path| *path == "1/license").count();
    assert_eq!(licences, 1, "{asked:?}");
}

#[tokio::test]
async fn what_does_not_hold_together_is_said_once_and_again_when_it_comes_back() {
    let tier =
        |total: u64, free: u64| json!([{"id": 7, "phys_space": {"total": total, "free": free}}]);
    let well = || answers(with_tiers(tier(5, 4)), json!({}));
    let panel = Scripted::new(&well()).await;
    let log = Log::begin();
    for (answers, words) in [
        (well(), None),
        (
            answers(with_tiers(tier(4, 5)), json!({})),
            Some("5 bytes are free, of 4 in all"),
        ),
        // The same, with other figures.
        (answers(with_tiers(tier(4, 6)), json!({})), None),
        (well(), None),
        (
            answers(with_tiers(tier(4, 5)), json!({})),
            Some("5 bytes are free, of 4 in all"),
        ),
        (
            answers(
                with_tiers(json!([{"id": 7, "phys_space": {"total": 5}}])),
                json!({}),
            ),
            Some("tiers.phys_space.free is not there"),
        ),
        (
            answers(with_tiers(json!([tier(5, 4)[0], tier(5, 4)[0]])), json!({})),
            Some("its tiers are not each of an id of its own"),
        ),
        (
            answers(
                with_tiers(tier(5, 4)),
                json!({"capacity": 9, "used_size": 4, "free_size": 6}),
            ),
            Some("4 bytes are used and 6 free, which are not the 9"),
        ),
    ] {
        panel.answers(&answers);
        read(&panel.source).await.unwrap();
        let said = log.take();
        let warned: Vec<&str> = said
            .lines()
            .filter(|line| line.contains(" WARN "))
            .collect();
        assert_eq!(warned.len(), usize::from(words.is_some()), "{said}");
        assert!(said.contains(words.unwrap_or_default()), "{said}");
    }
}
