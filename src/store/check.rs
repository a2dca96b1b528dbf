//! A look at everything that is kept: whether it still is what was written, and says what the readings say.
//!
//! Rows are read a page at a time, so that a store of any size takes the same memory, and nobody who writes is held up.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    clock::rfc3339,
    cluster_name::ClusterName,
    hex,
    store::{
        absences,
        checked::{Counted, Looked, Told, Wrong},
        entry::{self, Stored},
        error::StoreError,
        opened::Store,
        origin::Role,
        pack, readings,
        retention::Retention,
        row::Row,
        texts,
    },
};

/// So many rows are read at once.
const PAGE: i64 = 1000;

/// A check that is going on.
pub(crate) struct Check<'a, T> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    pub(crate) retention: Retention,
    pub(crate) counted: Counted,
    of: u64,
    tell: T,
}

impl Store {
    /// Looks at everything, and tells what is not as it should be. What retention lets go is not missed.
    ///
    /// # Errors
    /// When the store cannot be read to its end.
    pub async fn check(
        &self,
        now: Timestamp,
        retention: Retention,
        tell: impl FnMut(Told),
    ) -> Result<Counted, StoreError> {
        let counted = Counted::default();
        let mut check = Check {
            store: self,
            now,
            retention,
            counted,
            of: 0,
            tell,
        };
        for line in self.engine.unsound().await? {
            check.wrong(Looked::File, String::new(), line);
        }
        let sql = "SELECT (SELECT COUNT(*) FROM texts) + (SELECT COUNT(*) FROM readings)";
        let row = self.engine.first("count what is kept", sql, Vec::new());
        let of = row.await?.map(|row| row.int(0)).transpose()?;
        check.of = of.and_then(|it| u64::try_from(it).ok()).unwrap_or_default();
        check.texts().await?;
        for cluster in self.clusters().await? {
            let Some(number) = self.known(&cluster).await? else {
                continue;
            };
            for role in Role::ALL {
                check.readings(&cluster, number, role).await?;
                check.absences(&cluster, number, role).await?;
            }
            check.revisions(&cluster, number).await?;
            check.rollups(&cluster, number).await?;
        }
        Ok(check.counted)
    }
}

impl<T: FnMut(Told)> Check<'_, T> {
    pub(crate) fn wrong(
        &mut self,
        kind: Looked,
        which: impl Into<String>,
        problem: impl Into<String>,
    ) {
        self.counted.wrong += 1;
        (self.tell)(Told::Wrong(Wrong {
            kind,
            which: which.into(),
            problem: problem.into(),
        }));
    }

    /// The value, or what is wrong instead of it; only what keeps the check from going on is an error.
    pub(crate) fn sound<V>(
        &mut self,
        kind: Looked,
        which: &str,
        read: Result<V, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Damaged(problem)) => {
                self.wrong(kind, which, problem);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn so_far(&mut self) {
        let (texts, readings) = (self.counted.texts, self.counted.readings);
        let of = self.of;
        (self.tell)(Told::SoFar {
            done: texts + readings,
            of,
            readings,
        });
    }

    async fn texts(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT hash, length, packed FROM texts WHERE hash > $1 ORDER BY hash LIMIT $2";
        let mut last: Vec<u8> = Vec::new();
        loop {
            let values = vec![last.clone().into(), PAGE.into()];
            let page = self.store.engine.all("read texts", sql, values).await?;
            for row in &page {
                last = row.bytes(0)?.to_vec();
                self.counted.texts += 1;
                let known = <[u8; 32]>::try_from(last.as_slice()).ok();
                let (packed, length) = (row.bytes(2)?, row.int(1)?);
                if known
                    .and_then(|hash| texts::inflated(packed, length, &hash))
                    .is_none()
                {
                    self.wrong(
                        Looked::Text,
                        hex::lower(&last),
                        "it is not what was written",
                    );
                }
            }
            self.so_far();
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    async fn readings(
        &mut self,
        cluster: &ClusterName,
        number: i64,
        role: Role,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {} FROM readings WHERE cluster = $1 AND role = $2 AND (at, id) > ($3, $4) ORDER BY at, id LIMIT $5",
            readings::COLUMNS
        );
        let (mut at, mut id) = (i64::MIN, Vec::new());
        loop {
            let key = [number, role as i64, at].map(Into::into);
            let rest = [id.clone().into(), PAGE.into()];
            let values = key.into_iter().chain(rest).collect();
            let page = self.store.engine.all("read readings", sql.as_str(), values);
            let page = page.await?;
            let more = !page.is_empty();
            for row in page {
                (at, id) = (row.int(1)?, row.bytes(2)?.to_vec());
                self.counted.readings += 1;
                let which = format!("{cluster} {}", reading(&id));
                let read = self.store.stored(cluster.clone(), row).await;
                if let Some(Stored { entry, .. }) = self.sound(Looked::Reading, &which, read)? {
                    let named = entry::id(cluster, entry.origin.source, entry.at, &entry.text);
                    if named != entry.id {
                        let problem = "its id does not follow from its source, time and text";
                        self.wrong(Looked::Reading, which, problem);
                    }
                }
            }
            self.so_far();
            if !more {
                return Ok(());
            }
        }
    }

    async fn absences(
        &mut self,
        cluster: &ClusterName,
        number: i64,
        role: Role,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {} FROM absences WHERE cluster = $1 AND role = $2 AND (at, source) > ($3, $4) \
             ORDER BY at, source LIMIT $5",
            absences::COLUMNS
        );
        let (mut at, mut source) = (i64::MIN, String::new());
        loop {
            let key = [number, role as i64, at].map(Into::into);
            let rest = [source.clone().into(), PAGE.into()];
            let values = key.into_iter().chain(rest).collect();
            let page = self.store.engine.all("read absences", sql.as_str(), values);
            let page = page.await?;
            for row in &page {
                (at, source) = (row.int(1)?, row.text(2)?.to_owned());
                self.counted.absences += 1;
                let which = format!("{cluster} {} {source}", moment(at));
                let read = absences::absence(cluster.clone(), row);
                self.sound(Looked::Absence, &which, read)?;
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    async fn revisions(&mut self, cluster: &ClusterName, number: i64) -> Result<(), StoreError> {
        let sql = "SELECT reading, at, figures FROM revisions WHERE cluster = $1 AND (reading, at) > ($2, $3) \
                   ORDER BY reading, at LIMIT $4";
        let (mut id, mut at) = (Vec::new(), i64::MIN);
        loop {
            let values = vec![number.into(), id.clone().into(), at.into(), PAGE.into()];
            let page = self.store.engine.all("read the revisions", sql, values);
            let page = page.await?;
            for row in &page {
                (id, at) = (row.bytes(0)?.to_vec(), row.int(1)?);
                self.counted.revisions += 1;
                let which = format!("{cluster} {} of {}", reading(&id), moment(at));
                let read = figures(row);
                self.sound(Looked::Revision, &which, read)?;
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }
}

fn figures(row: &Row) -> Result<(), StoreError> {
    pack::unpack(row.bytes(2)?).map(drop)
}

/// A reading's name, also where it is none.
fn reading(id: &[u8]) -> String {
    match Uuid::from_slice(id) {
        Ok(id) => id.to_string(),
        Err(_) => hex::lower(id),
    }
}

/// A time, also where it is none.
fn moment(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(time) => rfc3339(time),
        Err(_) => format!("{ms} ms"),
    }
}
