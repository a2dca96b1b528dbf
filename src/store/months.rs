//! Months: what the days of a calendar month in UTC add up to, where every one of them has its row.
//!
//! The month in which a series begins has none as a rule, and a time that was passed over has none: there its days serve.

use crate::{
    meter::{quantity::Series, tallies::Tallies, window::Window},
    store::{engine::Transaction, error::StoreError, length::Length, rolled::Rows},
};

impl Transaction {
    /// Writes the row of the month that this second lies in, where all of its days have theirs. The marks of the cluster
    /// are locked by whoever calls.
    pub(crate) async fn roll_month(
        &mut self,
        cluster: i64,
        series: Series,
        second: i64,
    ) -> Result<(), StoreError> {
        let Some(month) = Length::Month.around(second) else {
            return Ok(());
        };
        let days = match self.rolled(cluster, series, Length::Day, month).await {
            Ok(days) => days,
            // Whoever reads that day is told. It keeps no hour that follows from its row.
            Err(StoreError::Damaged(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let rows = joined(month, &days).map(|whole| (month.from(), whole.pack()));
        self.write(cluster, series, Length::Month, Vec::from_iter(rows))
            .await
    }
}

/// What a month adds up to; `None` where a day of it is not there.
pub(crate) fn joined(month: Window, days: &Rows) -> Option<Tallies> {
    let mut days = days.values();
    let first = days.next()?.clone();
    let whole = days.try_fold(first, |whole, day| whole.join(day))?;
    (whole.window == month).then_some(whole)
}
