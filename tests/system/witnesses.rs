//! What witnesses say of the billed figures: in the answer, and once in the log.

use std::time::Duration;

use serde_json::Value;
use vhi_usage::sim::fault::Fault;

use crate::{
    site::{Service, Site},
    tool::REPORT,
    wait::until,
};

/// More than a poll of a second, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
const EVERY_SECOND: &str = "poll_interval = \"1s\"";
const OVERVIEW: &str = "witnesses = [\"overview\"]";

/// The row of a quantity, once it has this verdict.
#[track_caller]
fn verdict(service: &Service, quantity: &str, verdict: &str) -> Value {
    until(&format!("{quantity} {verdict}"), SOON, || {
        let usage = service.usage();
        let rows = usage["storage"]["witnesses"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["quantity"] == quantity)?;
        (row["verdict"] == verdict).then_some(row)
    })
}

fn lines<'a>(log: &'a str, words: &[&str]) -> Vec<&'a str> {
    let lines = log.lines();
    lines
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .collect()
}

#[test]
fn a_witness_of_the_same_bytes_agrees_and_one_that_is_off_differs_by_so_much() {
    let site = Site::new();
    let scenario = &site.cluster().scenario;
    let service = site.serve(&site.toml_with(EVERY_SECOND, OVERVIEW, ""));
    let (total, capacity) = ("physical.total", "license.capacity");
    let row = verdict(&service, total, "agrees");
    let exact = i64::try_from(scenario.figures().physical_total).unwrap();
    // What is printed stands for 57.3 times 2^40, rounded to a byte.
    let billed = 63_002_016_271_565;
    assert_eq!(row["figure"]["bytes"], exact);
    assert_eq!(row["difference_bytes"], exact - billed);
    assert_eq!(row["why"], Value::Null);
    assert!(row["observed_at"].is_string());
    verdict(&service, capacity, "agrees");
    let other = verdict(&service, "logical.total", "not_comparable");
    assert_eq!(other["why"], "other_basis");
    assert_eq!(other["difference_bytes"], Value::Null);
    assert_eq!(
        service.usage()["storage"]["size_base_evidence"],
        "confirmed"
    );

    scenario.set_fault(Fault::OverviewShifted, true);
    let row = verdict(&service, total, "differs");
    let shifted = row["figure"]["bytes"].as_i64().unwrap();
    assert_eq!(shifted, exact + exact / 100);
    let moved = shifted - billed;
    assert_eq!(row["difference_bytes"], moved);
    assert_eq!(service.usage()["status"], "complete");
    scenario.set_fault(Fault::OverviewShifted, false);
    verdict(&service, total, "agrees");
    verdict(&service, capacity, "agrees");

    let log = service.stop().stderr;
    let differs = lines(&log, &["a witness differs", "overview", total]);
    assert_eq!(differs.len(), 1, "{log}");
    assert!(differs[0].contains(&format!("difference_bytes={moved}")));
    assert_eq!(lines(&log, &["a witness agrees", total]).len(), 2, "{log}");
}

#[test]
fn a_total_that_fits_powers_of_1000_alone_contradicts_1024_within_one_poll_and_changes_no_figure() {
    let site = Site::new();
    // 57.3 TiB is printed as 63.0 TB by a tool that counts in thousands.
    let decimal = REPORT.replace("free 13.0TB of 57.3TB", "free 14.3TB of 63.0TB");
    site.tool.prints(&decimal);
    let service = site.serve(&site.toml_with(EVERY_SECOND, OVERVIEW, ""));
    let usage = until("contradicted", SOON, || {
        let usage = service.usage();
        (usage["storage"]["size_base_evidence"] == "contradicted").then_some(usage)
    });
    let storage = &usage["storage"];
    let support = &storage["size_base_support"][0];
    assert_eq!(support["source"], "overview");
    assert_eq!(support["supports"], "1000");
    assert_eq!(storage["size_base"], 1024);
    assert_eq!(storage["physical"]["total"]["bytes"], 63 * (1_u64 << 40));
    verdict(&service, "physical.total", "differs");
    site.tool.prints(REPORT);
    until("confirmed", SOON, || {
        let usage = service.usage();
        (usage["storage"]["size_base_evidence"] == "confirmed").then_some(())
    });
    let log = service.stop().stderr;
    assert_eq!(
        lines(&log, &["contradicts the size base"]).len(),
        1,
        "{log}"
    );
}

#[test]
fn a_witness_that_gives_nothing_says_why_and_costs_no_figure() {
    let site = Site::new();
    site.cluster().scenario.set_fault(Fault::Overview403, true);
    let service = site.serve(&site.toml_with(EVERY_SECOND, OVERVIEW, ""));
    let row = until("the witness has failed", SOON, || {
        let usage = service.usage();
        assert_eq!(usage["status"], "complete");
        let row = usage["storage"]["witnesses"][0].clone();
        (row["reason"]["code"] == "panel_status").then_some(row)
    });
    assert_eq!(row["why"], "other_basis");
    let row = verdict(&service, "physical.total", "not_comparable");
    assert_eq!(row["why"], "no_witness_reading");
    assert_eq!(row["figure"], Value::Null);
    site.cluster().scenario.set_fault(Fault::Overview403, false);
    verdict(&service, "physical.total", "agrees");
    service.stop();
}
