//! How the databases go about what is asked often: through an index, whatever has gathered in the tables.
//!
//! The server tells of each statement as it runs it, and how. Its words are then given to the file, which says how it
//! would go about them: so it is the program's own statements that are held.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions,
};
use tracing_subscriber::{layer::SubscriberExt, registry};
use vhi_usage::{
    amount::Amount,
    meter::{quantity::Series, tally::Detail, window::Window},
    period::{calendar::Calendar, closing, state::ClosedBy},
    store::{
        entry::Entry,
        kept::Kept,
        opened::Store,
        origin::Role,
        place::Place,
        retention::{Keep, Retention},
    },
};

use crate::{
    common::until,
    postgres::Alone,
    site::{OCTOBER, On, Site, absence, cluster, reading},
    told::{GROWING, Plan, Told, asks, is_growing, telling},
};

const DAY: i64 = 86_400;
/// From one reading of a series to the next, in seconds: 10,000 of them are a month.
const EVERY: i64 = 250;
fn time(second: i64) -> Timestamp {
    Timestamp::from_second(OCTOBER + second).unwrap()
}

fn rounds(name: &str, from: i64, count: i64) -> Vec<Kept> {
    let at = |number: i64| (OCTOBER + from + number * EVERY) * 1000;
    let of = |number| {
        let (entry, text) = reading(Role::Storage, at(number), Amount::exact(7));
        // One id stands for one reading, whoever's it is.
        let id = uuid::Uuid::new_v5(&entry.id, name.as_bytes());
        let cluster = cluster(name);
        (
            Entry {
                id,
                cluster,
                ..entry
            },
            text,
        )
    };
    let numbers: Vec<i64> = (0..count).collect();
    let round = |numbers: &[i64]| Kept {
        cluster: cluster(name),
        readings: numbers.iter().map(|it| of(*it)).collect(),
        absences: numbers
            .iter()
            .step_by(3)
            .map(|it| absence(Role::Storage, at(*it) + 1))
            .collect(),
        fence: None,
    };
    numbers.chunks(1000).map(round).collect()
}

/// A month of two clusters that is closed, what came late of it, and what was corrected.
async fn filled(server: &Alone) -> Store {
    let store = Store::open(&server.url().parse().unwrap()).await.unwrap();
    for name in ["cluster1", "cluster2"] {
        for round in rounds(name, 0, 10_000) {
            store.append(&[round]).await.unwrap();
        }
    }
    let (witness, text) = reading(Role::Witness, OCTOBER * 1000, Amount::exact(7));
    let witnessed = Kept {
        cluster: cluster("cluster1"),
        readings: vec![(witness, text)],
        absences: Vec::new(),
        fence: None,
    };
    store.append(&[witnessed]).await.unwrap();
    while store.roll_up(time(32 * DAY), 10_000).await.unwrap() > 0 {}
    let calendar = Calendar::new(jiff::tz::TimeZone::UTC, std::time::Duration::ZERO);
    let (name, month) = (cluster("cluster1"), "2026-10".parse().unwrap());
    let now = time(40 * DAY);
    let closed = closing::close(&store, &calendar, &name, month, ClosedBy::Command, now);
    closed.await.unwrap();
    store.append(&rounds("cluster1", 77, 200)).await.unwrap();
    let mut straight = PgConnection::connect(server.url()).await.unwrap();
    // Days and hours of many more clusters, and the corrections of years.
    let days = "INSERT INTO days SELECT more, series, start, tallies FROM days, generate_series(100, 150) AS more WHERE cluster = 0";
    let hours = days.replace("days", "hours");
    let corrections = "INSERT INTO corrections SELECT clusters.number, n, '2026-10', '2026-11', n, 'late', \
         sha256(n::text::bytea), 0, '{}', NULL, sha256(n::text::bytea) FROM generate_series(1, 5000) AS n, clusters";
    for sql in [days, &hours, corrections, "ANALYZE"] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut straight)
            .await
            .unwrap();
    }
    straight.close().await.unwrap();
    store
}

/// How a file would go about it.
async fn steps(file: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::raw_sql(sql).fetch_all(file).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Asks the server, and holds on both databases every statement that this takes; one with these words is the last.
async fn hold(server: &Alone, last: &str, ask: impl AsyncFn(&Store)) {
    let Ok(Place::Server(options)) = server.url().parse() else {
        panic!("no server");
    };
    let watched = Place::Server(Box::new(telling(*options)));
    let told = Told::default();
    let guard = tracing::subscriber::set_default(registry().with(told.clone()));
    let store = Store::open(&watched).await.unwrap();
    ask(&store).await;
    // What is left of an answer is taken when the connection goes back.
    until(|| !told.of(last).is_empty()).await;
    store.close().await;
    drop(guard);
    let site = Site::new(On::File).await;
    let Place::File(file) = &site.place else {
        panic!("no file");
    };
    let options = SqliteConnectOptions::new().filename(file);
    let mut file = SqliteConnection::connect_with(&options).await.unwrap();
    for Plan { sql, steps: server } in told.of("").into_iter().filter(asks) {
        for table in GROWING {
            let scan = format!("Seq Scan on {table}");
            assert!(!server.contains(&scan), "{sql}\n{server}");
        }
        // What came late is little among very much: it has its own index, and is sorted as it is wanted.
        let late = sql.contains("late = 1");
        let own = server.contains("Index Scan using readings_late on readings");
        assert!(!late || own, "{sql}\n{server}");
        let steps = steps(&mut file, &sql).await;
        for step in &steps {
            let scanned = step
                .strip_prefix("SCAN ")
                .and_then(|it| it.split(' ').next());
            assert!(!scanned.is_some_and(is_growing), "{sql}\n{steps:#?}");
            let sorts = step.starts_with("USE TEMP B-TREE") && !late;
            assert!(!sorts, "{sql}\n{steps:#?}");
            let others = step.starts_with("SEARCH readings ") && !step.contains("readings_late");
            assert!(!(late && others), "{sql}\n{steps:#?}");
        }
    }
    file.close().await.unwrap();
    site.store.close().await;
}

#[tokio::test]
async fn what_is_asked_often_goes_through_an_index_and_scans_no_table_on_either_database() {
    let server = Alone::new();
    filled(&server).await.close().await;
    let name = cluster("cluster1");
    let window = |from: i64, to: i64| Window::new(OCTOBER + from, OCTOBER + to).unwrap();
    let (hour, now) = (window(9 * DAY, 9 * DAY + 3600), time(40 * DAY));
    let (series, role) = (Series::Storage, Role::Storage);
    hold(&server, "figures FROM readings", async |store| {
        let samples = store.samples(&name, series, hour).await.unwrap();
        assert!(!samples.try_collect().await.unwrap().is_empty());
    })
    .await;
    hold(&server, "late FROM readings", async |store| {
        let entries = store.entries(&name, role, hour).await.unwrap();
        assert!(!entries.try_collect::<Vec<_>>().await.unwrap().is_empty());
    })
    .await;
    hold(&server, "WHERE id = $1", async |store| {
        let first = &rounds("cluster1", 0, 1)[0].readings[0].0;
        let entry = store.entry(&name, first.id).await.unwrap();
        assert_eq!(entry.map(|it| it.entry.at), Some(first.at));
    })
    .await;
    hold(&server, "source = $5", async |store| {
        assert!(!store.newest(&name, now).await.unwrap().readings.is_empty());
    })
    .await;
    hold(&server, "DELETE FROM days", async |store| {
        let one = rounds("cluster2", 20 * DAY + 77, 1);
        store.append(&one).await.unwrap();
    })
    .await;
    hold(&server, "FROM absences", async |store| {
        let absences = store.absences(&name, role, hour).await.unwrap();
        assert!(!absences.try_collect::<Vec<_>>().await.unwrap().is_empty());
    })
    .await;
    let (days, half) = (window(3 * DAY, 5 * DAY), window(9 * DAY, 9 * DAY + 1800));
    for (last, window, detail) in [
        ("FROM days", days, Detail::Sums),
        ("FROM hours", hour, Detail::Levels),
        ("FROM readings", half, Detail::Levels),
    ] {
        hold(&server, last, async |store| {
            let tallies = store.tallies(&name, series, window, now, detail);
            let seconds = window.to() - window.from();
            assert_eq!(tallies.await.unwrap().covered, seconds.unsigned_abs());
        })
        .await;
    }
    hold(&server, "booked.revised = 0", async |store| {
        assert!(!store.pending(&name, 1).await.unwrap().is_empty());
    })
    .await;
    hold(&server, "EXISTS", async |store| {
        store.booked_late(&name, series, hour).await.unwrap();
    })
    .await;
    hold(&server, "DELETE FROM texts", async |store| {
        let keep = Keep::For(std::time::Duration::from_secs(39 * 86_400));
        let retention = Retention {
            readings: keep,
            evidence: keep,
            hours: keep,
            days: keep,
        };
        assert!(store.prune(now, &retention).await.unwrap() > 0);
    })
    .await;
}
