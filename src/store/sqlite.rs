//! The store in a file of our own.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use crate::store::{engine::Engine, error::StoreError};

/// Who writes at the same time, such as `close` from a command line, is waited for so long.
const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

/// Opens the file, and makes it where there is none.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(file: &Path) -> Result<Engine, StoreError> {
    let opening = StoreError::doing("open its file");
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY);
    let writing = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was committed survives a power cut, and not only a kill.
        .synchronous(SqliteSynchronous::Full)
        // Pruning gives its room back, in small steps.
        .auto_vacuum(SqliteAutoVacuum::Incremental);
    let writer = SqlitePoolOptions::new().max_connections(1);
    let writer = writer.connect_with(writing).await.map_err(opening)?;
    // How the file is laid out stands in it. A reader that set it again would wait for whoever writes.
    let readers: SqlitePool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY)
        .connect_lazy_with(options);
    Ok(Engine::Sqlite { readers, writer })
}
