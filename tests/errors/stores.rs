//! What the store says where it does not do what it was asked for.

use vhi_usage::store::error::StoreError;

#[test]
fn a_store_that_fails_says_at_what_and_what_helps() {
    let stopped = StoreError::Database {
        doing: "commit a transaction",
        source: sqlx::Error::PoolTimedOut,
    };
    let missing = sqlx::migrate::MigrateError::VersionMismatch(2);
    for (error, sentence) in [
        (stopped, "the store could not commit a transaction"),
        (
            StoreError::Migration(missing),
            "the store's tables cannot be brought up to this release",
        ),
        (
            StoreError::Newer(9),
            "a newer release wrote the store: its tables are at step 9, and this release knows fewer; run that release, or a newer one",
        ),
        (
            StoreError::Fenced("cluster1".parse().unwrap()),
            "the lease of cluster1 is held by another instance",
        ),
        (
            StoreError::Pruned("2026-10-01T00:00:00Z".to_owned(), "hours"),
            "the readings of 2026-10-01T00:00:00Z are pruned, and only whole hours of them are kept: ask for whole hours",
        ),
        (
            StoreError::damaged("an origin is unreadable"),
            "the store is damaged: an origin is unreadable",
        ),
    ] {
        assert_eq!(error.to_string(), sentence);
    }
}
