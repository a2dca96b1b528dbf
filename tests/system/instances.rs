//! Two instances on one PostgreSQL: each cluster is collected by exactly one of them, and every one answers for all.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vhi_usage::sim::{SimSettings, Simulator};

use crate::{
    http,
    postgres::Database,
    program::Program,
    site::{ENDS, Service, text},
    wait::until,
};

const CLUSTERS: usize = 2;
const POLL: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(2);
/// For a machine that is busy.
const SOON: Duration = Duration::from_secs(20);
/// What a busy machine may add to a time that is promised.
const BUSY: Duration = Duration::from_secs(2);
/// Two readings of one poll are closer than this only where two instances read.
const APART: i64 = 400;

/// Clusters of a simulator and a database, for any number of instances.
struct Fleet {
    simulator: Simulator,
    database: Database,
    runtime: Runtime,
    folder: TempDir,
}

impl Fleet {
    fn new() -> Fleet {
        let runtime = Runtime::new().unwrap();
        let settings = SimSettings {
            clusters: CLUSTERS,
            nodes: 1,
            ..SimSettings::default()
        };
        let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
        let folder = tempfile::Builder::new()
            .prefix("system-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        Fleet {
            simulator,
            database: runtime.block_on(Database::new()),
            runtime,
            folder,
        }
    }

    /// Starts one more instance, with a folder of its own.
    #[track_caller]
    fn instance(&self, name: &str) -> Service {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let clusters = self
            .simulator
            .settings_toml(&folder, "127.0.0.1:0")
            .unwrap();
        let (top, tables) = clusters.split_once("\n[").unwrap();
        let top = top
            .lines()
            .filter(|line| !line.starts_with("poll_interval"));
        let top: Vec<&str> = top.filter(|line| !line.starts_with("max_age")).collect();
        let toml = format!(
            "poll_interval = \"1s\"\nmax_age = \"60s\"\n{}\n[{tables}\n\
             [store]\nurl = {:?}\nlease = \"2s\"\nqueue = \"queue\"\n",
            top.join("\n"),
            self.database.url(),
        );
        let file = folder.join("vhi-usage.toml");
        fs::write(&file, toml).unwrap();
        let service = Service::start(Program::new(&folder, &["--config", text(&file), "serve"]));
        service.becomes_ready(SOON);
        service
    }

    fn get(&self, service: &Service, path: &str) -> Value {
        let answer = http::get(service.address, path, Some(self.simulator.api_token()));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The clusters that this instance collects.
    fn collected(&self, service: &Service) -> Vec<String> {
        let list = self.get(service, "/api/v1/clusters");
        let clusters = list["clusters"].as_array().unwrap().iter();
        let ours = clusters.filter(|cluster| cluster["collected_by"] == "this");
        ours.map(|cluster| cluster["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until it collects so many.
    #[track_caller]
    fn collects(&self, service: &Service, count: usize, within: Duration) -> Vec<String> {
        until(&format!("it collects {count}"), within, || {
            let collected = self.collected(service);
            (collected.len() == count).then_some(collected)
        })
    }

    /// Waits until every figure of every cluster is fresh there.
    #[track_caller]
    fn answers_for_all(&self, service: &Service, within: Duration) {
        until("all of it is fresh", within, || {
            let list = self.get(service, "/api/v1/clusters");
            let clusters = list["clusters"].as_array().unwrap();
            let fresh = clusters.iter().all(|it| it["status"] == "complete");
            (fresh && clusters.len() == CLUSTERS).then_some(())
        });
    }

    fn sql(&self, sql: &str) -> Vec<i64> {
        let (url, sql) = (self.database.url(), sql.to_owned());
        self.asked(&url, sql)
    }

    fn asked(&self, url: &str, sql: String) -> Vec<i64> {
        self.runtime.block_on(async {
            let mut server = PgConnection::connect(url).await.unwrap();
            let rows = sqlx::query(AssertSqlSafe(sql));
            let rows = rows.fetch_all(&mut server).await.unwrap();
            server.close().await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        })
    }

    /// When each reading of a cluster's storage was observed, in milliseconds.
    fn readings(&self, cluster: &str) -> Vec<i64> {
        self.sql(&format!(
            "SELECT at FROM readings WHERE role = 0 AND cluster = \
             (SELECT number FROM clusters WHERE name = '{cluster}') ORDER BY at"
        ))
    }

    /// No cluster was read twice in one poll, none had a gap that is longer than this, and every reading that was
    /// made is there, but for those that were cut off by an end: so many at most.
    #[track_caller]
    fn is_in_order(&self, longest: Duration, cut_off: u64) {
        for cluster in self.simulator.clusters() {
            let at = self.readings(&cluster.name);
            let gaps: Vec<i64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let name = &cluster.name;
            assert!(gaps.iter().all(|gap| *gap > APART), "{name}: {gaps:?}");
            let longest = i64::try_from(longest.as_millis()).unwrap();
            assert!(gaps.iter().all(|gap| *gap < longest), "{name}: {gaps:?}");
            let commands = cluster.scenario.counts().commands;
            let kept = u64::try_from(at.len()).unwrap();
            // One may be on its way just now.
            assert!(commands <= kept + cut_off + 1, "{name}: {commands} {kept}");
        }
    }

    /// The numbers of the leases, which grow with every change of hands.
    fn numbers(&self) -> Vec<i64> {
        self.sql("SELECT number FROM leases ORDER BY cluster")
    }

    /// Lets nobody connect with the database, or everybody again.
    fn database_is_there(&self, there: bool) {
        let name = self.database.url();
        let (server, name) = name.rsplit_once('/').unwrap();
        let server = format!("{server}/postgres");
        self.asked(
            &server,
            format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {there}"),
        );
        if !there {
            let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname";
            self.asked(&server, format!("{sql} = '{name}'"));
        }
    }
}

/// Longer than the poll, and than what a busy machine adds to it.
fn no_gap() -> Duration {
    POLL + BUSY
}

/// What is promised after a death.
fn after_a_death() -> Duration {
    LEASE * 2 + POLL + BUSY
}

#[test]
fn two_instances_share_the_clusters_and_each_answers_for_all_of_them() {
    let fleet = Fleet::new();
    let first = fleet.instance("first");
    fleet.collects(&first, CLUSTERS, SOON);
    let second = fleet.instance("second");
    let mine = fleet.collects(&second, 1, SOON);
    let others = fleet.collects(&first, 1, SOON);
    assert_ne!(mine, others);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let names: Vec<&str> = fleet
        .simulator
        .clusters()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    until("some polls", SOON, || {
        let all = names.iter().all(|name| fleet.readings(name).len() > 6);
        all.then_some(())
    });
    fleet.is_in_order(no_gap(), 2);
    let path = format!("/api/v1/clusters/{}/usage", others[0]);
    let followed = fleet.get(&second, &path);
    let at = followed["storage"]["observed_at"].as_str().unwrap();
    let at: jiff::Timestamp = at.parse().unwrap();
    let kept = fleet.readings(&others[0]);
    assert!(kept.contains(&at.as_millisecond()), "{at} {kept:?}");
    let page = http::get(
        second.address,
        "/metrics",
        Some(fleet.simulator.api_token()),
    )
    .body;
    for (cluster, held) in [(&mine[0], 1), (&others[0], 0)] {
        let line = format!("vhi_usage_lease_held{{cluster=\"{cluster}\"}} {held}\n");
        assert!(page.contains(&line), "{page}");
    }
    // A clean end hands over at once, long before a lease would have run out.
    let numbers = fleet.numbers();
    let begun = Instant::now();
    assert_eq!(first.running.end_by("TERM", ENDS).code, Some(0));
    fleet.collects(&second, CLUSTERS, LEASE + BUSY);
    let took = begun.elapsed();
    assert!(took < LEASE + BUSY, "{took:?}");
    let grown: i64 = fleet.numbers().iter().sum::<i64>() - numbers.iter().sum::<i64>();
    assert_eq!(grown, 1, "one lease changed hands");
    fleet.answers_for_all(&second, SOON);
    fleet.is_in_order(no_gap() + LEASE, 4);
}

#[test]
fn when_one_is_killed_the_other_takes_over_within_two_leases() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    let held = fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    let before = until("some readings", SOON, || {
        let readings = fleet.readings(&held[0]);
        (readings.len() > 3).then_some(readings)
    });
    assert_eq!(first.running.end_by("KILL", ENDS).code, None);
    fleet.collects(&second, CLUSTERS, after_a_death());
    until("some more readings", SOON, || {
        (fleet.readings(&held[0]).len() > before.len() + 5).then_some(())
    });
    fleet.answers_for_all(&second, SOON);
    fleet.is_in_order(after_a_death(), 4);
}

#[test]
fn an_instance_that_was_paused_writes_nothing_more_and_comes_back_to_follow() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    let held = fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    first.running.signal("STOP");
    fleet.collects(&second, CLUSTERS, after_a_death());
    first.running.signal("CONT");
    // It is given its share again, and never reads beside the other.
    fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let count = fleet.readings(&held[0]).len();
    until("some more readings", SOON, || {
        (fleet.readings(&held[0]).len() > count + 4).then_some(())
    });
    fleet.is_in_order(after_a_death(), 6);
}

#[test]
fn where_the_database_is_away_both_go_on_answering_and_nothing_is_lost_or_there_twice() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let numbers = fleet.numbers();
    fleet.database_is_there(false);
    let away = Instant::now();
    until("two leases and more", SOON, || {
        for service in [&first, &second] {
            for cluster in fleet.simulator.clusters() {
                fleet.get(service, &format!("/api/v1/clusters/{}/usage", cluster.name));
            }
        }
        (away.elapsed() > LEASE * 3).then_some(())
    });
    // The one that followed reads for itself, so that its callers have fresh figures; only the other one keeps them.
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    fleet.database_is_there(true);
    for service in [&first, &second] {
        fleet.collects(service, 1, SOON);
        fleet.answers_for_all(service, SOON);
    }
    assert_eq!(fleet.numbers(), numbers, "nobody has taken anything over");
    let name = &fleet.simulator.clusters()[0].name;
    let count = fleet.readings(name).len();
    until("some more readings", SOON, || {
        (fleet.readings(name).len() > count + 2).then_some(())
    });
    // What both read meanwhile is kept once, by the one that held the lease.
    fleet.is_in_order(no_gap(), u64::MAX / 2);
}
