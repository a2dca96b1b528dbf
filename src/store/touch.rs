//! What a reading, or the lack of one, changes of what is rolled up already: the hours, days and months that it
//! touches are taken back, and worked out anew.

use crate::{
    meter::{quantity::Series, window::Window},
    store::{
        engine::Transaction,
        error::StoreError,
        length::Length,
        marks::{self, HOUR, Marks},
        opened::Store,
        origin::Role,
        value::Value,
    },
};

/// A time of a series from which on its roll-ups are no longer right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touch {
    cluster: i64,
    series: Series,
    /// In milliseconds since 1970.
    at: i64,
    holds: u32,
}

impl Touch {
    /// By a reading; `None` where nothing of its series is rolled up from there on.
    pub(crate) fn reading(
        cluster: i64,
        role: Role,
        at: i64,
        holds: u32,
        marks: &Marks,
    ) -> Option<Touch> {
        let series = role.series()?;
        // The roll-ups begin with the first reading.
        let touches = marks
            .rolled(series)
            .is_none_or(|rolled| hour(at) < rolled.end);
        touches.then_some(Touch {
            cluster,
            series,
            at,
            holds,
        })
    }

    /// By an absence; `None` as above. Before the first reading there is nothing that it is a gap of.
    pub(crate) fn absence(
        cluster: i64,
        role: Role,
        at: i64,
        holds: u32,
        marks: &Marks,
    ) -> Option<Touch> {
        marks.rolled(role.series()?)?;
        Touch::reading(cluster, role, at, holds, marks)
    }

    /// Takes the rows back. The marks of the cluster are locked by whoever calls.
    pub(crate) async fn take_back(
        self,
        open: &mut Transaction,
        store: &Store,
    ) -> Result<(), StoreError> {
        let second = self.at.div_euclid(1000);
        let mut end = second.saturating_add(i64::from(self.holds));
        // What stood before it now stands for less long, or no longer explains a gap.
        let key = [self.cluster, self.series as i64, self.at];
        let before = "SELECT at, origin FROM readings WHERE cluster = $1 AND role = $2 AND at < $3 AND late = 0 \
                      ORDER BY at DESC, id DESC LIMIT 1";
        let doing = "find the reading before a late one";
        let before = open
            .all(doing, before, key.map(Value::from).to_vec())
            .await?;
        let mut since = i64::MIN;
        if let Some(row) = before.first() {
            since = row.int(0)?;
            let holds = store.origin(row.int(1)?).await?.holds;
            end = end.max(since.div_euclid(1000).saturating_add(i64::from(holds)));
        }
        let absent = "SELECT MAX(at + 1000 * holds) FROM absences WHERE cluster = $1 AND role = $2 AND at <= $3 \
                      AND at >= $4";
        let doing = "find the absences before a late reading";
        let mut values = key.map(Value::from).to_vec();
        values.push(since.into());
        let absent = open.all(doing, absent, values).await?;
        if let Some(row) = absent.first() {
            let until = row.maybe_int(0)?;
            end = until.map_or(end, |until| end.max(until.div_euclid(1000)));
        }
        // One second more: what ends within a second counts for none of it.
        let window = Window::new(second, end.saturating_add(1));
        match window {
            Ok(window) => open.touch(self.cluster, self.series, window).await,
            Err(_) => Err(StoreError::damaged("a reading is of no time that can be")),
        }
    }
}

impl Transaction {
    /// Takes back what follows from the readings of this window. The marks of the cluster are locked by whoever calls.
    pub(crate) async fn touch(
        &mut self,
        cluster: i64,
        series: Series,
        window: Window,
    ) -> Result<(), StoreError> {
        let doing = "take back what a late reading changes";
        for length in Length::ALL {
            let sql = format!(
                "DELETE FROM {} WHERE cluster = $1 AND series = $2 AND start >= $3 AND start < $4",
                length.table()
            );
            let first = length.around(window.from());
            let first = first.map_or(window.from(), Window::from);
            let values = [cluster, series as i64, first, window.to()];
            self.run(doing, sql, values.map(Value::from).to_vec())
                .await?;
        }
        let hour = window.from().div_euclid(HOUR) * HOUR;
        let [from, to, end] = marks::columns(series);
        let least = |column| format!("CASE WHEN {column} <= $2 THEN {column} ELSE $2 END");
        let sql = format!(
            "UPDATE marks SET {from} = {}, {to} = {}, {end} = COALESCE({end}, $2) WHERE cluster = $1",
            least(from),
            least(to)
        );
        self.run(doing, sql, vec![cluster.into(), hour.into()])
            .await?;
        Ok(())
    }
}

/// The hour of a time in milliseconds, in seconds.
fn hour(at: i64) -> i64 {
    at.div_euclid(1000 * HOUR) * HOUR
}
