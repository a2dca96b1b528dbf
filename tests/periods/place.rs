//! Each test on either database, each in a store of its own.

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
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

    /// Changes it behind the store's back, and says how many rows that were.
    pub(crate) async fn change(&self, sql: &str, values: &[Vec<u8>]) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.connected().await {
            Connected::File(mut file) => {
                let query = values
                    .iter()
                    .fold(sqlx::query(sql), |it, value| it.bind(value));
                query.execute(&mut file).await.unwrap().rows_affected()
            }
            Connected::Server(mut server) => {
                let query = values
                    .iter()
                    .fold(sqlx::query(sql), |it, value| it.bind(value));
                query.execute(&mut server).await.unwrap().rows_affected()
            }
        }
    }

    /// The same with a text.
    pub(crate) async fn change_text(&self, sql: &str, text: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.connected().await {
            Connected::File(mut file) => {
                let done = sqlx::query(sql).bind(text).execute(&mut file).await;
                done.unwrap().rows_affected()
            }
            Connected::Server(mut server) => {
                let done = sqlx::query(sql).bind(text).execute(&mut server).await;
                done.unwrap().rows_affected()
            }
        }
    }

    /// The bytes that stand there.
    pub(crate) async fn bytes(&self, sql: &str, value: Vec<u8>) -> Vec<u8> {
        let sql = AssertSqlSafe(sql.to_owned());
        let found = match self.connected().await {
            Connected::File(mut file) => {
                sqlx::query_scalar(sql)
                    .bind(value)
                    .fetch_one(&mut file)
                    .await
            }
            Connected::Server(mut server) => {
                sqlx::query_scalar(sql)
                    .bind(value)
                    .fetch_one(&mut server)
                    .await
            }
        };
        found.unwrap()
    }

    async fn connected(&self) -> Connected {
        match &self.place {
            Place::File(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                Connected::File(SqliteConnection::connect_with(&options).await.unwrap())
            }
            Place::Server(server) => {
                Connected::Server(PgConnection::connect_with(server).await.unwrap())
            }
        }
    }
}

/// A connection of our own.
enum Connected {
    File(SqliteConnection),
    Server(PgConnection),
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
