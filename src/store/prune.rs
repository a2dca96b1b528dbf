//! Pruning: what is older than its time goes, in steps that hold nobody up for long.
//!
//! Raw readings go by whole days in UTC, and only where every hour of theirs has its row and their month is closed: a
//! month is made of its readings, and can be closed only while they are there, so one that nobody closes keeps them for
//! as long as that takes. The last reading before is kept, because it may carry into what follows. Hourly rows go where
//! their day has its row. A month's row goes with the first of its days, and never later. A text goes by the newest reading that was read from it.
//!
//! What cannot be pruned of one cluster stops no other one.

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    meter::quantity::Series,
    store::{
        error::StoreError,
        length::Length,
        marks::{self, DAY, Marks},
        opened::Store,
        origin::Role,
        retention::{Keep, Retention},
        value::Value,
    },
};

/// So many rows go at once.
const ROWS: i64 = 2000;
/// So many pages of a file are given back at once.
const PAGES: u32 = 2000;

impl Store {
    /// Takes one step: some thousand rows of each kind at most. Returns how many rows went; 0 where nothing is left to go.
    ///
    /// # Errors
    /// When the store cannot be read or written: the first of them, when every cluster has had its turn.
    pub async fn prune(&self, now: Timestamp, retention: &Retention) -> Result<u64, StoreError> {
        let (mut gone, mut failed) = (0, None);
        for cluster in self.clusters().await? {
            match self.prune_one(&cluster, now, retention).await {
                Ok(rows) => gone += rows,
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        if let Some(until) = until(retention.evidence, now) {
            let sql = "DELETE FROM texts WHERE newest < $1 AND hash IN \
                       (SELECT hash FROM texts WHERE newest < $1 ORDER BY newest LIMIT $2)";
            gone += self
                .delete(sql, vec![(until * 1000).into(), ROWS.into()])
                .await?;
        }
        if gone > 0 {
            self.engine.give_back(PAGES).await?;
        }
        failed.map_or(Ok(gone), Err)
    }

    /// The step of one cluster.
    async fn prune_one(
        &self,
        cluster: &ClusterName,
        now: Timestamp,
        retention: &Retention,
    ) -> Result<u64, StoreError> {
        let mut gone = 0;
        let number = self.number(cluster).await?;
        if let Some(until) = self.prunes(number, until(retention.readings, now)).await? {
            for role in Role::ALL {
                for table in ["readings", "absences"] {
                    gone += self.raw_before(table, number, role, until).await?;
                }
            }
        }
        let marks = self.marks(number).await?;
        for series in Series::ALL {
            let rolled = marks.rolled(series).map(|it| it.to.div_euclid(DAY) * DAY);
            for (length, keep) in [
                (Length::Hour, retention.hours),
                (Length::Month, retention.days),
                (Length::Day, retention.days),
            ] {
                let table = length.table();
                if let Some((until, rolled)) = until(keep, now).zip(rolled) {
                    let until = until.min(rolled);
                    gone += self.rows_before(table, number, series, until).await?;
                }
            }
        }
        Ok(gone)
    }

    /// Marks the day up to which raw readings may go; `None` where none may. It is said before anything goes.
    async fn prunes(&self, cluster: i64, until: Option<i64>) -> Result<Option<i64>, StoreError> {
        let Some(until) = until else {
            return Ok(None);
        };
        let to = |marks: &Marks| {
            let rolled = marks.rolled.iter().flatten().map(|it| it.to);
            let until = rolled.fold(until.min(marks.closed_to?), i64::min);
            Some(until.div_euclid(DAY) * DAY)
        };
        let marks = self.marks(cluster).await?;
        if to(&marks) <= marks.pruned_to {
            return Ok(marks.pruned_to);
        }
        let mut locked = self.engine.begin().await?;
        let marks = marks::of(&locked.marks(&[cluster]).await?, cluster)?;
        let Some(until) = to(&marks).max(marks.pruned_to) else {
            return Ok(None);
        };
        let sql = "UPDATE marks SET pruned_to = $2 WHERE cluster = $1";
        let values = vec![cluster.into(), until.into()];
        locked.run("mark what is pruned", sql, values).await?;
        locked.commit().await?;
        Ok(Some(until))
    }

    /// Some rows of before this second go, but not the last ones.
    async fn raw_before(
        &self,
        table: &str,
        cluster: i64,
        role: Role,
        until: i64,
    ) -> Result<u64, StoreError> {
        let timely = if table == "readings" {
            "AND late = 0"
        } else {
            ""
        };
        let sql = format!(
            "DELETE FROM {table} WHERE cluster = $1 AND role = $2 \
             AND at < (SELECT MAX(at) FROM {table} WHERE cluster = $1 AND role = $2 AND at < $3 {timely}) \
             AND at <= COALESCE((SELECT at FROM {table} WHERE cluster = $1 AND role = $2 ORDER BY at LIMIT 1 OFFSET $4), $3)"
        );
        let values = [cluster, role as i64, until.saturating_mul(1000), ROWS];
        self.delete(&sql, values.map(Value::from).to_vec()).await
    }

    async fn rows_before(
        &self,
        table: &str,
        cluster: i64,
        series: Series,
        until: i64,
    ) -> Result<u64, StoreError> {
        let sql = format!(
            "DELETE FROM {table} WHERE cluster = $1 AND series = $2 AND start < $3 AND start <= COALESCE(\
             (SELECT start FROM {table} WHERE cluster = $1 AND series = $2 ORDER BY start LIMIT 1 OFFSET $4), $3)"
        );
        let values = [cluster, series as i64, until, ROWS];
        self.delete(&sql, values.map(Value::from).to_vec()).await
    }

    async fn delete(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut open = self.engine.begin().await?;
        let gone = open.run("prune", sql, values).await?;
        open.commit().await?;
        Ok(gone)
    }
}

/// The day before which a kind may go, in seconds.
fn until(keep: Keep, now: Timestamp) -> Option<i64> {
    let until = keep.until(now)?.as_second();
    Some(until.div_euclid(DAY) * DAY)
}
