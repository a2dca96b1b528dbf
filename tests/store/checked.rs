//! A check finds every damage that is planted, and none where there is none.

use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use vhi_usage::{
    amount::Amount,
    store::{
        checked::{Counted, Looked, Told, Wrong},
        error::StoreError,
        opened::Store,
        origin::Role,
        place::Place,
        retention::{Keep, Retention},
    },
};

use crate::site::{OCTOBER, On, Site, absence, on_both, reading, round};

const DAY: i64 = 86_400;

/// A statement of somebody who is not us.
pub(crate) async fn meddle(place: &Place, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let changed = match place {
        Place::File(file) => {
            let options = SqliteConnectOptions::new().filename(file);
            let mut open = SqliteConnection::connect_with(&options).await.unwrap();
            let done = sqlx::query(sql).execute(&mut open).await.unwrap();
            open.close().await.unwrap();
            done.rows_affected()
        }
        Place::Server(options) => {
            let mut open = PgConnection::connect_with(options).await.unwrap();
            let done = sqlx::query(sql).execute(&mut open).await.unwrap();
            open.close().await.unwrap();
            done.rows_affected()
        }
    };
    assert!(changed > 0);
}

async fn look(store: &Store, retention: Retention) -> (Counted, Vec<Wrong>) {
    let now = Timestamp::from_second(OCTOBER + 3 * DAY).unwrap();
    look_at(store, retention, now).await
}

pub(crate) async fn look_at(
    store: &Store,
    retention: Retention,
    now: Timestamp,
) -> (Counted, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let tell = |told| match told {
        Told::Wrong(it) => wrong.push(it),
        Told::SoFar { done, of, readings } => assert!(readings <= done && done <= of),
    };
    let counted = store.check(now, retention, tell).await.unwrap();
    assert_eq!(counted.wrong, u64::try_from(wrong.len()).unwrap());
    (counted, wrong)
}

/// Two days of readings every ten minutes, rolled up.
async fn stocked(site: &Site) {
    let times = (0..288).map(|it| (OCTOBER + it * 600) * 1000);
    let figures = (0..).map(Amount::exact);
    let readings = times
        .zip(figures)
        .map(|(at, figure)| reading(Role::Storage, at, figure));
    let gone = absence(Role::Storage, (OCTOBER + 77) * 1000);
    let rounds = [round(readings.collect(), vec![gone])];
    site.store.append(&rounds).await.unwrap();
    let now = Timestamp::from_second(OCTOBER + 2 * DAY + 3600).unwrap();
    while site.store.roll_up(now, 500).await.unwrap() > 0 {}
}

/// The bytes of this column with another value in place of the first.
pub(crate) fn changed(site: &Site, table: &str, column: &str, rest: &str) -> String {
    let value = match site.place {
        Place::File(_) => format!("CAST(x'07' || substr({column}, 2) AS BLOB)"),
        Place::Server(_) => format!("set_byte({column}, 0, 7)"),
    };
    format!("UPDATE {table} SET {column} = {value} {rest}")
}

on_both! {
    async fn nothing_is_wrong_with_what_nobody_has_touched(site: Site) {
        stocked(&site).await;
        let (counted, wrong) = look(&site.store, Retention::default()).await;
        assert_eq!(wrong, []);
        let expected = Counted { texts: 288, readings: 288, absences: 1, revisions: 0, hours: 48, days: 2, months: 0, wrong: 0 };
        assert_eq!(counted, expected);
    }

    async fn each_damage_is_found_and_named(site: Site) {
        stocked(&site).await;
        let (first, text) = reading(Role::Storage, OCTOBER * 1000, Amount::exact(0));
        let hour = |number: i64| OCTOBER + number * 3600;
        let one = format!("= {}", OCTOBER * 1000);
        meddle(&site.place, &changed(&site, "texts", "packed", &format!("WHERE newest {one}"))).await;
        meddle(&site.place, &changed(&site, "readings", "figures", &format!("WHERE at {one}"))).await;
        let another = format!("(SELECT tallies FROM hours WHERE start = {})", hour(29));
        meddle(&site.place, &format!("UPDATE hours SET tallies = {another} WHERE start = {}", hour(30))).await;
        meddle(&site.place, &format!("DELETE FROM hours WHERE start = {}", hour(31))).await;
        let (_, wrong) = look(&site.store, Retention::default()).await;
        let found: Vec<_> = wrong.iter().map(|it| (it.kind, it.which.as_str())).collect();
        let (text, reading) = (vhi_usage::hex::lower(&text.hash), format!("cluster1 {}", first.id));
        let expected = [
            (Looked::Text, text.as_str()),
            (Looked::Reading, reading.as_str()),
            (Looked::Hour, "cluster1 storage 2026-10-02T06:00:00.000Z"),
            (Looked::Hour, "cluster1 storage 2026-10-02T07:00:00.000Z"),
        ];
        assert_eq!(found, expected);
        assert_eq!(wrong[3].problem, "it is missing");
        // What its retention has let go is not missed.
        let keep = Keep::For(std::time::Duration::from_secs(86_400));
        let retention = Retention { hours: keep, ..Retention::default() };
        let (_, wrong) = look(&site.store, retention).await;
        assert_eq!(wrong.len(), 3);
    }

    async fn a_reading_under_another_id_is_found(site: Site) {
        stocked(&site).await;
        let sql = format!("UPDATE readings SET late = 0, at = at + 1 WHERE at = {}", OCTOBER * 1000 + 600_000);
        meddle(&site.place, &sql).await;
        let (_, wrong) = look(&site.store, Retention::default()).await;
        assert_eq!((wrong[0].kind, wrong[0].problem.as_str()), (Looked::Reading, "its id does not follow from its source, time and text"));
    }

    async fn the_store_of_a_newer_release_is_refused_with_what_to_do(site: Site) {
        meddle(&site.place, "UPDATE _sqlx_migrations SET version = 99 WHERE version = 4").await;
        let told = Store::open(&site.place).await.unwrap_err();
        assert!(matches!(told, StoreError::Newer(99)));
        let told = told.to_string();
        assert_eq!(told, "a newer release wrote the store: its tables are at step 99, and this release knows fewer; run that release, or a newer one");
    }
}

/// Opens a store that nobody has made yet, three times at once.
async fn opened_at_once(place: &Place) {
    let opened = tokio::join!(Store::open(place), Store::open(place), Store::open(place));
    for store in [opened.0, opened.1, opened.2] {
        let store = store.unwrap();
        assert_eq!(
            look(&store, Retention::default()).await.0,
            Counted::default()
        );
        store.close().await;
    }
}

#[tokio::test]
async fn a_new_file_is_opened_by_several_at_once() {
    let folder = tempfile::tempdir().unwrap();
    opened_at_once(&Place::File(folder.path().join("usage.db"))).await;
}

#[tokio::test]
async fn a_new_database_is_opened_by_several_at_once() {
    let database = crate::postgres::Database::new().await;
    opened_at_once(&database.place()).await;
}
