//! Each test on either database, each in a store of its own.

use tempfile::TempDir;
use vhi_usage::store::{opened::Store, place::Place};

use crate::postgres::Database;

/// A store that nobody else has.
pub(crate) struct Ground {
    place: Place,
    /// The file's folder, or the server's database, for as long as the test runs.
    _kept: Kept,
}

enum Kept {
    Folder { _folder: TempDir },
    Database { _database: Database },
}

impl Ground {
    /// Opens it.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.place).await.unwrap()
    }

    /// Closes it and opens it again, as a restart does.
    pub(crate) async fn open_again(&self, store: Store) -> Store {
        store.close().await;
        self.open().await
    }
}

/// Runs a test in a file, and then on a server.
pub(crate) async fn on_each(test: impl AsyncFn(&Ground)) {
    let folder = tempfile::tempdir().unwrap();
    let file = Ground {
        place: Place::File(folder.path().join("usage.db")),
        _kept: Kept::Folder { _folder: folder },
    };
    test(&file).await;
    let database = Database::new().await;
    let server = Ground {
        place: database.place(),
        _kept: Kept::Database {
            _database: database,
        },
    };
    test(&server).await;
}
