//! The store in a file of our own.

use std::{io, path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use tokio::fs::OpenOptions;

use crate::store::{engine::Engine, error::StoreError};

/// Who writes at the same time, such as `close` from a command line, is waited for so long.
const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// How many rows the thread that reads is ahead of who takes them: with few, each of them waits for the other all the time.
const AHEAD: usize = 1024;

/// Opens the file, and makes it where there is none, for nobody else to read; SQLite gives the files beside it the same
/// mode. One that is there keeps its mode.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(file: &Path) -> Result<Engine, StoreError> {
    let opening = StoreError::doing("open its file");
    make(file)
        .await
        .map_err(|error| opening(sqlx::Error::Io(error)))?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was committed survives a power cut, and not only a kill.
        .synchronous(SqliteSynchronous::Full)
        .row_buffer_size(AHEAD)
        .busy_timeout(BUSY);
    let writer = SqlitePoolOptions::new().max_connections(1);
    let writer = writer
        // Pruning gives its room back, in small steps. To ask for that is to write: a reader that asked for it would
        // wait for whoever writes.
        .connect_with(options.clone().auto_vacuum(SqliteAutoVacuum::Incremental))
        .await
        .map_err(opening)?;
    let readers: SqlitePool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY)
        .connect_lazy_with(options.create_if_missing(false));
    Ok(Engine::Sqlite { readers, writer })
}

/// Makes an empty file. One that is there is not even opened: to close it would free the locks of whoever has it open in
/// this process.
async fn make(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(file);
    match made.await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn nobody_else_reads_the_file_nor_those_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&folder.path().join("usage.db")).await.unwrap();
        let mut writing = engine.begin().await.unwrap();
        let table = "CREATE TABLE written (it BIGINT)";
        writing.run("write", table, Vec::new()).await.unwrap();
        writing.commit().await.unwrap();
        let mut modes = Vec::new();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            modes.push((file.file_name().into_string().unwrap(), mode));
        }
        modes.sort();
        let files = ["usage.db", "usage.db-shm", "usage.db-wal"];
        assert_eq!(modes, files.map(|file| (file.to_owned(), 0o600)));
        engine.close().await;
    }

    #[tokio::test]
    async fn a_new_reader_does_not_wait_for_whoever_writes() {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&folder.path().join("usage.db")).await.unwrap();
        let mut writing = engine.begin().await.unwrap();
        let table = "CREATE TABLE written (it BIGINT)";
        writing.run("write", table, Vec::new()).await.unwrap();
        let seen = "SELECT COUNT(*) FROM sqlite_master";
        let row = engine.first("read", seen, Vec::new()).await.unwrap();
        assert_eq!(row.unwrap().int(0).unwrap(), 0);
        writing.commit().await.unwrap();
        engine.close().await;
    }
}
