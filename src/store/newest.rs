//! The newest of everything: what an instance shows of a cluster that another one collects.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    store::{
        absences,
        entry::{Absence, Stored},
        error::StoreError,
        list,
        opened::Store,
        origin::{Asked, Role},
        readings,
    },
};

/// How far before the newest reading of all witnesses each witness is looked for, in milliseconds.
const WITNESSED: i64 = 24 * 3_600_000;

/// What was read last, and what has failed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Newest {
    /// The newest reading of each role, of each source where it is a witness.
    pub readings: Vec<Stored>,
    /// Every absence that is newer than the reading of its role and source: the newest one of each.
    pub absences: Vec<Absence>,
}

impl Store {
    /// What was read last of a cluster by now, and what has failed since. What a clock that ran ahead has dated later
    /// than now is not the newest until then.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(
        &self,
        cluster: &ClusterName,
        now: Timestamp,
    ) -> Result<Newest, StoreError> {
        let now = now.as_millisecond();
        let mut newest = Newest::default();
        let Some(number) = self.known(cluster).await? else {
            return Ok(newest);
        };
        for role in Role::ALL {
            let found = self.newest_of(cluster, number, role, now).await?;
            newest.readings.extend(found);
            newest.absences.extend(
                self.failed(cluster, number, role, &newest.readings, now)
                    .await?,
            );
        }
        Ok(newest)
    }

    async fn newest_of(
        &self,
        cluster: &ClusterName,
        number: i64,
        role: Role,
        now: i64,
    ) -> Result<Vec<Stored>, StoreError> {
        let sql = format!(
            "SELECT {} FROM readings WHERE cluster = $1 AND role = $2 AND at <= $3 ORDER BY at DESC, id DESC LIMIT 1",
            readings::COLUMNS
        );
        let doing = "read the newest reading";
        let values = vec![number.into(), (role as i64).into(), now.into()];
        let Some(row) = self.engine.first(doing, sql, values).await? else {
            return Ok(Vec::new());
        };
        let first = self.stored(cluster.clone(), row).await?;
        if role != Role::Witness {
            return Ok(vec![first]);
        }
        let since = first.entry.at.as_millisecond().saturating_sub(WITNESSED);
        let mut origins: BTreeMap<Asked, Vec<i64>> = BTreeMap::new();
        for (number, origin) in self.origins().await? {
            origins.entry(origin.source).or_default().push(number);
        }
        origins.remove(&first.entry.origin.source);
        let mut found = vec![first];
        for numbers in origins.into_values() {
            let sql = format!(
                "SELECT {} FROM readings WHERE cluster = $1 AND role = $2 AND at >= $3 AND at <= $4 AND origin IN ({}) \
                 ORDER BY at DESC, id DESC LIMIT 1",
                readings::COLUMNS,
                list::values(5, numbers.len())
            );
            let mut values = vec![
                number.into(),
                (role as i64).into(),
                since.into(),
                now.into(),
            ];
            values.extend(numbers.into_iter().map(Into::into));
            if let Some(row) = self.engine.first(doing, sql, values).await? {
                found.push(self.stored(cluster.clone(), row).await?);
            }
        }
        Ok(found)
    }

    /// The newest absence of each source of this role that is newer than its reading.
    async fn failed(
        &self,
        cluster: &ClusterName,
        number: i64,
        role: Role,
        readings: &[Stored],
        now: i64,
    ) -> Result<Vec<Absence>, StoreError> {
        let mut failed = Vec::new();
        let key = vec![number.into(), (role as i64).into(), now.into()];
        let last = "SELECT MAX(at) FROM absences WHERE cluster = $1 AND role = $2 AND at <= $3";
        let last = self
            .engine
            .first("find the newest absence", last, key)
            .await?;
        let Some(last) = last.map(|row| row.maybe_int(0)).transpose()?.flatten() else {
            return Ok(failed);
        };
        for source in Asked::ALL {
            let answered = readings.iter().map(|stored| &stored.entry);
            let mut answered = answered.filter(|it| it.role == role && it.origin.source == source);
            // A source that has never answered is one that fails now, or none of this cluster.
            let since = match answered.next() {
                Some(entry) => entry.at.as_millisecond().saturating_add(1),
                None => last.saturating_sub(WITNESSED),
            };
            let sql = format!(
                "SELECT {} FROM absences WHERE cluster = $1 AND role = $2 AND at >= $3 AND at <= $4 AND source = $5 \
                 ORDER BY at DESC LIMIT 1",
                absences::COLUMNS
            );
            let mut values = vec![number.into(), (role as i64).into(), since.into()];
            values.extend([now.into(), source.name().into()]);
            if let Some(row) = self
                .engine
                .first("read the newest absence", sql, values)
                .await?
            {
                failed.push(absences::absence(cluster.clone(), &row)?);
            }
        }
        Ok(failed)
    }
}
