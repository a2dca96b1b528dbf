//! `store check`, through the built program.

use std::fs;

use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    place::Place,
    stocked::{TIB, empty, keep, round},
};

/// Another first byte of one text.
fn damage(place: &Place) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(place.file("usage.db"));
        let mut open = SqliteConnection::connect_with(&options).await.unwrap();
        let sql = "UPDATE texts SET packed = CAST(x'07' || substr(packed, 2) AS BLOB) \
                   WHERE hash = (SELECT MIN(hash) FROM texts)";
        let done = sqlx::query(sql).execute(&mut open).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
        open.close().await.unwrap();
    });
}

#[test]
fn a_sound_store_ends_with_0_a_flipped_bit_with_1_and_none_with_3() {
    let place = empty();
    let rounds: Vec<_> = (0..144)
        .map(|it| round("stor1", it * 600, 4 * TIB))
        .collect();
    keep(&place, &rounds);
    let args = ["--config", "site.toml", "store", "check"];
    let sound = place.run(&args, 0);
    assert_eq!(
        sound.stdout,
        "288 texts, 288 readings, 0 hours, 0 days and 0 months: 0 are wrong\n"
    );
    assert_eq!(sound.stderr, "");
    damage(&place);
    let damaged = place.run(&args, 1);
    let mut lines = damaged.stdout.lines();
    let first = lines.next().unwrap();
    assert!(first.starts_with("WRONG text ") && first.ends_with(": it is not what was written"));
    assert_eq!(
        lines.next(),
        Some("288 texts, 288 readings, 0 hours, 0 days and 0 months: 1 are wrong")
    );
    let json = place.run(&[&args[..], &["--json"]].concat(), 1).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["counted"]["wrong"], 1);
    assert_eq!(json["wrong"][0]["kind"], "text");
    fs::remove_file(place.file("usage.db")).unwrap();
    place.run(&args, 3);
}
