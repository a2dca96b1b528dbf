//! The tables, from release to release.

use std::{borrow::Cow, time::Duration};

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use tokio::time::sleep;

use crate::store::{engine::Engine, error::StoreError};

/// Every step, in order. What has been released is never changed: a change is a further step.
const STEPS: &[(&str, &str)] = &[
    ("readings", include_str!("schema/1_readings.sql")),
    ("rollups", include_str!("schema/2_rollups.sql")),
    ("periods", include_str!("schema/3_periods.sql")),
    ("leases", include_str!("schema/4_leases.sql")),
    ("lease_changes", include_str!("schema/5_lease_changes.sql")),
];

/// Two instances that start at once may hinder each other: then one of them tries again.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Takes every step that has not been taken yet.
///
/// # Errors
/// When a step fails, or the tables are of a newer release.
pub async fn run(engine: &Engine) -> Result<(), StoreError> {
    let mut tried = 1;
    loop {
        let done = match engine {
            Engine::Sqlite { writer, .. } => steps("BLOB", "WITHOUT ROWID").run(writer).await,
            Engine::Postgres(pool) => steps("BYTEA", "").run(pool).await,
        };
        match done {
            Ok(()) => return Ok(()),
            Err(MigrateError::VersionMissing(step)) => return Err(StoreError::Newer(step)),
            Err(error) if tried >= TRIES => return Err(StoreError::Migration(error)),
            Err(error) => {
                tracing::debug!(%error, tried, "the store's tables are tried again");
                tried += 1;
                sleep(PAUSE).await;
            }
        }
    }
}

/// The steps with the words of one database.
fn steps(bytes: &str, clustered: &str) -> Migrator {
    let steps = STEPS.iter().zip(1..).map(|((name, sql), version)| {
        let sql = sql.replace("BYTES", bytes).replace("CLUSTERED", clustered);
        let sql = AssertSqlSafe(sql).into_sql_str();
        let kind = MigrationType::Simple;
        Migration::new(version, Cow::Borrowed(*name), kind, sql, false)
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    // It would be an advisory lock, which not every database that speaks PostgreSQL has.
    migrator.set_locking(false);
    migrator
}
