//! `GET /api/v1/clusters/{name}/usage/summary`: what a window, or a month, adds up to.

use crate::{
    api::{
        accept,
        asked::Asked,
        error::{Answer, ApiError},
        guard::Api,
        periods,
        query::{Query, bad},
        shown::{self, Rows},
    },
    clock,
    period::metering,
    sheet::summary as sheet,
};

/// What the query may say.
pub const KEYS: [&str; 4] = ["from", "to", "period", "format"];

/// The summary of a window, or of a month, which is what its page says.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, `UnknownPeriod`, those of the store.
pub async fn answer(api: &Api, asked: &Asked, name: Option<&str>) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &KEYS)?;
    let format = accept::wanted(&query, &asked.headers)?;
    let summary = match query.get("period") {
        Some(_) if query.get("from").or(query.get("to")).is_some() => {
            return Err(bad(
                "`period` names a month, `from` and `to` a window: say one or the other",
            ));
        }
        Some(month) => {
            let month = month.parse();
            let month = month.map_err(|_| bad("`period` is a month, such as 2026-10"))?;
            let cluster = api.cluster(name)?.known()?;
            periods::one(api, &cluster, month, clock::now())
                .await?
                .summary
        }
        None => {
            let window = query.window(&api.archive.calendar().zone)?;
            let cluster = &api.cluster(name)?.known()?;
            let now = clock::now();
            let told = api
                .archive
                .ask(async |store| Ok(metering::rolled(&store, cluster, window, now).await?));
            told.await?
        }
    };
    let rows = || Rows {
        columns: sheet::COLUMNS.map(str::to_owned).into(),
        rows: sheet::rows(&summary),
    };
    shown::answer(asked, format, &summary, rows)
}
