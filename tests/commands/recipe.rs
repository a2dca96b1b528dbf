//! The digest of a closed month as the README says that anybody can work it out.

use std::fs;

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use vhi_usage::hex;

use crate::{
    booked::{keeping, waits},
    closed::{close, run, stocked},
    place::Place,
};

/// What `sqlite3` is given in the README, of another cluster and month.
fn recipe(month: &str) -> String {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, behind) = readme.split_once("sqlite3 vhi-usage.db \"").unwrap();
    let (sql, _) = behind.split_once("\" | sha256sum").unwrap();
    assert_eq!(
        (
            sql.matches("'stor1'").count(),
            sql.matches("'2026-10'").count()
        ),
        (1, 1)
    );
    sql.replace("'stor1'", "'cluster1'")
        .replace("'2026-10'", &format!("'{month}'"))
}

/// What `sqlite3` prints: the text and the end of its line.
fn printed(place: &Place, month: &str) -> String {
    waits(async {
        let options = SqliteConnectOptions::new().filename(place.file("usage.db"));
        let mut file = SqliteConnection::connect_with(&options).await.unwrap();
        let text = sqlx::query_scalar(AssertSqlSafe(recipe(month)));
        let text: String = text.fetch_one(&mut file).await.unwrap();
        file.close().await.unwrap();
        text + "\n"
    })
}

fn digest(text: &str) -> String {
    hex::lower(&Sha256::digest(text))
}

#[test]
fn the_readme_says_how_anybody_gets_the_digest_of_a_month_and_that_of_its_readings() {
    let place = stocked();
    keeping(&place, async |site| {
        let (compute, witness) = ("2025-10-01T00:00:00Z", "2025-10-02T00:00:00Z");
        let readings = vec![site.computed(compute), site.witnessed(witness)];
        site.keep(readings).await;
    });
    for month in ["2025-10", "2025-11"] {
        let told = close(&place, month, 0).stdout;
        let text = printed(&place, month);
        assert!(
            told.ends_with(&format!("digest {}\n", digest(&text))),
            "{told}{text}"
        );
        let args = [
            "--cluster",
            "cluster1",
            "--period",
            month,
            "--format",
            "jsonl",
            "--output",
            "-",
        ];
        let lines = run(&place, &[&["export"], &args[..]].concat(), 0).stdout;
        let mut names = String::new();
        for line in lines.lines() {
            let reading: serde_json::Value = serde_json::from_str(line).unwrap();
            let (role, id) = (
                reading["role"].as_str().unwrap(),
                reading["id"].as_str().unwrap(),
            );
            if role != "witness" {
                names += &format!("{role} {id}\n");
            }
        }
        let readings = format!("\nreadings {} {}\n", names.lines().count(), digest(&names));
        assert!(text.contains(&readings), "{readings}{text}");
    }
    // The second month holds the digest of the first.
    let first = digest(&printed(&place, "2025-10"));
    assert!(printed(&place, "2025-11").contains(&format!("\nprevious {first}\n")));
}
