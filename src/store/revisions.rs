//! Readings whose raw text was read again with another figure.
//!
//! In a month that is not closed the reading takes the new figures, and those that it had are kept here. In a closed
//! month the reading stays as it was billed, and the new figures are kept here, for a correction.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::quantity::Quantity,
    store::{
        entry::Entry,
        error::StoreError,
        marks::{self, Marks},
        opened::Store,
        origin::{Origin, Role},
        pack, readings,
        row::Row,
        touch::Touch,
    },
};

/// A reading with the figures that it had, or would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Which reading.
    pub reading: Uuid,
    /// When it was read again, to the millisecond.
    pub at: Timestamp,
    /// Whether its month was closed then: the figures are the new ones, and are booked as a correction. Otherwise they
    /// are those that the reading had before.
    pub closed: bool,
    /// The release whose parser read these figures.
    pub parser: String,
    /// The figures.
    pub figures: Vec<(Quantity, Amount)>,
}

/// What became of a reading that was read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revised {
    /// It says what it said before.
    Same,
    /// Its month is open: it has the new figures.
    Replaced,
    /// Its month is closed: the difference is going to be booked as a correction.
    ToCorrect,
    /// It is in the sum of no closed month, as a witness is not, nor what came late for a time before the first closed
    /// month: the new figures are kept beside it, and nothing is corrected.
    Kept,
    /// There is no such reading.
    Unknown,
}

const COLUMNS: &str = "reading, at, closed, parser, figures";

impl Store {
    /// Books what a reading says now, read by this parser from the text that is kept of it. Booking it twice is booking
    /// it once.
    ///
    /// # Errors
    /// The database's own.
    pub async fn revise(
        &self,
        cluster: &ClusterName,
        reading: Uuid,
        parser: &str,
        figures: &[(Quantity, Amount)],
        now: Timestamp,
    ) -> Result<Revised, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(Revised::Unknown);
        };
        let Some(kept) = self.entry(cluster, reading).await? else {
            return Ok(Revised::Unknown);
        };
        let read_now = Origin {
            parser: parser.to_owned(),
            ..kept.entry.origin.as_ref().clone()
        };
        let origin = self.origin_number(&Arc::new(read_now)).await?;
        let mut open = self.engine.begin().await?;
        let marks = marks::of(&open.marks(&[number]).await?, number)?;
        // Nobody changes readings or months of the cluster from here on, so that what is read beside the transaction
        // holds.
        let Some(kept) = self.entry(cluster, reading).await? else {
            return Ok(Revised::Unknown);
        };
        let at_ms = kept.entry.at.as_millisecond();
        let closed = kept.late || marks.late(at_ms);
        let packed = pack::pack(figures);
        let standing = match closed {
            true => self.standing(number, &kept.entry).await?,
            false => pack::pack(&kept.entry.figures),
        };
        if standing == packed {
            return Ok(Revised::Same);
        }
        let (by, put) = match closed {
            true => (parser, packed.clone()),
            false => (kept.entry.origin.parser.as_str(), standing),
        };
        let sql = "INSERT INTO revisions (cluster, reading, at, closed, parser, figures) VALUES ($1, $2, $3, $4, $5, $6)";
        let id = reading.into_bytes();
        let values = vec![
            number.into(),
            id.into(),
            now.as_millisecond().into(),
            i64::from(closed).into(),
            by.into(),
            put.into(),
        ];
        let doing = "revise a reading";
        open.run(doing, sql, values).await?;
        if closed {
            let counts = self.counts(number, &kept.entry, &marks).await?;
            open.commit().await?;
            return Ok(match counts {
                true => Revised::ToCorrect,
                false => Revised::Kept,
            });
        }
        let sql = "UPDATE readings SET figures = $2, origin = $3 WHERE id = $1";
        open.run(doing, sql, vec![id.into(), packed.into(), origin.into()])
            .await?;
        let (role, holds) = (kept.entry.role, kept.entry.origin.holds);
        if let Some(touch) = Touch::reading(number, role, at_ms, holds, &marks) {
            touch.take_back(&mut open, self).await?;
        }
        open.commit().await?;
        Ok(Revised::Replaced)
    }

    /// The revisions of a cluster, in the order in which they were made.
    ///
    /// # Errors
    /// The database's own, and `Damaged`.
    pub async fn revisions(&self, cluster: &ClusterName) -> Result<Vec<Revision>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM revisions \
             WHERE cluster = (SELECT number FROM clusters WHERE name = $1) ORDER BY at, reading"
        );
        let rows = self
            .engine
            .all("read the revisions", sql, vec![cluster.as_str().into()]);
        rows.await?.iter().map(revision).collect()
    }

    /// Whether a correction can speak of a reading: the same that [`Store::pending`] asks.
    async fn counts(&self, cluster: i64, entry: &Entry, marks: &Marks) -> Result<bool, StoreError> {
        let sql = "SELECT MIN(begins) FROM periods WHERE cluster = $1";
        let doing = "read when closed months began";
        let row = self.engine.first(doing, sql, vec![cluster.into()]);
        let begins = row.await?.map_or(Ok(None), |row| row.maybe_int(0))?;
        let second = entry.at.as_millisecond().div_euclid(1000);
        let closed = begins
            .zip(marks.closed_to)
            .is_some_and(|(begins, ends)| (begins..ends).contains(&second));
        let is_pruned = marks.pruned_to.is_some_and(|pruned| second < pruned);
        Ok(closed && !is_pruned && entry.role != Role::Witness)
    }

    /// The figures, packed, that a reading of a closed month has by its last revision, or by itself.
    async fn standing(&self, cluster: i64, entry: &Entry) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT figures FROM revisions WHERE cluster = $1 AND reading = $2 AND closed = 1 ORDER BY at DESC LIMIT 1";
        let values = vec![cluster.into(), entry.id.into_bytes().into()];
        match self
            .engine
            .first("read the last revision", sql, values)
            .await?
        {
            Some(row) => Ok(row.bytes(0)?.to_vec()),
            None => Ok(pack::pack(&entry.figures)),
        }
    }
}

fn revision(row: &Row) -> Result<Revision, StoreError> {
    Ok(Revision {
        reading: Uuid::from_bytes(row.exactly(0)?),
        at: readings::time(row.int(1)?)?,
        closed: row.int(2)? != 0,
        parser: row.text(3)?.to_owned(),
        figures: pack::unpack(row.bytes(4)?)?,
    })
}
