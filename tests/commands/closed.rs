//! `close` and `verify`: months that are closed, and held against their evidence.

use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;
use vhi_usage::store::entry::{Entry, Text};

use crate::{
    booked::{keeping, waits},
    place::Place,
    program::Ended,
    site::Site,
    stocked::empty,
};

pub(crate) const OCTOBER: [&str; 4] = ["--from", "2025-10-01", "--to", "2025-11-01"];

/// Readings of a node in October 2025, with texts that say what they say.
pub(crate) fn printed(site: &Site) -> Vec<(Entry, Text)> {
    let times = (0..3).map(|it| format!("2025-10-07T12:{}0:00Z", it));
    let times = times.chain(["2025-11-03T00:00:00Z".to_owned()]);
    (0..)
        .zip(times)
        .map(|(nth, time)| site.printed(&time, nth))
        .collect()
}

pub(crate) fn stocked() -> Place {
    let place = empty();
    keeping(&place, async |site| site.keep(printed(&site)).await);
    place
}

pub(crate) fn run(place: &Place, args: &[&str], code: i32) -> Ended {
    place.run(&[&["--config", "site.toml"], args].concat(), code)
}

pub(crate) fn close(place: &Place, month: &str, code: i32) -> Ended {
    run(place, &["close", "--cluster", "cluster1", month], code)
}

#[test]
fn a_month_is_closed_once_and_closing_it_again_says_the_same() {
    let place = stocked();
    let first = close(&place, "2025-10", 0);
    let lines: Vec<&str> = first.stdout.lines().collect();
    let [since, sealed] = lines[..] else {
        panic!("{lines:?}");
    };
    assert!(
        since.starts_with("cluster1 2025-10 is closed since 2"),
        "{since}"
    );
    assert!(since.ends_with("Z, by command"), "{since}");
    let digest = sealed.strip_prefix("3 readings, digest ").unwrap();
    assert!(
        digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit()),
        "{digest}"
    );
    assert_eq!(first.stderr, "");
    assert_eq!(close(&place, "2025-10", 0).stdout, first.stdout);
    close(&place, "2025-11", 0);
    assert_eq!(close(&place, "2025-10", 0).stdout, first.stdout);
}

#[test]
fn a_month_that_cannot_be_closed_says_why_and_stays_open() {
    let place = stocked();
    let says = |place: &Place, month: &str, code: i32, sentence: &str| {
        let ended = close(place, month, code);
        assert_eq!(
            (&*ended.stdout, &*ended.stderr),
            ("", &*format!("vhi-usage: {sentence}\n"))
        );
    };
    says(
        &place,
        "2025-11",
        2,
        "2025-10 must be closed before 2025-11; months close in their order",
    );
    says(
        &place,
        "2025-09",
        2,
        "2025-09 lies before the first reading that is kept, in 2025-10",
    );
    let ended = run(&place, &["close", "--cluster", "stor9", "2025-10"], 2);
    assert_eq!(
        ended.stderr,
        "vhi-usage: nothing has been kept of a cluster stor9; there are: cluster1\n"
    );
    let ended = close(&place, "2025-13", 2);
    assert!(
        ended.stderr.contains("a month is four digits"),
        "{}",
        ended.stderr
    );
    let later = empty();
    keeping(&later, async |site| {
        site.keep(vec![site.printed("2999-01-31T23:59:59Z", 1)])
            .await
    });
    says(
        &later,
        "2999-01",
        2,
        "2999-01 is not over before 2999-02-01T00:00:00Z; a month is closed after its end",
    );
    let ended = run(&place, &["verify"], 0);
    assert_eq!(
        ended.stdout,
        "0 closed months, 0 readings and 0 corrections: 0 do not match\n"
    );
}

#[test]
fn without_a_store_nothing_is_closed_verified_or_read_again_and_none_is_made() {
    let place = Place::new();
    place.write("site.toml", "[store]\nurl = \"sqlite:none.db\"\n");
    let replay = [&["replay"], &OCTOBER[..]].concat();
    for args in [
        &["close", "--cluster", "cluster1", "2025-10"],
        &["verify"][..],
        &replay,
    ] {
        let ended = run(&place, args, 3);
        assert!(
            ended.stderr.contains("nothing has been kept there yet"),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(place.names(), ["site.toml"]);
}

#[test]
fn verify_ends_with_0_where_all_is_sound_and_with_1_where_one_bit_is_another() {
    let place = stocked();
    close(&place, "2025-10", 0);
    let ended = run(&place, &["verify"], 0);
    assert_eq!(
        ended.stdout,
        "1 closed months, 3 readings and 0 corrections: 0 do not match\n"
    );
    let sound: Value = serde_json::from_str(&run(&place, &["verify", "--json"], 0).stdout).unwrap();
    let whole = serde_json::json!(
        {"months": 1, "readings": 3, "corrections": 0, "mismatches": 0, "findings": []}
    );
    assert_eq!(sound, whole);
    let name = keeping(&place, async |site| printed(&site)[1].0.id);
    flip(&place, name);
    let ended = run(
        &place,
        &["verify", "--cluster", "cluster1", "--period", "2025-10"],
        1,
    );
    let [wrong, totals] = ended.stdout.lines().collect::<Vec<_>>()[..] else {
        panic!("{}", ended.stdout);
    };
    let told = format!("WRONG cluster1 2025-10 reading {name}: ");
    assert!(
        wrong.starts_with(&told) && wrong.ends_with("is not what was written"),
        "{wrong}"
    );
    assert_eq!(
        totals,
        "1 closed months, 3 readings and 0 corrections: 1 do not match"
    );
    let found: Value = serde_json::from_str(&run(&place, &["verify", "--json"], 1).stdout).unwrap();
    assert_eq!(found["mismatches"], 1);
    let finding = &found["findings"][0];
    assert_eq!(finding["reading"], name.to_string());
    assert_eq!(
        (&finding["weight"], &finding["month"]),
        (&"mismatch".into(), &"2025-10".into())
    );
    let ended = run(&place, &["verify", "--cluster", "stor9"], 2);
    assert!(
        ended.stderr.contains("there are: cluster1"),
        "{}",
        ended.stderr
    );
}

/// One bit of the text of a reading, in its row.
fn flip(place: &Place, name: Uuid) {
    waits(async {
        let options = SqliteConnectOptions::new().filename(place.file("usage.db"));
        let mut file = SqliteConnection::connect_with(&options).await.unwrap();
        let of = "WHERE hash = (SELECT text FROM readings WHERE id = $1)";
        let read = sqlx::AssertSqlSafe(format!("SELECT packed FROM texts {of}"));
        let name = name.as_bytes().to_vec();
        let packed = sqlx::query_scalar(read).bind(&name).fetch_one(&mut file);
        let mut packed: Vec<u8> = packed.await.unwrap();
        packed[9] ^= 0x10;
        let write = sqlx::AssertSqlSafe(format!("UPDATE texts SET packed = $2 {of}"));
        let written = sqlx::query(write)
            .bind(&name)
            .bind(packed)
            .execute(&mut file);
        assert_eq!(written.await.unwrap().rows_affected(), 1);
        file.close().await.unwrap();
    });
}
