//! The same rows without us: what the database gives through the same driver.

use futures_util::TryStreamExt;
use sqlx::{PgPool, Row, SqlitePool, postgres::PgPoolOptions, sqlite::SqliteConnectOptions};

use crate::{Failed, load::Kind};

/// The rows that a month's summary is made from.
const READINGS: &str = "SELECT at, id, origin, figures FROM readings WHERE cluster = (SELECT number FROM clusters \
                        WHERE name = 'cluster0') AND role = 0 AND at >= $1 AND at < $2 AND late = 0 ORDER BY at, id";
/// The roll-ups that a month's summary is made from.
const HOURS: &str = "SELECT start, tallies FROM hours WHERE cluster = (SELECT number FROM clusters WHERE name = \
                     'cluster0') AND series = 0 AND start >= $1 AND start < $2 ORDER BY start";

/// A connection past our own code.
pub(crate) enum Bare {
    File(SqlitePool),
    Server(PgPool),
}

/// Reads every column of every row, and adds up what stands in them.
macro_rules! scan {
    ($pool:expr, $sql:expr, $from:expr, $to:expr, $columns:pat => $sum:expr) => {{
        let mut rows = sqlx::query($sql).bind($from).bind($to).fetch($pool);
        let (mut count, mut sum) = (0_u64, 0_i64);
        while let Some(row) = rows.try_next().await? {
            let $columns = &row;
            sum = sum.wrapping_add($sum);
            count += 1;
        }
        std::hint::black_box(sum);
        count
    }};
}

macro_rules! readings {
    ($pool:expr, $from:expr, $to:expr) => {
        scan!($pool, READINGS, $from * 1000, $to * 1000, row => {
            let (at, origin): (i64, i64) = (row.try_get(0)?, row.try_get(2)?);
            let (id, figures): (&[u8], &[u8]) = (row.try_get(1)?, row.try_get(3)?);
            at ^ origin ^ i64::from(id[0]) ^ i64::from(figures[0])
        })
    };
}

macro_rules! hours {
    ($pool:expr, $from:expr, $to:expr) => {
        scan!($pool, HOURS, $from, $to, row => {
            let tallies: &[u8] = row.try_get(1)?;
            row.try_get::<i64, _>(0)? ^ i64::from(tallies[0])
        })
    };
}

impl Bare {
    pub(crate) async fn open(kind: &Kind) -> Result<Bare, Failed> {
        Ok(match kind {
            Kind::File(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                // As ours is opened: only the rests between its rows are ours alone.
                let options = options.row_buffer_size(16_384);
                Bare::File(SqlitePool::connect_with(options).await?)
            }
            Kind::Server(options) => {
                let pool = PgPoolOptions::new().max_connections(1);
                Bare::Server(pool.connect_with(options.as_ref().clone()).await?)
            }
        })
    }

    /// Scans the readings of a time. Returns how many there are.
    pub(crate) async fn readings(&self, (from, to): (i64, i64)) -> Result<u64, Failed> {
        Ok(match self {
            Bare::File(pool) => readings!(pool, from, to),
            Bare::Server(pool) => readings!(pool, from, to),
        })
    }

    /// Reads the hourly rows of a time. Returns how many there are.
    pub(crate) async fn hours(&self, (from, to): (i64, i64)) -> Result<u64, Failed> {
        Ok(match self {
            Bare::File(pool) => hours!(pool, from, to),
            Bare::Server(pool) => hours!(pool, from, to),
        })
    }

    /// How many bytes the readings take with their indexes, and how many readings there are.
    pub(crate) async fn size(&self) -> Result<(i64, i64), Failed> {
        let count = "SELECT COUNT(*) FROM readings";
        Ok(match self {
            Bare::File(pool) => {
                let pages = "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";
                let bytes = sqlx::query_scalar(pages).fetch_one(pool).await?;
                (bytes, sqlx::query_scalar(count).fetch_one(pool).await?)
            }
            Bare::Server(pool) => {
                let bytes = "SELECT pg_total_relation_size('readings')";
                let bytes = sqlx::query_scalar(bytes).fetch_one(pool).await?;
                (bytes, sqlx::query_scalar(count).fetch_one(pool).await?)
            }
        })
    }

    pub(crate) async fn close(self) {
        match self {
            Bare::File(pool) => pool.close().await,
            Bare::Server(pool) => pool.close().await,
        }
    }
}
