//! `history` and `summary`: what a cluster used, on the terminal and for programs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    place::Place,
    program::Ended,
    stocked::{TIB, empty, failed, keep, round},
};

/// One day of readings every ten minutes, but for two hours in which the node did not answer. The first half of it 4 TiB
/// are used, and then 8 TiB.
fn stocked() -> Place {
    let place = empty();
    let rounds = (0..144).map(|it| match it {
        30..42 => failed("stor1", it * 600),
        it if it < 72 => round("stor1", it * 600, 4 * TIB),
        it => round("stor1", it * 600, 8 * TIB),
    });
    keep(&place, &rounds.collect::<Vec<_>>());
    place
}

const DAY: [&str; 6] = [
    "--cluster",
    "stor1",
    "--from",
    "2026-10-01T00:00:00Z",
    "--to",
    "2026-10-02",
];

fn run(place: &Place, command: &str, more: &[&str]) -> Ended {
    let args = [&["--config", "site.toml", command], &DAY[..], more].concat();
    let ended = place.run(&args, 0);
    assert_eq!(ended.stderr, "");
    ended
}

/// The gap is from the end of the last reading, which held for 15 minutes, to the next one: 2 h less 5 min.
const COVERED: u64 = 86_400 - 6_900;

#[test]
fn a_day_is_summed_up_to_the_last_byte_and_an_outage_adds_nothing() {
    let place = stocked();
    let summary: Value = serde_json::from_str(&run(&place, "summary", &["--json"]).stdout).unwrap();
    let used = &summary["quantities"]["logical.used"];
    let exact = u128::from(4 * TIB) * (43_200 - 6_900) + u128::from(8 * TIB) * 43_200;
    assert_eq!(used["byte_seconds"], exact.to_string());
    assert_eq!(used["covered_seconds"], COVERED);
    assert!(summary["quantities"]["user_data"]["byte_seconds"].is_null());
    let csv = run(&place, "summary", &["--csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let row = |name: &str| rows.iter().find(|row| row["quantity"] == name).unwrap();
    assert_eq!(row("logical.used")["unit_seconds"], exact.to_string());
    assert_eq!(
        row("logical.used")["tib_hours"],
        used["tib_hours"].to_string()
    );
    assert_eq!(row("user_data")["unit_seconds"], "");
    assert_eq!(row("user_data")["mean"], "");
    assert_eq!(row("vcpus.reserved")["vcpu_hours"], "288.000000000");
    assert_eq!(row("vcpus.reserved")["tib_hours"], "");
}

#[test]
fn a_summary_reads_like_a_statement() {
    let text = run(&stocked(), "summary", &[]).stdout;
    for line in [
        "cluster stor1, 2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z, 1 d",
        "storage    92.01 % measured, 132 readings of ssh",
        "compute   100.00 % measured, 144 readings of compute_stat",
        "logical.used             136.333333333      6.1736      8.0000      8.0000  2026-10-01T12:00:00Z",
        "user_data                            -           -           -           -  -",
        "vcpus.reserved           288.000000000          12          12          12  2026-10-01T00:00:00Z",
        "2026-10-01T05:05:00Z  2026-10-01T07:00:00Z     1 h 55 min  storage",
        "    the command did not end in time",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
}

#[test]
fn a_history_has_a_line_for_each_point_and_none_for_what_is_not_known() {
    let place = stocked();
    let text = run(&place, "history", &["--step", "1h"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 24);
    assert!(
        lines.iter().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    assert!(
        lines[1].starts_with("2026-10-01T00:00:00.000Z  100.00 %        4.0000          -"),
        "{text}"
    );
    assert!(lines[7].contains("        -          -"), "{text}");
    let points = |step: &str| {
        let text = run(&place, "history", &["--step", step, "--json"]).stdout;
        let points = text.lines().map(|line| serde_json::from_str(line).unwrap());
        points.collect::<Vec<Value>>()
    };
    let raw = points("raw");
    assert_eq!(raw.len(), 132 + 144);
    assert!(raw.iter().all(|point| point["reading_id"].is_string()));
    let day = points("1d");
    assert_eq!(day.len(), 1);
    assert_eq!(day[0]["quantities"]["logical.used"]["max_bytes"], 8 * TIB);
    let month = points("1mo");
    assert_eq!(month.len(), 1);
    // The window is one day of it.
    assert_eq!(month[0], day[0]);
    let csv = run(&place, "history", &["--step", "raw", "--csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), raw.len());
    for (row, point) in rows.iter().zip(&raw) {
        assert_eq!(row["reading_id"], point["reading_id"].as_str().unwrap());
        let used = &point["quantities"]["logical.used"]["bytes"];
        let used = used.as_u64().map_or(String::new(), |it| it.to_string());
        assert_eq!(row["logical_used_bytes"], used);
    }
}

#[test]
fn a_time_without_a_reading_is_an_empty_result_and_said_so() {
    let place = stocked();
    let args = [
        "--config",
        "site.toml",
        "history",
        "--cluster",
        "stor1",
        "--from",
        "2025-10-01",
        "--to",
        "2025-10-02",
    ];
    for form in ["--step=raw", "--json"] {
        let ended = place.run(&[&args[..], &[form]].concat(), 0);
        assert_eq!(ended.stdout, "");
        assert_eq!(ended.stderr, "Nothing was measured in this time.\n");
    }
}

#[test]
fn what_was_never_kept_is_told_and_no_store_is_made() {
    let place = stocked();
    let args = [
        "--config",
        "site.toml",
        "summary",
        "--period",
        "2026-10",
        "--cluster",
    ];
    let ended = place.run(&[&args[..], &["stor9"]].concat(), 2);
    let told = "vhi-usage: nothing has been kept of a cluster stor9; there are: stor1\n";
    assert_eq!(ended.stderr, told);
    let elsewhere = Place::new();
    elsewhere.write("site.toml", "[store]\nurl = \"sqlite:none.db\"\n");
    let ended = elsewhere.run(&[&args[..], &["stor1"]].concat(), 3);
    assert!(
        ended.stderr.contains("nothing has been kept there yet"),
        "{}",
        ended.stderr
    );
    assert_eq!(elsewhere.names(), ["site.toml"]);
}
