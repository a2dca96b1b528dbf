//! Writing what rounds leave: all of it or nothing, and twice is once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::store::{
    engine::Transaction,
    entry::{Absence, Entry},
    error::StoreError,
    fence,
    kept::Kept,
    list,
    marks::{self, Marks},
    opened::Store,
    pack, texts,
    touch::Touch,
    value::Value,
};

/// Rows of a table in the order in which it is laid out: two who write the same ones cannot wait for each other.
type Rows = BTreeMap<(i64, i64, i64, Vec<u8>), Vec<Value>>;

/// What is going to be written.
#[derive(Debug, Default)]
struct Writing {
    readings: Rows,
    absences: Rows,
    touched: Vec<Touch>,
}

impl Store {
    /// Writes these rounds in one transaction. What stands there already is left as it is.
    ///
    /// A reading of a month that is closed, or of a time whose raw readings are pruned, is kept as a late one. Any
    /// other one takes the roll-ups back that it changes.
    ///
    /// Tells of each round whether it stands: `false` where it was read after another instance had taken its lease.
    ///
    /// # Errors
    /// `Unclaimed` where that is not known yet; when the store cannot be written. Nothing is written then.
    pub async fn append(&self, rounds: &[Kept]) -> Result<Vec<bool>, StoreError> {
        if rounds.is_empty() {
            return Ok(Vec::new());
        }
        let mut numbered = Vec::with_capacity(rounds.len());
        for round in rounds {
            let mut origins = Vec::with_capacity(round.readings.len());
            for (entry, _) in &round.readings {
                origins.push(self.origin_number(&entry.origin).await?);
            }
            numbered.push((self.number(&round.cluster).await?, origins));
        }
        let mut texts = texts::packed(rounds)?;
        let clusters: Vec<i64> = numbered.iter().map(|(cluster, _)| *cluster).collect();
        let mut open = self.engine.begin().await?;
        let stands = fence::check(&mut open, rounds).await?;
        let locked = open.marks(&clusters).await?;
        let mut writing = Writing::default();
        let mut hashes = BTreeSet::new();
        let standing = rounds.iter().zip(numbered).zip(&stands);
        for ((round, (cluster, origins)), _) in standing.filter(|(_, stands)| **stands) {
            hashes.extend(round.readings.iter().map(|(_, text)| text.hash));
            let marks = marks::of(&locked, cluster)?;
            for ((entry, _), origin) in round.readings.iter().zip(origins) {
                writing.reading(cluster, origin, entry, &marks);
            }
            for absence in &round.absences {
                writing.absence(cluster, absence, &marks);
            }
        }
        texts.retain(|hash, _| hashes.contains(hash));
        texts::write(&mut open, texts).await?;
        let columns = "readings (cluster, role, at, id, origin, text, figures, late)";
        insert(&mut open, columns, writing.readings).await?;
        let columns = "absences (cluster, role, at, source, code, message, next_try, holds)";
        insert(&mut open, columns, writing.absences).await?;
        for touched in writing.touched {
            touched.take_back(&mut open, self).await?;
        }
        open.commit().await?;
        Ok(stands)
    }
}

impl Writing {
    fn reading(&mut self, cluster: i64, origin: i64, entry: &Entry, marks: &Marks) {
        let at = entry.at.as_millisecond();
        let late = marks.late(at);
        let id = entry.id.as_bytes().to_vec();
        let row = vec![
            cluster.into(),
            (entry.role as i64).into(),
            at.into(),
            id.clone().into(),
            origin.into(),
            entry.text.into(),
            pack::pack(&entry.figures).into(),
            i64::from(late).into(),
        ];
        let key = (cluster, entry.role as i64, at, id);
        self.readings.insert(key, row);
        if !late {
            let touched = Touch::reading(cluster, entry.role, at, entry.origin.holds, marks);
            self.touched.extend(touched);
        }
    }

    fn absence(&mut self, cluster: i64, absence: &Absence, marks: &Marks) {
        let at = absence.at.as_millisecond();
        if marks.late(at) {
            // What a closed month says of its gaps stays as it is, and an absence changes no figure.
            return;
        }
        let source = absence.source.name();
        let row = vec![
            cluster.into(),
            (absence.role as i64).into(),
            at.into(),
            source.into(),
            absence.code.name().into(),
            absence.message.clone().into(),
            absence.next_try.map(Timestamp::as_millisecond).into(),
            i64::from(absence.holds).into(),
        ];
        let key = (cluster, absence.role as i64, at, source.as_bytes().to_vec());
        self.absences.insert(key, row);
        let touched = Touch::absence(cluster, absence.role, at, absence.holds, marks);
        self.touched.extend(touched);
    }
}

/// Inserts rows of eight columns, but for those that stand there already.
async fn insert(open: &mut Transaction, columns: &str, rows: Rows) -> Result<(), StoreError> {
    const COLUMNS: usize = 8;
    let mut rows = rows.into_values().peekable();
    while rows.peek().is_some() {
        let values: Vec<Value> = rows.by_ref().take(list::ROWS).flatten().collect();
        let list = list::rows(values.len() / COLUMNS, COLUMNS);
        let sql = format!("INSERT INTO {columns} VALUES {list} ON CONFLICT DO NOTHING");
        open.run("write readings", sql, values).await?;
    }
    Ok(())
}
