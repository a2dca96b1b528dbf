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
