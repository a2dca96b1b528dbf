//! The store on a server that speaks PostgreSQL.

use std::time::Duration;

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

use crate::store::{engine::Engine, error::StoreError};

/// For four answers, each of which reads storage and compute beside each other, and for whoever else reads or writes.
const CONNECTIONS: u32 = 12;
const WITHIN: Duration = Duration::from_secs(5);

/// An instance that stands still inside a transaction holds its rows no longer than this; closing a month reads for long
/// in the midst of one. A database that does not know the setting finds no row, and goes on.
const BOUND: &str = "SELECT set_config(name, '30000', false) FROM pg_catalog.pg_settings \
     WHERE name = 'idle_in_transaction_session_timeout'";

/// Connects with the server, now and again whenever a connection is lost.
///
/// # Errors
/// When there is no connection.
pub async fn open(options: PgConnectOptions) -> Result<Engine, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WITHIN)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(BOUND).execute(connection).await.map(drop) })
        })
        // What is slow is told by who waits for it, and not as SQL.
        .connect_with(options.disable_statement_logging())
        .await
        .map_err(StoreError::doing("connect with its server"))?;
    Ok(Engine::Postgres(pool))
}

/// Further connections with the same server, made when they are wanted, and anew whenever they are lost.
pub fn aside(pool: &PgPool) -> Engine {
    let further = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WITHIN);
    let options = pool.connect_options().as_ref().clone();
    Engine::Postgres(further.connect_lazy_with(options))
}
