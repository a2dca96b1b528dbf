//! `export`: every reading of a time, or the charges of a month.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    place::Place,
    program::Ended,
    stocked::{TIB, empty, keep, round},
    wait::until,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Two clusters, each read every ten minutes for six hours.
fn stocked() -> Place {
    let place = empty();
    let rounds = (0..36).flat_map(|it| {
        let used = 5 * TIB + it * TIB / 36;
        let second = i64::try_from(it * 600).unwrap();
        ["stor2", "stor1"].map(|cluster| round(cluster, second, used))
    });
    keep(&place, &rounds.collect::<Vec<_>>());
    place
}

const OCTOBER: [&str; 2] = ["--period", "2026-10"];

fn export(place: &Place, more: &[&str], code: i32) -> Ended {
    let args = [&["--config", "site.toml", "export"], more].concat();
    place.run(&args, code)
}

/// The rows of a text of CSV by the names of their columns.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_reading_of_a_month_is_a_row_in_the_order_of_cluster_role_and_time() {
    let place = stocked();
    let args = ["--format", "csv", "--output", "-"];
    let ended = export(&place, &[&OCTOBER[..], &args].concat(), 0);
    assert_eq!(ended.stderr, "");
    let rows = rows(&ended.stdout);
    let order = |row: &BTreeMap<String, String>| {
        let role = ["storage", "compute"]
            .iter()
            .position(|it| *it == row["role"]);
        (row["cluster"].clone(), role.unwrap(), row["at"].clone())
    };
    assert!(rows.is_sorted_by_key(order) && rows.len() == 2 * 2 * 36);
    let first = &rows[0];
    for (column, value) in [
        ("cluster", "stor1"),
        ("at", "2026-10-01T00:00:00.000Z"),
        ("source", "ssh"),
        ("late", "false"),
        ("logical_used_bytes", "5497558138880"),
        ("logical_used_min_bytes", "5497558138879"),
        ("logical_used_max_bytes", "5497558138881"),
        ("vcpus_reserved", ""),
        ("user_data_bytes", ""),
        // It came from a peer, and is no formula.
        ("cluster_status", "'=healthy"),
    ] {
        assert_eq!(first[column], value, "{column}");
    }
    assert!(
        !ended.stdout.contains('\u{1b}'),
        "colour where there is no terminal"
    );
    let lines = export(
        &place,
        &[
            &OCTOBER[..],
            &["--format", "jsonl", "--output", "-", "--cluster", "stor1"],
        ]
        .concat(),
        0,
    );
    let last: serde_json::Value =
        serde_json::from_str(lines.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(lines.stdout.lines().count(), 72);
    assert_eq!(last["figures"]["vcpus.reserved"], 12);
    assert!(last["figures"]["provisioned.used"].is_null());
    assert_eq!(last["source"], "compute_stat");
}

#[test]
fn a_file_gets_its_name_when_it_is_whole_and_no_other_is_lost() {
    let place = stocked();
    let args = [
        &OCTOBER[..],
        &["--format", "csv", "--output", "october.csv"],
    ]
    .concat();
    export(&place, &args, 0);
    let whole = place.read("october.csv");
    let standard = export(
        &place,
        &[&OCTOBER[..], &["--format", "csv", "--output", "-"]].concat(),
        0,
    );
    assert_eq!(whole, standard.stdout);
    assert!(
        !place.names().iter().any(|name| name.contains("part")),
        "{:?}",
        place.names()
    );
    let ended = export(&place, &args, 2);
    assert!(
        ended.stderr.contains("it is there already: --force"),
        "{}",
        ended.stderr
    );
    export(&place, &[&args[..], &["--force"]].concat(), 0);
    assert_eq!(place.read("october.csv"), whole);
}

#[test]
fn a_part_of_another_export_is_left_as_it_is() {
    let place = stocked();
    place.write("x.csv.part", "something else\n");
    let args = [&OCTOBER[..], &["--format", "csv", "--output", "x.csv"]].concat();
    let ended = export(&place, &args, 2);
    assert!(
        ended.stderr.contains("it is no part of an export"),
        "{}",
        ended.stderr
    );
    assert_eq!(place.read("x.csv.part"), "something else\n");
    let mark = r#"{"job":"csv of release 0","bytes":15,"next":{"cluster":0,"role":0,"behind":null,"readings":0}}"#;
    place.write("x.csv.part.json", mark);
    let ended = export(&place, &args, 2);
    assert!(
        ended
            .stderr
            .contains("it is a part of another export (csv of release 0)"),
        "{}",
        ended.stderr
    );
    assert_eq!(place.read("x.csv.part"), "something else\n");
    // A mark alone is left by a command that was killed when the whole had got its name.
    std::fs::remove_file(place.file("x.csv.part")).unwrap();
    export(&place, &args, 0);
    assert!(!place.file("x.csv.part.json").exists());
}

/// Many readings, so that an export takes a while.
fn large() -> Place {
    let place = empty();
    let rounds = (0..12_000).map(|it| {
        let second = i64::try_from(it * 60).unwrap();
        round("stor1", second, TIB + it)
    });
    keep(&place, &rounds.collect::<Vec<_>>());
    place
}

#[test]
fn an_export_that_is_killed_at_any_moment_goes_on_where_it_was() {
    let place = large();
    let whole = export(
        &place,
        &[&OCTOBER[..], &["--format", "csv", "--output", "-"]].concat(),
        0,
    );
    let args = [
        &["--config", "site.toml", "export"],
        &OCTOBER[..],
        &["--format", "csv", "--output", "big.csv"],
    ]
    .concat();
    let (part, marks) = (place.file("big.csv.part"), place.file("big.csv.part.json"));
    let whole_file = place.file("big.csv");
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |it| it.len());
    let mut gone_on = 0;
    for _ in 0..8 {
        let before = marked(&marks);
        let running = place.program(&args).start();
        // It has gone on for a piece at least, or is done. Looked at without a pause: pieces are quick.
        let begun = Instant::now();
        while marked(&marks) <= before && !whole_file.exists() {
            assert!(begun.elapsed() < PATIENCE, "it does not go on");
        }
        // Killed and waited for.
        drop(running);
        if whole_file.exists() {
            break;
        }
        assert!(bytes(&part) >= marked(&marks));
        gone_on += 1;
    }
    assert!(gone_on >= 2, "it was never interrupted");
    let unfinished = !whole_file.exists();
    if unfinished {
        place.run(&args, 0);
    }
    assert!(place.read("big.csv") == whole.stdout, "another file");
    // A kill right behind the last step but one leaves the marks: the next export of that name takes them away.
    assert!(!part.exists());
    assert!(!unfinished || !marks.exists());
}

/// How many bytes are certain.
fn marked(marks: &Path) -> u64 {
    let text = fs::read(marks).unwrap_or_default();
    let mark: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    mark.and_then(|mark| mark["bytes"].as_u64()).unwrap_or(0)
}

#[test]
fn an_interrupted_export_says_what_is_left_and_how_it_goes_on() {
    let place = large();
    let args = [
        &["--config", "site.toml", "export"],
        &OCTOBER[..],
        &["--format", "jsonl", "--output", "big.jsonl"],
    ]
    .concat();
    let running = place.program(&args).start();
    let marks = place.file("big.jsonl.part.json");
    until("a piece is written", PATIENCE, || {
        (marked(&marks) > 0).then_some(())
    });
    let ended = running.end_by("INT", PATIENCE);
    assert_eq!(ended.code, Some(130));
    let told = "big.jsonl.part holds them; the same command goes on there.";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    place.run(&args, 0);
    let whole = place.read("big.jsonl");
    assert_eq!(whole.lines().count(), 24_000);
    let mut names: Vec<&str> = whole.lines().map(|line| &line[..60]).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 24_000, "a reading is there twice");
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let place = stocked();
    let program = env!("CARGO_BIN_EXE_vhi-usage");
    let line = format!(
        "{program} --config site.toml export --period 2026-10 --format csv --output - | head -n 1"
    );
    let shell = std::process::Command::new("bash");
    let ended = { shell }
        .args(["-o", "pipefail", "-c", &line])
        .current_dir(place.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    assert!(ended.status.success());
}
