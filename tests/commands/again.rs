//! `export` of a closed month: the same bytes for ever, whatever comes later.

use std::{collections::BTreeMap, env, fs, path::Path};

use crate::{
    booked::keeping,
    place::Place,
    stocked::{TIB, empty, failed, keep, round},
};

/// October 2025 begins so many seconds before October 2026.
const BEGIN: i64 = -365 * 86_400;
const FORMATS: [&str; 3] = ["csv", "jsonl", "focus"];

/// Three hours of October 2025 in which one reading failed, closed.
fn closed() -> Place {
    let place = empty();
    let rounds = (0..18).map(|it| match it {
        7 => failed("stor1", BEGIN + it * 600),
        it => round("stor1", BEGIN + it * 600, 5 * TIB + it.unsigned_abs()),
    });
    keep(&place, &rounds.collect::<Vec<_>>());
    run(&place, &["close", "--cluster", "stor1", "2025-10"]);
    place
}

fn run(place: &Place, args: &[&str]) -> String {
    let ended = place.run(&[&["--config", "site.toml"], args].concat(), 0);
    assert_eq!(ended.stderr, "");
    ended.stdout
}

fn export(place: &Place, month: &str, format: &str) -> String {
    let args = [
        "export", "--period", month, "--output", "-", "--format", format,
    ];
    run(place, &args)
}

/// Without the digest of the month, which seals when it was closed as well.
fn without_digest(charges: &str) -> String {
    let digest = regex::Regex::new("[0-9a-f]{64}").unwrap();
    digest.replace_all(charges, "DIGEST").into_owned()
}

/// The month that corrections are booked in.
fn booked_in(place: &Place) -> String {
    keeping(place, async |site| {
        let corrections = site
            .store
            .corrections(&"stor1".parse().unwrap())
            .await
            .unwrap();
        let [booked] = &corrections[..] else {
            panic!("{corrections:?}");
        };
        booked.booked.clone()
    })
}

#[test]
fn a_closed_month_is_exported_byte_for_byte_as_it_was_also_behind_late_readings() {
    let place = closed();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/export");
    let exports = || FORMATS.map(|format| export(&place, "2025-10", format));
    let files = FORMATS.map(|format| folder.join(format!("2025-10.{format}")));
    let first = exports();
    let [csv, lines, charges] = first.clone();
    let shown = [csv, lines, without_digest(&charges)];
    if env::var_os("UPDATE_FIXTURES").is_some() {
        for (file, text) in files.iter().zip(&shown) {
            fs::write(file, text).unwrap();
        }
    }
    assert_eq!(shown, files.map(|file| fs::read_to_string(file).unwrap()));
    assert_eq!(exports(), first);
    // Where one failed in time, one comes too late.
    keep(&place, &[round("stor1", BEGIN + 7 * 600 + 1, 9 * TIB)]);
    assert_eq!(exports(), first);
    // Whoever asks for all that was ever read of the time is given it.
    let args = [
        "export",
        "--from",
        "2025-10-01",
        "--to",
        "2025-11-01",
        "--output",
        "-",
        "--format",
        "jsonl",
    ];
    let all = run(&place, &args);
    assert_eq!(all.lines().count(), first[1].lines().count() + 2);
    assert_eq!(all.matches("\"late\":true").count(), 2);
    book(&place);
    assert_eq!(exports(), first);
}

/// Books what came late, as the service does once a minute.
fn book(place: &Place) {
    run(
        place,
        &[
            "replay",
            "--apply",
            "--from",
            "2024-01-01",
            "--to",
            "2024-01-02",
        ],
    );
}

#[test]
fn a_correction_is_a_charge_of_the_month_in_which_it_is_booked() {
    let place = closed();
    // Storage alone: compute was read in time.
    let mut late = round("stor1", BEGIN + 7 * 600 + 1, 9 * TIB);
    late.readings.truncate(1);
    let name = late.readings[0].0.id.to_string();
    keep(&place, &[late]);
    book(&place);
    let month = booked_in(&place);
    let text = export(&place, &month, "focus");
    assert_eq!(export(&place, &month, "focus"), text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let used: Vec<_> = rows
        .iter()
        .filter(|row| row["SkuId"] == "logical.used")
        .collect();
    let [row] = used[..] else {
        panic!("{text}");
    };
    // The reading before stood for 599 s more of its 900, and the late one stands up to the next one.
    let seconds = |count: u64, bytes: u64| u128::from(count) * u128::from(bytes);
    let more = seconds(599, 9 * TIB) - seconds(299, 5 * TIB + 6);
    for (column, value) in [
        ("ChargeClass", "Correction"),
        ("ChargePeriodStart", "2025-10-01T00:00:00Z"),
        ("ChargePeriodEnd", "2025-11-01T00:00:00Z"),
        ("x_ByteSeconds", &more.to_string()),
        ("x_Cause", "late_reading"),
        ("x_ReadingId", &name),
        ("x_PeriodState", "open"),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    assert!(row["BillingPeriodStart"].starts_with(&month), "{row:?}");
}

#[test]
fn charges_that_an_interrupted_export_has_left_are_not_written_twice() {
    let place = closed();
    let whole = export(&place, "2025-10", "focus");
    let args = [
        "--config",
        "site.toml",
        "export",
        "--period",
        "2025-10",
        "--format",
        "focus",
        "--output",
        "x.csv",
    ];
    place.run(&args, 0);
    // As it is when the command is killed before the whole gets its name.
    fs::rename(place.file("x.csv"), place.file("x.csv.part")).unwrap();
    let mark = format!(
        r#"{{"job":"charges of 2025-10 of stor1","bytes":{},"next":null}}"#,
        whole.len()
    );
    place.write("x.csv.part.json", &mark);
    place.run(&args, 0);
    assert_eq!(place.read("x.csv"), whole);
    assert!(!place.file("x.csv.part").exists() && !place.file("x.csv.part.json").exists());
}
