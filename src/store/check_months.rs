//! Months held against their days: every row where all of these are there, and that no row is missing or too many.

use crate::{
    cluster_name::ClusterName,
    meter::{quantity::Series, window::Window},
    store::{
        check::Check, check_rollups::Odd, checked::Told, error::StoreError, length::Length,
        months::joined, rolled::unpacked,
    },
};

impl<T: FnMut(Told)> Check<'_, T> {
    pub(crate) async fn months(
        &mut self,
        cluster: &ClusterName,
        number: i64,
        series: Series,
    ) -> Result<(), StoreError> {
        let lengths = [Length::Day, Length::Month];
        let mut from = i64::MIN;
        while let Some(start) = self.first_row(lengths, number, series, from).await? {
            let Some(month) = Length::Month.around(start) else {
                let why = "it, or a day of it, is of no time".to_owned();
                self.odd(cluster, series, vec![(Length::Month, start, why)]);
                let Some(next) = start.checked_add(1) else {
                    return Ok(());
                };
                from = next;
                continue;
            };
            let (mut odd, mut rows) = self.month(number, series, month).await?;
            if !odd.is_empty() {
                // Whoever wrote meanwhile may have made it so: once more, with nobody writing.
                let mut locked = self.store.engine.begin().await?;
                locked.marks(&[number]).await?;
                (odd, rows) = self.month(number, series, month).await?;
                drop(locked);
            }
            self.counted.months += rows;
            self.odd(cluster, series, odd);
            from = month.to();
        }
        Ok(())
    }

    /// What is odd about a month, and how many rows begin in it.
    async fn month(
        &self,
        cluster: i64,
        series: Series,
        month: Window,
    ) -> Result<(Vec<Odd>, u64), StoreError> {
        let marks = self.store.marks(cluster).await?;
        let length = Length::Month;
        let mut rows = self.bytes(length, cluster, series, month).await?;
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let days = self.store.rolled(cluster, series, Length::Day, month);
        let right = match days.await {
            Ok(days) => joined(month, &days),
            // A day among them is named already, and nothing can be held against it.
            Err(StoreError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        let why = match (rows.remove(&month.from()), right) {
            (Some(row), right) => match unpacked(&row, series, length, month.from()) {
                Ok(found) => right
                    .is_some_and(|right| right != found)
                    .then_some("it does not say what its days say"),
                Err(StoreError::Damaged(_)) => Some("it is unreadable"),
                Err(error) => return Err(error),
            },
            (None, Some(_)) => self
                .due(&marks, series, length, month)
                .then_some("it is missing"),
            (None, None) => None,
        };
        let why = why.map(|why| (length, month.from(), why.to_owned()));
        let stray = rows.into_keys();
        let stray = stray.map(|start| (length, start, "it begins within another one".to_owned()));
        Ok((why.into_iter().chain(stray).collect(), count))
    }
}
