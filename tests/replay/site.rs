//! A store with readings in it, and what a replay of October says of them.

#![allow(dead_code, reason = "each test takes what it needs")]

use futures_util::TryStreamExt;
use jiff::Timestamp;
use tempfile::TempDir;
use vhi_usage::{
    amount::SizeBase,
    cluster_name::ClusterName,
    keeper::entries::For,
    meter::window::Window,
    period::replay::{Finding, Replay, Totals},
    reading::{BaseInForce, Evidence, Source},
    source::{again, compute_stat, question::Question, transcript::Transcript},
    store::{
        entry::{Entry, Text},
        error::StoreError,
        kept::Kept,
        opened::Store,
        origin::Role,
        place::Place,
    },
};

/// What a node prints of the cluster.
pub(crate) const REPORT: &str = "Cluster 'cluster1': healthy\n\
    Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB\n";

/// A store in a folder of its own.
pub(crate) struct Site {
    _folder: Option<TempDir>,
    pub(crate) store: Store,
    pub(crate) cluster: ClusterName,
}

impl Site {
    pub(crate) async fn new() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        Site {
            _folder: Some(folder),
            ..Site::of(Store::open(&place).await.unwrap())
        }
    }

    /// With this store.
    pub(crate) fn of(store: Store) -> Site {
        Site {
            store,
            cluster: "cluster1".parse().unwrap(),
            _folder: None,
        }
    }

    fn asked(&self, role: Role) -> For {
        For {
            cluster: self.cluster.clone(),
            role,
            holds: 900,
        }
    }

    /// What a node printed then, as it would be kept; `nth` makes the texts differ.
    pub(crate) fn printed(&self, when: &str, nth: u32) -> (Entry, Text) {
        let evidence = Evidence {
            text: format!("{REPORT}nth {nth}\n").into_bytes(),
            node: Some("node1.example".to_owned()),
            command: Some("/usr/bin/vstorage -c cluster1 stat".to_owned()),
            at: at(when),
        };
        let base = BaseInForce {
            base: SizeBase::Binary,
            configured: true,
        };
        let (source, node) = (Source::Ssh, evidence.node.as_deref());
        let (base, text) = (Some(base), &evidence.text);
        let reading = again::storage(source, &self.cluster, base, node, evidence.at, text);
        self.asked(Role::Storage)
            .storage(&reading.unwrap(), &evidence)
    }

    /// What the panel said of compute then, as it would be kept.
    pub(crate) fn computed(&self, when: &str) -> (Entry, Text) {
        let mut heard = Transcript::new(compute_stat::NAME);
        heard.heard(Question::Stat, "/stat", br#"{"compute": {"vcpus": 12}}"#);
        let evidence = heard.evidence(at(when)).unwrap();
        let reading = again::compute(evidence.at, &evidence.text).unwrap();
        self.asked(Role::Compute).compute(&reading, &evidence)
    }

    /// What the panel's overview said then, as it would be kept of a witness.
    pub(crate) fn witnessed(&self, when: &str) -> (Entry, Text) {
        let mut heard = Transcript::new(Source::Overview.name());
        let clusters = br#"[{"id": 1, "name": "cluster1", "status": "healthy"}]"#;
        let overview = br#"{"logic_space": {"total": 1000, "used": 300, "free": 700}}"#;
        heard.heard(Question::Clusters, "/api/v2/clusters", clusters);
        heard.heard(Question::Overview, "/api/v2/overview/1", overview);
        let evidence = heard.evidence(at(when)).unwrap();
        let (source, text) = (Source::Overview, &evidence.text);
        let reading = again::storage(source, &self.cluster, None, None, evidence.at, text);
        self.asked(Role::Witness)
            .storage(&reading.unwrap(), &evidence)
    }

    pub(crate) async fn keep(&self, readings: Vec<(Entry, Text)>) {
        let kept = Kept {
            cluster: self.cluster.clone(),
            readings,
            absences: Vec::new(),
            fence: None,
        };
        self.store.append(&[kept]).await.unwrap();
    }

    /// What differs in October, and how many readings came out how.
    pub(crate) async fn replay(&self, book: Option<&str>) -> (Vec<Finding>, Totals) {
        let mut replay = Replay::new(&self.store, &self.cluster).await.unwrap();
        let mut findings = Vec::new();
        let tell = |finding| -> Result<(), StoreError> {
            findings.push(finding);
            Ok(())
        };
        replay.run(october(), book.map(at), tell).await.unwrap();
        (findings, replay.totals())
    }

    /// The readings of storage in October.
    pub(crate) async fn kept(&self) -> Vec<Entry> {
        let (cluster, role) = (&self.cluster, Role::Storage);
        let stored = self.store.entries(cluster, role, october()).await.unwrap();
        stored.map_ok(|it| it.entry).try_collect().await.unwrap()
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn october() -> Window {
    let window = Window::between(at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"));
    window.unwrap()
}
