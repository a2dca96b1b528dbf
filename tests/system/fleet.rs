//! Clusters of a simulator and a database on a real PostgreSQL, for any number of instances of the built program.

use std::{fs, time::Duration};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vhi_usage::sim::{SimSettings, Simulator};

use crate::{
    http,
    postgres::Database,
    program::Program,
    site::{Service, text},
    wait::until,
};

pub(crate) const CLUSTERS: usize = 2;
/// For a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(20);
/// Two readings of one poll are closer than this only where two instances read.
const APART: i64 = 400;

/// Clusters of a simulator and a database, for any number of instances.
pub(crate) struct Fleet {
    pub(crate) simulator: Simulator,
    database: Database,
    runtime: Runtime,
    folder: TempDir,
}

impl Fleet {
    pub(crate) fn new() -> Fleet {
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
    pub(crate) fn instance(&self, name: &str) -> Service {
        self.instance_of(name, CLUSTERS)
    }

    /// The same, of so many of the clusters.
    #[track_caller]
    pub(crate) fn instance_of(&self, name: &str, count: usize) -> Service {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let clusters = self
            .simulator
            .settings_toml(&folder, "127.0.0.1:0")
            .unwrap();
        // Each cluster is a piece of the text, behind what all have in common.
        let pieces: Vec<&str> = clusters.split("\n[[cluster]]").take(count + 1).collect();
        let clusters = pieces.join("\n[[cluster]]");
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

    pub(crate) fn get(&self, service: &Service, path: &str) -> Value {
        let answer = http::get(service.address, path, Some(self.simulator.api_token()));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The clusters that this instance collects.
    pub(crate) fn collected(&self, service: &Service) -> Vec<String> {
        let list = self.get(service, "/api/v1/clusters");
        let clusters = list["clusters"].as_array().unwrap().iter();
        let ours = clusters.filter(|cluster| cluster["collected_by"] == "this");
        ours.map(|cluster| cluster["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until it collects so many.
    #[track_caller]
    pub(crate) fn collects(
        &self,
        service: &Service,
        count: usize,
        within: Duration,
    ) -> Vec<String> {
        until(&format!("it collects {count}"), within, || {
            let collected = self.collected(service);
            (collected.len() == count).then_some(collected)
        })
    }

    /// Waits until every figure of every cluster is fresh there.
    #[track_caller]
    pub(crate) fn answers_for_all(&self, service: &Service, within: Duration) {
        until("all of it is fresh", within, || {
            let list = self.get(service, "/api/v1/clusters");
            let clusters = list["clusters"].as_array().unwrap();
            let fresh = clusters.iter().all(|it| it["status"] == "complete");
            (fresh && clusters.len() == CLUSTERS).then_some(())
        });
    }

    pub(crate) fn sql(&self, sql: &str) -> Vec<i64> {
        let (url, sql) = (self.database.url(), sql.to_owned());
        self.asked(&url, sql)
    }

    pub(crate) fn asked(&self, url: &str, sql: String) -> Vec<i64> {
        self.runtime.block_on(async {
            let mut server = PgConnection::connect(url).await.unwrap();
            let rows = sqlx::query(AssertSqlSafe(sql));
            let rows = rows.fetch_all(&mut server).await.unwrap();
            server.close().await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        })
    }

    /// When each reading of a cluster's storage was observed, in milliseconds.
    pub(crate) fn readings(&self, cluster: &str) -> Vec<i64> {
        self.sql(&format!(
            "SELECT at FROM readings WHERE role = 0 AND cluster = \
             (SELECT number FROM clusters WHERE name = '{cluster}') ORDER BY at"
        ))
    }

    /// No cluster was read twice in one poll, none had a gap that is longer than this, and every reading that was
    /// made is there, but for those that were cut off by an end: so many at most.
    #[track_caller]
    pub(crate) fn is_in_order(&self, longest: Duration, cut_off: u64) {
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
    pub(crate) fn numbers(&self) -> Vec<i64> {
        self.sql("SELECT number FROM leases ORDER BY cluster")
    }

    /// Lets nobody connect with the database, or everybody again.
    pub(crate) fn database_is_there(&self, there: bool) {
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
