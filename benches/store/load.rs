//! A store with years of readings in it, laid out as the service does, and filled by the database itself.
//!
//! The first reading of each cluster is written as the service writes it. The others are rows that the database
//! makes: a reading a minute, with a name and a hash of its own, and figures that differ in every minute of a month.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use vhi_usage::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::quantity::{Quantity, Series},
    store::{
        entry::{Entry, Text, id},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
        pack,
        place::Place,
    },
};

use crate::Failed;

/// The readings end with this month: September 2026, of 43,200 minutes.
pub(crate) const MONTH: (i64, i64) = (1_788_220_800, 1_790_812_800);
const MINUTES: i64 = 43_200;

/// How much a store holds: so many minutes of so many clusters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling {
    pub(crate) minutes: i64,
    pub(crate) clusters: i64,
}

/// Where a store is, for those who go past it.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    File(PathBuf),
    Server(Box<PgConnectOptions>),
}

/// What runs one statement on either database.
macro_rules! run {
    ($connection:expr, $sql:expr $(, $value:expr)*) => {
        sqlx::query(AssertSqlSafe($sql.to_string()))$(.bind($value))*.execute(&mut $connection).await?
    };
}

/// Makes the rows behind the first ones, a month at a time, and the index of names when they are all there.
macro_rules! rows {
    ($open:expr, $bytes:expr, $random:expr, $start:expr, $fill:expr) => {{
        let bytes = $bytes;
        run!($open, "DROP INDEX readings_by_id");
        let table = format!("CREATE TEMP TABLE pattern (minute BIGINT PRIMARY KEY, figures {bytes})");
        run!($open, table);
        for minute in 0..MINUTES {
            let packed = pack::pack(&figures(minute));
            let sql = "INSERT INTO pattern (minute, figures) VALUES ($1, $2)";
            run!($open, sql, minute, packed);
        }
        let [name, hash] = $random;
        let sql = format!(
            "INSERT INTO readings (cluster, role, at, id, origin, text, figures, late) SELECT c.number, 0, \
             $1 + minute * 60000, {name}, (SELECT MIN(number) FROM origins), {hash}, figures, 0 FROM clusters c, \
             pattern WHERE c.name = $2 AND minute < $3 ORDER BY minute"
        );
        for number in 0..$fill.clusters {
            let mut done = 1;
            while done < $fill.minutes {
                let some = MINUTES.min($fill.minutes - done);
                let at = ($start + done * 60) * 1000;
                run!($open, sql, at, cluster(number)?.to_string(), some);
                done += some;
            }
        }
        run!($open, "CREATE UNIQUE INDEX readings_by_id ON readings (id)");
    }};
}
impl Kind {
    pub(crate) fn place(&self) -> Place {
        match self {
            Kind::File(file) => Place::File(file.clone()),
            Kind::Server(options) => Place::Server(options.clone()),
        }
    }
}

/// A cluster by its number, from 0.
pub(crate) fn cluster(number: i64) -> Result<ClusterName, Failed> {
    Ok(format!("cluster{number}").parse()?)
}

/// What the source reads in a minute: all but the licence, each minute of a month another figure.
pub(crate) fn figures(minute: i64) -> Vec<(Quantity, Amount)> {
    let grown = u64::try_from(minute.rem_euclid(MINUTES)).unwrap_or_default();
    let figure = |(place, quantity): (u64, &Quantity)| {
        let bytes = (place + 1) * (60 << 40) + grown * 7_919_113;
        (*quantity, Amount::exact(bytes))
    };
    (0..)
        .zip(Series::Storage.quantities())
        .map(figure)
        .collect()
}

/// A round of one reading, with a text of its own.
pub(crate) fn round(cluster: i64, at: Timestamp, text: &[u8]) -> Result<Kept, Failed> {
    let name = self::cluster(cluster)?;
    let text = Text::new(text);
    let origin = Arc::new(Origin {
        source: Asked::Overview,
        node: None,
        command: None,
        cluster_status: Some("healthy".to_owned()),
        size_base: None,
        parser: env!("CARGO_PKG_VERSION").to_owned(),
        holds: 900,
    });
    let entry = Entry {
        id: id(&name, Asked::Overview, at, &text.hash),
        cluster: name.clone(),
        role: Role::Storage,
        at,
        origin,
        text: text.hash,
        figures: figures(at.as_second() / 60),
    };
    Ok(Kept {
        cluster: name,
        readings: vec![(entry, text)],
        absences: Vec::new(),
        fence: None,
    })
}

/// Fills an empty store.
pub(crate) async fn fill(kind: &Kind, filling: Filling) -> Result<(), Failed> {
    let start = MONTH.1 - filling.minutes * 60;
    let store = Store::open(&kind.place()).await?;
    for number in 0..filling.clusters {
        let text = format!("the first text of {number}");
        let at = Timestamp::from_second(start)?;
        store.append(&[round(number, at, text.as_bytes())?]).await?;
    }
    store.close().await;
    match kind {
        Kind::File(file) => {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Off)
                .synchronous(SqliteSynchronous::Off)
                .pragma("cache_size", "-262144");
            let mut open = SqliteConnection::connect_with(&options).await?;
            let random = ["randomblob(16)", "randomblob(32)"];
            rows!(open, "BLOB", random, start, filling);
            run!(open, "ANALYZE");
            open.close().await?;
        }
        Kind::Server(options) => {
            let mut open = PgConnection::connect_with(options).await?;
            run!(open, "SET synchronous_commit = off");
            run!(open, "SET maintenance_work_mem = '256MB'");
            let random = [
                "uuid_send(gen_random_uuid())",
                "sha256(uuid_send(gen_random_uuid()))",
            ];
            rows!(open, "BYTEA", random, start, filling);
            run!(open, "VACUUM (ANALYZE) readings");
            run!(open, "CHECKPOINT");
            open.close().await?;
        }
    }
    Ok(())
}
