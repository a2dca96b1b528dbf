//! Lines of a report that no rule reads: how many and which, and nothing of what stands in them.

use std::sync::Arc;

use serde_json::{Value, json};
use vhi_usage::{
    drift::ASK,
    reading::{Source, StorageReading},
    reason::Code,
    usage::{ClusterUsage, Part, Witness},
    vstorage::{lines::Line, unread::Unread},
};

use crate::{
    json_of,
    published::{Site, complete, compute, missing, reason, storage, usage},
    scrape::metrics,
};

/// A reading of a report with these unread lines.
fn unread(lines: &[(usize, &str)]) -> Arc<StorageReading> {
    let unread = lines.iter().map(|&(line, text)| Line {
        line,
        text: text.to_owned().into(),
    });
    Arc::new(StorageReading {
        unread: Unread::of(unread.collect()),
        ..StorageReading::clone(&storage())
    })
}

async fn listed(usage: ClusterUsage) -> Value {
    let list = Site::new(usage).get("/api/v1/clusters").await;
    assert_eq!(list.status(), 200);
    json_of(&list)["clusters"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn lines_that_no_rule_reads_are_listed_by_number_and_known_label() {
    let odd = [
        (5, "License: KEY-CANARY on host.canary"),
        (9, "Erasure: canary 3+2"),
    ];
    let said = listed(usage(Part::Fresh(unread(&odd)), Part::Fresh(compute()))).await;
    let expected = json!({
        "unread_lines": 2,
        "lines": [{"line": 5, "label": "License"}, {"line": 9, "label": null}],
        "message": format!("lines of the report that no rule reads: 2; {ASK}"),
    });
    assert_eq!(said["drift"], expected);
    assert!(
        !said.to_string().to_lowercase().contains("canary"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn of_very_many_lines_the_first_are_listed_and_all_are_counted() {
    let odd: Vec<(usize, &str)> = (1..=100_000).map(|line| (line, "Erasure: 3+2")).collect();
    let flood = usage(Part::Fresh(unread(&odd)), Part::Fresh(compute()));
    let samples = metrics(flood.clone()).await;
    let series = "vhi_usage_report_unread_lines{cluster=\"cluster1\",source=\"ssh\"}";
    assert_eq!(samples[series], "100000");
    let drift = &listed(flood).await["drift"];
    assert_eq!(drift["unread_lines"], 100_000);
    assert_eq!(
        drift["message"],
        format!("lines of the report that no rule reads: 100000; {ASK}")
    );
    let lines = drift["lines"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[49]["line"]), (50, &json!(50)));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_read_to_its_last_line_asks_for_nothing() {
    let expected = json!({"unread_lines": 0, "lines": [], "message": null});
    assert_eq!(listed(complete()).await["drift"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_a_witness_counts_too() {
    let mut both = complete();
    both.billed.source = Source::Overview;
    let ssh = |part| Witness {
        source: Source::Ssh,
        part,
    };
    both.witnesses = vec![ssh(Part::Fresh(unread(&[(4, "Replication: twice")])))];
    let said = listed(both.clone()).await;
    assert_eq!(
        said["drift"]["lines"],
        json!([{"line": 4, "label": "Replication"}])
    );
    let state = json!([{
        "source": "ssh", "state": "fresh", "reason": null, "observed_at": "2026-11-22T06:00:01.872Z",
    }]);
    assert_eq!(said["witnesses"], state);
    both.witnesses = vec![ssh(Part::Missing(reason(Code::HostKeyChanged)))];
    let said = listed(both).await;
    assert_eq!(said["drift"], Value::Null);
    assert_eq!(said["witnesses"][0]["reason"]["code"], "host_key_changed");
}

#[tokio::test(start_paused = true)]
async fn where_nothing_printed_was_read_there_is_no_drift_to_speak_of() {
    let nothing = usage(missing(Code::ReportUnreadable), Part::Fresh(compute()));
    assert_eq!(listed(nothing).await["drift"], Value::Null);
    let mut exact = StorageReading::clone(&storage());
    exact.source = Source::Overview;
    let mut exact = usage(Part::Fresh(Arc::new(exact)), Part::Fresh(compute()));
    exact.billed.source = Source::Overview;
    assert_eq!(listed(exact).await["drift"], Value::Null);
}
