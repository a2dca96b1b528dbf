//! One way to speak with either database: statements in portable SQL, values in, rows out.
//!
//! Every statement of this room is written once, with `$1`, `$2` … for its values, and runs on both. What only one
//! of them has (an extension, an advisory lock, a special type) is not used.

use std::ops::DerefMut;

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{AssertSqlSafe, Pool, Postgres, Sqlite};

use crate::store::{batched::Batched, error::StoreError, row::Row, value::Value};

/// An open database.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A file of our own. Only one connection writes; readers see what was committed last, and wait for nobody.
    Sqlite {
        /// For what only reads.
        readers: Pool<Sqlite>,
        /// For what writes.
        writer: Pool<Sqlite>,
    },
    /// A server, or a database that speaks like it.
    Postgres(Pool<Postgres>),
}

/// Statements that hold together: all of them, once it is committed, or none.
#[derive(Debug)]
pub enum Transaction {
    /// In the file.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On the server.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A statement with its values; the types of either database follow from who runs it.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let query = sqlx::query(AssertSqlSafe($sql));
        $values.into_iter().fold(query, |query, value| match value {
            Value::Int(int) => query.bind(int),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }};
}

impl Engine {
    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// When the database is not there, or busy for too long.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let doing = StoreError::doing("begin a transaction");
        match self {
            // A lock that is taken at once is waited for; one that is taken later is refused.
            Engine::Sqlite { writer, .. } => {
                let begun = writer.begin_with("BEGIN IMMEDIATE").await;
                begun.map(Transaction::Sqlite).map_err(doing)
            }
            Engine::Postgres(pool) => pool.begin().await.map(Transaction::Postgres).map_err(doing),
        }
    }

    /// The rows of a statement that only reads, one after the other.
    pub fn rows<'a>(
        &'a self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> BoxStream<'a, Result<Row, StoreError>> {
        let (sql, doing) = (sql.into(), StoreError::doing(doing));
        match self {
            Engine::Sqlite { readers, .. } => {
                let rows = Batched::new(bound!(sql, values).fetch(readers));
                rows.map_ok(Row::Sqlite).map_err(doing).boxed()
            }
            Engine::Postgres(pool) => {
                let rows = bound!(sql, values).fetch(pool);
                rows.map_ok(Row::Postgres).map_err(doing).boxed()
            }
        }
    }

    /// All rows of a statement that only reads.
    ///
    /// # Errors
    /// When it cannot be run to its end.
    pub async fn all(
        &self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.rows(doing, sql, values).try_collect().await
    }

    /// The first row of a statement that only reads; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn first(
        &self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        self.rows(doing, sql, values).try_next().await
    }

    /// Gives so many pages of a file back that hold nothing any more. A server does that by itself.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn give_back(&self, pages: u32) -> Result<(), StoreError> {
        if let Engine::Sqlite { writer, .. } = self {
            let sql = AssertSqlSafe(format!("PRAGMA incremental_vacuum({pages})"));
            let done = sqlx::raw_sql(sql).execute(writer).await;
            done.map_err(StoreError::doing("give room back"))?;
        }
        Ok(())
    }

    /// What the database itself finds wrong with a file, a line each. A server looks after its own.
    ///
    /// # Errors
    /// When the file cannot be read to its end.
    pub async fn unsound(&self) -> Result<Vec<String>, StoreError> {
        let Engine::Sqlite { .. } = self else {
            return Ok(Vec::new());
        };
        let rows = self.all("check its file", "PRAGMA integrity_check", Vec::new());
        let line = |row: &Row| Ok(row.text(0)?.to_owned());
        let mut lines: Vec<String> = rows.await?.iter().map(line).collect::<Result<_, _>>()?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                // The last connection to leave takes what stands in the log over into the file.
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Runs a statement, and says how many rows it changed.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn run(
        &mut self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        let (sql, doing) = (sql.into(), StoreError::doing(doing));
        match self {
            Transaction::Sqlite(open) => {
                let done = bound!(sql, values).execute(open.deref_mut()).await;
                done.map(|done| done.rows_affected()).map_err(doing)
            }
            Transaction::Postgres(open) => {
                let done = bound!(sql, values).execute(open.deref_mut()).await;
                done.map(|done| done.rows_affected()).map_err(doing)
            }
        }
    }

    /// The rows of a statement, one after the other, as this transaction sees them.
    pub fn rows<'a>(
        &'a mut self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> BoxStream<'a, Result<Row, StoreError>> {
        let (sql, doing) = (sql.into(), StoreError::doing(doing));
        match self {
            Transaction::Sqlite(open) => {
                let rows = bound!(sql, values).fetch(open.deref_mut());
                rows.map_ok(Row::Sqlite).map_err(doing).boxed()
            }
            Transaction::Postgres(open) => {
                let rows = bound!(sql, values).fetch(open.deref_mut());
                rows.map_ok(Row::Postgres).map_err(doing).boxed()
            }
        }
    }

    /// All rows of a statement, as this transaction sees them.
    ///
    /// # Errors
    /// When it cannot be run to its end.
    pub async fn all(
        &mut self,
        doing: &'static str,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.rows(doing, sql, values).try_collect().await
    }

    /// Makes all of it last.
    ///
    /// # Errors
    /// When that is not certain: then it may have happened, or not.
    pub async fn commit(self) -> Result<(), StoreError> {
        let done = match self {
            Transaction::Sqlite(open) => open.commit().await,
            Transaction::Postgres(open) => open.commit().await,
        };
        done.map_err(StoreError::doing("commit a transaction"))
    }
}
