//! A service whose store holds a few readings of a month that is long over.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use vhi_usage::{
    amount::Amount,
    api::{
        archive::Archive,
        route::{Methods, Path, Route},
    },
    keeper::standing::Standing,
    meter::quantity::Quantity,
    store::{
        entry::{self, Entry, Text},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
        place::Place,
    },
};
use warp::{http::Response, hyper::body::Bytes, test::RequestBuilder};

use crate::published::{Site, ask, complete, evidence};

/// 2025-10-01T00:00:00Z, in seconds.
pub(crate) const OCTOBER: i64 = 1_759_276_800;
const HOLDS: u32 = 900;
/// A readings' page of that month that holds all of it.
pub(crate) const WINDOW: &str = "from=2025-10-01T00:00:00Z&to=2025-10-01T01:00:00Z";

pub(crate) struct KeptSite {
    pub(crate) site: Site,
    pub(crate) store: Store,
    /// Those of storage, a minute apart from the first second of the month on.
    pub(crate) storage: Vec<(Entry, Text)>,
    /// Those of compute, half a minute behind them.
    pub(crate) compute: Vec<(Entry, Text)>,
    pub(crate) sender: watch::Sender<Option<Store>>,
    _folder: TempDir,
}

impl KeptSite {
    pub(crate) async fn new() -> KeptSite {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("usage.db"));
        let store = Store::open(&place).await.unwrap();
        let storage = (0..3).map(|minute| {
            let used = Amount {
                bytes: 1_000 + minute,
                min: 990,
                max: 1_010,
            };
            let total = Amount::exact(u64::MAX);
            let figures = vec![
                (Quantity::LogicalTotal, total),
                (Quantity::LogicalUsed, used),
            ];
            reading(Asked::Ssh, minute * 60_000, figures)
        });
        let compute = (0..3).map(|minute| {
            let figures = vec![
                (Quantity::VcpusReserved, Amount::exact(12)),
                (Quantity::RamReserved, Amount::exact(1 << 40)),
            ];
            reading(Asked::ComputeStat, minute * 60_000 + 30_000, figures)
        });
        let (storage, compute): (Vec<_>, Vec<_>) = (storage.collect(), compute.collect());
        let round = Kept {
            cluster: "cluster1".parse().unwrap(),
            readings: storage.iter().chain(&compute).cloned().collect(),
            absences: Vec::new(),
            fence: None,
        };
        store.append(&[round]).await.unwrap();
        let sender = watch::Sender::new(Some(store.clone()));
        let standing = watch::channel(Standing::new(Timestamp::UNIX_EPOCH)).1;
        let mut usage = complete();
        usage.evidence = Some(evidence(b"Space: [OK]"));
        let mut site = Site::new(usage);
        site.api.archive = Archive::new(sender.subscribe(), standing);
        KeptSite {
            site,
            store,
            storage,
            compute,
            sender,
            _folder: folder,
        }
    }

    /// What gives 200 under this path.
    pub(crate) fn place(&self, path: &Path) -> String {
        let id = self.storage[0].0.id.to_string();
        let place = path.pattern.replace("{name}", "cluster1");
        let place = place.replace("{month}", "2025-10").replace("{id}", &id);
        match path.route {
            Route::History | Route::Summary => format!("{place}?{WINDOW}"),
            Route::Standing => format!("{place}?at=2025-10-01T00:00:59Z"),
            _ => place,
        }
    }

    pub(crate) async fn get(&self, place: &str) -> Response<Bytes> {
        self.site
            .get(&format!("/api/v1/clusters/cluster1/{place}"))
            .await
    }
}

/// A request as the path wants it.
pub(crate) fn method(path: &Path) -> &'static str {
    match path.methods() {
        Methods::Read => "GET",
        Methods::Write => "POST",
    }
}

/// The right request for it.
pub(crate) fn right(path: &Path, place: &str) -> RequestBuilder {
    ask(place).method(method(path))
}

/// So many milliseconds after the month began.
pub(crate) fn reading(source: Asked, ms: u64, figures: Vec<(Quantity, Amount)>) -> (Entry, Text) {
    let at = Timestamp::from_millisecond(OCTOBER * 1000 + i64::try_from(ms).unwrap()).unwrap();
    let text = Text::new(format!("{} at {ms}\n", source.name()).into_bytes());
    let cluster = "cluster1".parse().unwrap();
    let ssh = source == Asked::Ssh;
    let entry = Entry {
        id: entry::id(&cluster, source, at, &text.hash),
        cluster,
        role: match ssh {
            true => Role::Storage,
            false => Role::Compute,
        },
        at,
        origin: Arc::new(Origin {
            source,
            node: ssh.then(|| "node1.example".to_owned()),
            command: ssh.then(|| "/usr/bin/vstorage -c cluster1 stat".to_owned()),
            cluster_status: ssh.then(|| "healthy".to_owned()),
            size_base: None,
            parser: "0.1.0".to_owned(),
            holds: HOLDS,
        }),
        text: text.hash,
        figures,
    };
    (entry, text)
}

/// A header of an answer.
pub(crate) fn header<'a>(answer: &'a Response<Bytes>, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

/// What each point has under this key.
pub(crate) fn texts(points: &Value, key: &str) -> Vec<String> {
    let points = points.as_array().unwrap().iter();
    points
        .map(|point| point[key].as_str().unwrap().to_owned())
        .collect()
}
