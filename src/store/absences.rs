//! Sources that gave no reading, in the order of their times: why there is a gap.

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};

use crate::{
    cluster_name::ClusterName,
    meter::{fold::Miss, quantity::Series, window::Window},
    reason::Code,
    store::{
        entry::Absence,
        error::StoreError,
        opened::Store,
        origin::{Asked, Role},
        readings,
        row::Row,
    },
};

/// The columns of an absence.
pub(crate) const COLUMNS: &str = "role, at, source, code, message, next_try, holds";

/// Those of a role in a window, and the last ones before it.
const ASKED: &str = "FROM absences WHERE cluster = $1 AND role = $2 AND at < $4 AND at >= COALESCE(\
    (SELECT MAX(at) FROM absences WHERE cluster = $1 AND role = $2 AND at < $3), $3) ORDER BY at, source";

impl Store {
    /// The absences of this role in this window, and the last ones before it, which may explain a gap in it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn absences(
        &self,
        cluster: &ClusterName,
        role: Role,
        window: Window,
    ) -> Result<BoxStream<'_, Result<Absence, StoreError>>, StoreError> {
        let Some(number) = self.known(cluster).await? else {
            return Ok(futures_util::stream::empty().boxed());
        };
        let sql = format!("SELECT {COLUMNS} {ASKED}");
        let values = readings::range(number, role as i64, window);
        let rows = self.engine.rows("read absences", sql, values);
        let cluster = cluster.clone();
        let rows = rows.and_then(move |row| std::future::ready(absence(cluster.clone(), &row)));
        Ok(rows.boxed())
    }
}

impl Store {
    /// The same as the meter wants them.
    pub(crate) async fn misses(
        &self,
        cluster: i64,
        series: Series,
        window: Window,
    ) -> Result<Vec<Miss>, StoreError> {
        let sql = format!("SELECT at, holds, code {ASKED}");
        let values = readings::range(cluster, series as i64, window);
        let rows = self.engine.all("read absences", sql, values).await?;
        let miss = |row: &Row| {
            Ok(Miss {
                at_ms: row.int(0)?,
                holds: u32::try_from(row.int(1)?).map_err(|_| unknown())?,
                code: code(row.text(2)?)?,
            })
        };
        rows.iter().map(miss).collect()
    }
}

/// The absence of a row that has [`COLUMNS`].
pub(crate) fn absence(cluster: ClusterName, row: &Row) -> Result<Absence, StoreError> {
    let source = row.text(2)?;
    let source = Asked::ALL.into_iter().find(|it| it.name() == source);
    let next_try = row.maybe_int(5)?.map(readings::time).transpose()?;
    Ok(Absence {
        cluster,
        role: Role::numbered(row.int(0)?).ok_or_else(unknown)?,
        source: source.ok_or_else(unknown)?,
        at: readings::time(row.int(1)?)?,
        code: code(row.text(3)?)?,
        message: row.text(4)?.to_owned(),
        next_try,
        holds: u32::try_from(row.int(6)?).map_err(|_| unknown())?,
    })
}

fn code(word: &str) -> Result<Code, StoreError> {
    let code = Code::ALL.iter().find(|it| it.name() == word);
    code.copied().ok_or_else(unknown)
}

fn unknown() -> StoreError {
    StoreError::damaged("an absence holds a word that nobody knows")
}
