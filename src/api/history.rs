//! `GET /api/v1/clusters/{name}/usage/history`: what a cluster used, point by point, page by page.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        accept,
        asked::Asked,
        error::{Answer, ApiError},
        guard::Api,
        query::{Query, bad},
        shown::{self, Rows},
    },
    clock,
    history::{asked::Asked as Wanted, cursor::Cursor, page, point::Point, step::Step},
    sheet::points as sheet,
    statement::moment::Moment,
};

/// What the query may say.
pub const KEYS: [&str; 6] = ["from", "to", "step", "limit", "cursor", "format"];
/// How many points a page has where nothing else is asked for.
pub const USUAL: usize = 1_000;
/// How many it has at most.
pub const MOST: usize = 5_000;

/// A page of points.
#[derive(Debug, Serialize, ToSchema)]
pub struct History<'a> {
    /// Name of the cluster.
    cluster: &'a str,
    /// The first moment that was asked for.
    from: Moment,
    /// The moment behind the last one that was asked for.
    to: Moment,
    /// How far apart the points are.
    step: Step,
    /// In the order of their times; empty where nothing was read in that time.
    points: Vec<Point>,
    /// Say it as `cursor` with the same query for the next page; null on the last one.
    next_cursor: Option<String>,
}

/// The page that is asked for.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, those of the store.
pub async fn answer(api: &Api, asked: &Asked, name: Option<&str>) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &KEYS)?;
    let format = accept::wanted(&query, &asked.headers)?;
    let window = query.window(&api.archive.calendar().zone)?;
    let step = step(&query)?;
    let limit = query.limit(USUAL, MOST)?;
    let after = query.get("cursor").map(|text| Cursor::read(text, step));
    let after = after.transpose()?;
    let cluster = api.cluster(name)?.known()?;
    let now = clock::now();
    let cluster_name = &cluster;
    let page = api.archive.ask(async |store| {
        let asked = Wanted {
            cluster: cluster_name,
            window,
            step,
            limit,
            after,
            now,
        };
        Ok(page::page(&store, asked).await?)
    });
    let page = page.await?;
    let next = page.next.map(Cursor::written);
    let bound = |second| Moment::second(second).ok_or(ApiError::Damaged);
    let body = History {
        cluster: cluster.as_str(),
        from: bound(window.from())?,
        to: bound(window.to())?,
        step,
        points: page.points,
        next_cursor: next.clone(),
    };
    let rows = || Rows {
        columns: sheet::columns(),
        rows: body.points.iter().map(sheet::row).collect(),
    };
    Ok(shown::paged(
        shown::answer(asked, format, &body, rows)?,
        next,
    ))
}

fn step(query: &Query) -> Result<Step, ApiError> {
    let Some(word) = query.get("step") else {
        return Ok(Step::Hour);
    };
    Step::named(word).ok_or_else(|| bad("`step` can be `raw`, `5m`, `1h`, `1d` or `1mo`"))
}
