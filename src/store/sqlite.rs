//! The store in a file of our own.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use sqlx::{
    ConnectOptions, SqlitePool,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use crate::store::{engine::Engine, error::StoreError};

/// Who writes at the same time, such as `close` from a command line, is waited for so long.
const BUSY: Duration = Duration::from_secs(5);
/// For four answers, each of which reads storage and compute beside each other, and for whoever else reads.
const READERS: u32 = 12;
/// So many rows the thread that reads may be ahead of who takes them: more than come during a rest.
const AHEAD: usize = 16384;

/// Opens the file, and makes it where there is none.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(file: &Path) -> Result<Engine, StoreError> {
    let opening = StoreError::doing("open its file");
    // Texts of nodes and clients stand in it: they are nobody else's. What lies beside it gets the same mode.
    let mut new = OpenOptions::new();
    match new.write(true).create_new(true).mode(0o600).open(file) {
        Ok(made) => drop(made),
        // It is there; or the database cannot make it either, and says why.
        Err(error) => tracing::debug!(%error, "no new file is made for the store"),
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was committed survives a power cut, and not only a kill.
        .synchronous(SqliteSynchronous::Full)
        // What a statement of many rows would have to take back, should it fail, needs no file. Nor does what is sorted:
        // no statement sorts many rows, and a step that did would have to say otherwise.
        .pragma("temp_store", "MEMORY")
        .row_buffer_size(AHEAD)
        .busy_timeout(BUSY)
        // What is slow is told by who waits for it, and not as SQL.
        .disable_statement_logging();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn nobody_else_reads_the_file_or_what_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&folder.path().join("usage.db")).await.unwrap();
        let mut writing = engine.begin().await.unwrap();
        let table = "CREATE TABLE written (it BIGINT)";
        writing.run("write", table, Vec::new()).await.unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
            files += 1;
        }
        // The file itself, and its log.
        assert!(files >= 2);
        drop(writing);
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
