//! A store to try things on: on either database, empty, and gone afterwards.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use vhi_usage::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::quantity::Quantity,
    reason::Code,
    store::{
        entry::{self, Absence, Entry, Text},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
        place::Place,
    },
};

use crate::postgres::Database;

/// 2026-10-01T00:00:00Z, in seconds.
pub(crate) const OCTOBER: i64 = 1_790_812_800;
/// For how many seconds a reading stands.
pub(crate) const HOLDS: u32 = 900;

/// A store of its own for one test.
pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) place: Place,
    _folder: Option<TempDir>,
    _database: Option<Database>,
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    File,
    Server,
}

impl Site {
    pub(crate) async fn new(on: On) -> Site {
        let (place, folder, database) = match on {
            On::File => {
                let folder = tempfile::tempdir().unwrap();
                let place = Place::File(folder.path().join("usage.db"));
                (place, Some(folder), None)
            }
            On::Server => {
                let database = Database::new().await;
                (database.place(), None, Some(database))
            }
        };
        Site {
            store: Store::open(&place).await.unwrap(),
            place,
            _folder: folder,
            _database: database,
        }
    }
}

/// Runs a test on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn check($site: Site) $body

            $(#[$meta])*
            #[tokio::test]
            async fn in_a_file() {
                check(Site::new(On::File).await).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn on_a_server() {
                check(Site::new(On::Server).await).await;
            }
        })+
    };
}
pub(crate) use on_both;

pub(crate) fn cluster(name: &str) -> ClusterName {
    name.parse().unwrap()
}

pub(crate) fn origin(source: Asked, holds: u32) -> Arc<Origin> {
    Arc::new(Origin {
        source,
        node: None,
        command: None,
        cluster_status: None,
        size_base: None,
        parser: "0.1.0".to_owned(),
        holds,
    })
}

/// A reading of `cluster1` with this figure for each quantity of its role.
pub(crate) fn reading(role: Role, at_ms: i64, figure: Amount) -> (Entry, Text) {
    let source = match role {
        Role::Storage => Asked::Ssh,
        Role::Compute => Asked::ComputeStat,
        Role::Witness => Asked::Overview,
    };
    let text = Text::new(format!("{at_ms} {figure:?}").into_bytes());
    let quantities = match role.series() {
        Some(series) => series.quantities(),
        None => &[Quantity::LogicalUsed],
    };
    let at = Timestamp::from_millisecond(at_ms).unwrap();
    let entry = Entry {
        id: entry::id(&cluster("cluster1"), source, at, &text.hash),
        cluster: cluster("cluster1"),
        role,
        at,
        origin: origin(source, HOLDS),
        text: text.hash,
        figures: quantities.iter().map(|it| (*it, figure)).collect(),
    };
    (entry, text)
}

pub(crate) fn absence(role: Role, at_ms: i64) -> Absence {
    Absence {
        cluster: cluster("cluster1"),
        role,
        source: Asked::Ssh,
        at: Timestamp::from_millisecond(at_ms).unwrap(),
        code: Code::ConnectRefused,
        message: "the connection was refused".to_owned(),
        next_try: None,
        holds: HOLDS,
    }
}

/// A round of `cluster1`.
pub(crate) fn round(readings: Vec<(Entry, Text)>, absences: Vec<Absence>) -> Kept {
    Kept {
        cluster: cluster("cluster1"),
        readings,
        absences,
        fence: None,
    }
}
