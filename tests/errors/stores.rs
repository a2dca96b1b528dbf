//! A store that cannot be opened, was written by a newer release, or holds what nobody wrote.

use vhi_usage::{
    chain::chain,
    store::{
        engine::Engine, error::StoreError, opened::Store, place::Place, row::Row, sqlite,
        value::Value,
    },
};

use crate::told::Mask;

/// A store in a folder of its own, which it lives in, and the way to its tables.
async fn store() -> (tempfile::TempDir, Place, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.db");
    let place = Place::File(file.clone());
    Store::open(&place).await.unwrap().close().await;
    (folder, place, sqlite::open(&file).await.unwrap())
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_told_with_what_the_library_says() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::File(folder.path().join("none").join("usage.db"));
    let error = Store::open(&place).await.unwrap_err();
    let sentence = "the store could not open its file: error returned from database: (code: 14) unable to open database file";
    Mask::default().says(chain(&error), sentence);
}

/// What is said when a store is opened whose list of steps was changed by this statement.
async fn said_of_steps(sql: &'static str) -> String {
    let (_folder, place, store) = store().await;
    let mut open = store.begin().await.unwrap();
    let checksum = vec![Value::from(vec![0])];
    open.run("write", sql, checksum).await.unwrap();
    open.commit().await.unwrap();
    store.close().await;
    chain(&Store::open(&place).await.unwrap_err())
}

#[tokio::test]
async fn a_store_of_a_newer_release_is_left_alone() {
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               VALUES (99, 'later', 1, $1, 0)";
    let sentence = "a newer release wrote the store: its tables are at step 99, and this release knows fewer; run that release, or a newer one";
    Mask::default().says(said_of_steps(sql).await, sentence);
}

#[tokio::test]
async fn a_step_that_is_another_one_than_ours_is_told() {
    let sql = "UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 2";
    let sentence = "the store's tables cannot be brought up to this release: migration 2 was previously applied but has been modified";
    Mask::default().says(said_of_steps(sql).await, sentence);
}

#[tokio::test]
async fn what_is_not_what_was_written_is_told_as_damage() {
    let (_folder, _place, store) = store().await;
    let rows = store.all("read", "SELECT $1", vec![vec![1, 2, 3].into()]);
    let row: &Row = &rows.await.unwrap()[0];
    let error = row.exactly::<4>(0).unwrap_err();
    Mask::default().says(
        chain(&error),
        "the store is damaged: 3 bytes where 4 belong",
    );
    store.close().await;
}

#[test]
fn what_the_store_refuses_names_the_cluster_and_the_way_out() {
    let unclaimed = StoreError::Unclaimed("cluster1".parse().unwrap());
    let sentence =
        "nobody has taken the lease of cluster1 yet: what was read before waits until then";
    Mask::default().says(chain(&unclaimed), sentence);
    let pruned = StoreError::Pruned("2026-10-01T00:00:00.000Z".to_owned(), "hours");
    let sentence = "the readings of TIME are pruned, and only whole hours of them are kept: ask for whole hours";
    Mask::default().says(chain(&pruned), sentence);
}
