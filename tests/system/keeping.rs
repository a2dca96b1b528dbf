//! A service whose readings are looked up in its store: simulated clusters, the built program, and what it has kept.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{ConnectOptions, Row, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vhi_usage::sim::{SimSettings, Simulator};

use crate::{
    http,
    program::Program,
    site::{Service, text},
    wait::until,
};

/// A cluster, what was read (`storage` or `compute`), and when, in milliseconds.
pub(crate) type Reading = (String, &'static str, i64);

/// Simulated clusters, and a folder with the settings and the store.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) names: Vec<String>,
    pub(crate) token: String,
    _simulator: Simulator,
    runtime: Runtime,
}

impl Place {
    /// With so many clusters and these further lines of settings.
    #[track_caller]
    pub(crate) fn new(clusters: usize, more: &str) -> Place {
        let folder = tempfile::Builder::new()
            .prefix("keeping-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let runtime = Runtime::new().unwrap();
        let settings = SimSettings {
            clusters,
            nodes: 1,
            ..SimSettings::default()
        };
        let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
        let settings = simulator.settings_toml(folder.path(), "127.0.0.1:0");
        let settings = format!(
            "poll_interval = \"1s\"\nmax_age = \"60s\"\n{}\n{more}",
            settings.unwrap()
        );
        std::fs::write(folder.path().join("vhi-usage.toml"), settings).unwrap();
        std::fs::create_dir(folder.path().join("kept")).unwrap();
        let names = simulator.clusters().iter().map(|it| it.name.to_string());
        Place {
            names: names.collect(),
            token: simulator.api_token().to_owned(),
            _simulator: simulator,
            runtime,
            folder,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The arguments of `serve`, and where it keeps its readings.
    pub(crate) fn program(&self, shell: &str) -> Program {
        let toml = self.path("vhi-usage.toml");
        let args = ["--config", text(&toml), "serve"];
        let url = format!("sqlite:{}", self.path("kept/usage.db").display());
        let variables = BTreeMap::from([("STORE_URL".to_owned(), url)]);
        let program = match shell {
            "" => Program::new(self.folder.path(), &args),
            shell => Program::behind(self.folder.path(), shell, &args),
        };
        program.variables(&variables)
    }

    pub(crate) fn start(&self) -> Service {
        Service::start(self.program(""))
    }

    /// What the service says of its store.
    #[track_caller]
    pub(crate) fn standing(&self, service: &Service) -> Value {
        let answer = http::get(service.address, "/api/v1/clusters", Some(&self.token));
        answer.json()["store"].take()
    }

    #[track_caller]
    pub(crate) fn becomes(&self, service: &Service, state: &str, within: Duration) -> Value {
        until(&format!("the store is {state}"), within, || {
            let standing = self.standing(service);
            (standing["state"] == state).then_some(standing)
        })
    }

    /// The readings that are served of a cluster at this moment; none where the service has gone.
    pub(crate) fn served(&self, service: std::net::SocketAddr, name: &str) -> Vec<Reading> {
        let path = format!("/api/v1/clusters/{name}/usage");
        let Some(body) = http::try_get(service, &path, &self.token) else {
            return Vec::new();
        };
        let Ok(usage) = serde_json::from_str::<Value>(&body) else {
            return Vec::new();
        };
        let parts = ["storage", "compute"].into_iter();
        let read = parts.filter_map(|part| {
            let at: Timestamp = usage[part]["observed_at"].as_str()?.parse().ok()?;
            Some((name.to_owned(), part, at.as_millisecond()))
        });
        read.collect()
    }

    /// Every reading that is billed and kept in this file, with how often it is there; and that the file is sound.
    #[track_caller]
    pub(crate) fn kept(&self, file: &Path) -> BTreeMap<Reading, i64> {
        self.runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(file);
            let mut database = options.connect().await.unwrap();
            let sound = sqlx::query("PRAGMA integrity_check");
            let sound = sound.fetch_all(&mut database).await.unwrap();
            assert_eq!(sound.len(), 1);
            assert_eq!(sound[0].get::<String, _>(0), "ok");
            let sql = "SELECT c.name, r.role, r.at, COUNT(*) FROM readings r JOIN clusters c ON c.number = r.cluster \
                       WHERE r.role < 2 GROUP BY c.name, r.role, r.at";
            let rows = sqlx::query(sql).fetch_all(&mut database).await.unwrap();
            let read = rows.iter().map(|row| {
                let part = ["storage", "compute"][usize::try_from(row.get::<i64, _>(1)).unwrap()];
                ((row.get(0), part, row.get(2)), row.get(3))
            });
            read.collect()
        })
    }
}
