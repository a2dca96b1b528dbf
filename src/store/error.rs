//! Why the store did not do what it was asked for.

use crate::cluster_name::ClusterName;

/// What was being done, and why it failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, or is not there.
    #[error("the store could not {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the library says.
        source: sqlx::Error,
    },
    /// The tables could not be brought to what this release wants.
    #[error("the store's tables cannot be brought up to this release")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A round was read before any lease was held, and who takes the next one is still open.
    #[error("nobody has taken the lease of {0} yet: what was read before waits until then")]
    Unclaimed(ClusterName),
    /// A newer release wrote it.
    #[error(
        "a newer release wrote the store: its tables are at step {0}, and this release knows fewer; run that release, or a newer one"
    )]
    Newer(i64),
    /// Only whole hours, or whole days, are left of this time.
    #[error(
        "the readings of {0} are pruned, and only whole {1} of them are kept: ask for whole {1}"
    )]
    Pruned(String, &'static str),
    /// What stands in it is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

impl StoreError {
    /// What an error of the library becomes while this is being done.
    pub fn doing(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError + Copy {
        move |source| StoreError::Database { doing, source }
    }

    /// What stands there cannot be what was written.
    pub fn damaged(what: impl Into<String>) -> StoreError {
        StoreError::Damaged(what.into())
    }
}
