//! Whether all raw readings of a time are still there: of what is pruned nobody is told that it was a gap.

use jiff::Timestamp;

use crate::{
    clock::rfc3339,
    cluster_name::ClusterName,
    meter::{quantity::Series, window::Window},
    store::{error::StoreError, marks::Marks, opened::Store},
};

impl Store {
    /// That all raw readings of this window that were ever kept are still there. To be asked once they are read: what
    /// is pruned is said to be so before it goes.
    ///
    /// # Errors
    /// `Pruned` where some are gone; when the store cannot be read.
    pub async fn whole(&self, cluster: &ClusterName, window: Window) -> Result<(), StoreError> {
        if let Some(number) = self.known(cluster).await? {
            for series in Series::ALL {
                self.is_whole(number, series, window, "hours").await?;
            }
        }
        Ok(())
    }

    /// The same of one series of the cluster of this number; whole ones of these are left where it is not.
    pub(crate) async fn is_whole(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
        left: &'static str,
    ) -> Result<(), StoreError> {
        let marks = self.marks(cluster).await?;
        let pruned = marks.pruned_to.is_some_and(|to| window.from() < to);
        let begun = marks.rolled(series).is_some_and(|it| it.from < window.to());
        if !(pruned && begun) {
            return Ok(());
        }
        let time = Timestamp::from_second(window.from());
        let time = time.map_err(|_| StoreError::damaged("a window is of no time"))?;
        Err(StoreError::Pruned(rfc3339(time), left))
    }

    /// Before this second nothing was ever kept of a series, be it a reading or an absence.
    pub(crate) async fn begins(&self, cluster: i64, series: Series) -> Result<i64, StoreError> {
        let sql = "SELECT MIN(at) FROM (SELECT MIN(at) AS at FROM readings WHERE cluster = $1 AND role = $2 \
                   UNION ALL SELECT MIN(at) AS at FROM absences WHERE cluster = $1 AND role = $2) AS firsts";
        let values = [cluster, series as i64].map(Into::into).to_vec();
        let row = self.engine.first("read where a series begins", sql, values);
        let first = row.await?.map(|row| row.maybe_int(0)).transpose()?;
        let first = first.flatten().map_or(i64::MAX, |at| at.div_euclid(1000));
        // Only now: what is pruned meanwhile was said to be so before.
        let marks = self.marks(cluster).await?;
        let rolled = marks.rolled(series).filter(|_| marks.pruned_to.is_some());
        Ok(rolled.map_or(first, |it| first.min(it.from)))
    }

    /// How far a cluster is.
    pub(crate) async fn marks(&self, cluster: i64) -> Result<Marks, StoreError> {
        let sql = format!("SELECT {} FROM marks WHERE cluster = $1", Marks::COLUMNS);
        let row = self
            .engine
            .first("read its marks", sql, vec![cluster.into()]);
        let marks = row.await?.map(|row| Marks::read(&row, 0)).transpose()?;
        Ok(marks.unwrap_or_default())
    }
}
