//! `GET /api/v1/clusters/{name}/periods…`: the months of a bill, and `POST …/close`, which closes one for ever.

use jiff::Timestamp;

use crate::{
    api::{
        accept::{self, FOCUS, Format},
        asked::Asked,
        error::{Answer, ApiError},
        guard::Api,
        period_body::{COLUMNS, Periods, Told},
        query::{Query, bad},
        shown::{self, Rows},
    },
    clock,
    cluster_name::ClusterName,
    period::{
        error::PeriodError,
        ledger::{Ledger, Period},
        month::Month,
    },
    sheet::{charges, focus, summary as sheet},
};

/// How many months a page has at most.
pub const MOST: usize = 1_000;

/// Every month, or a page of them.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, those of the store.
pub async fn list(api: &Api, asked: &Asked, name: Option<&str>) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &["limit", "cursor", "format"])?;
    let format = accept::wanted(&query, &asked.headers)?;
    // Whoever asks for no page gets all of them.
    let limit = query.get("limit").map(|_| query.limit(MOST, MOST));
    let limit = limit.transpose()?.unwrap_or(usize::MAX);
    let after = query.get("cursor").map(behind).transpose()?;
    let cluster = &api.cluster(name)?.known()?;
    let (calendar, now) = (api.archive.calendar(), clock::now());
    let page = api.archive.ask(async |store| {
        let calendar = calendar.clone();
        let ledger = Ledger { store, calendar };
        Ok(ledger.list(cluster, after, limit, now).await?)
    });
    let page = page.await?;
    let next = page.next.map(|month| month.to_string());
    let body = Periods {
        cluster: cluster.as_str(),
        periods: page.periods.into_iter().map(Told::of).collect(),
        next_cursor: next.clone(),
    };
    let rows = || Rows {
        columns: COLUMNS.map(str::to_owned).into(),
        rows: body.periods.iter().map(Told::row).collect(),
    };
    Ok(shown::paged(
        shown::answer(asked, format, &body, rows)?,
        next,
    ))
}

/// One month; with `format=focus`, its charges.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, `UnknownPeriod`, those of the store.
pub async fn answer(
    api: &Api,
    asked: &Asked,
    name: Option<&str>,
    month: Option<&str>,
) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &["format"])?;
    let is_focus = query.get("format") == Some(FOCUS);
    let format = match is_focus {
        // A file of rows, unless objects are asked for.
        true => accept::accepted(&asked.headers, [Format::Csv, Format::Json])?,
        false => accept::wanted(&query, &asked.headers)?,
    };
    let month = named(month)?;
    let cluster = api.cluster(name)?.known()?;
    let period = one(api, &cluster, month, clock::now()).await?;
    match is_focus {
        true => charged(asked, format, &period),
        false => told(asked, format, period),
    }
}

/// Closes a month that is over, and tells it. One that is closed already is told as it is.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, `UnknownPeriod`, `PeriodConflict`, those of the store.
pub async fn close(
    api: &Api,
    asked: &Asked,
    name: Option<&str>,
    month: Option<&str>,
) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &["format"])?;
    let format = accept::wanted(&query, &asked.headers)?;
    let month = named(month)?;
    let cluster = &api.cluster(name)?.known()?;
    let (calendar, now) = (api.archive.calendar(), clock::now());
    let period = api.archive.ask(async |store| {
        let calendar = calendar.clone();
        Ok(Ledger { store, calendar }
            .close(cluster, month, now)
            .await?)
    });
    told(asked, format, period.await?)
}

/// The month of a cluster.
///
/// # Errors
/// `UnknownPeriod`, those of the store.
pub async fn one(
    api: &Api,
    cluster: &ClusterName,
    month: Month,
    now: Timestamp,
) -> Result<Period, ApiError> {
    let calendar = api.archive.calendar();
    let found = api.archive.ask(async |store| {
        let calendar = calendar.clone();
        Ok(Ledger { store, calendar }.one(cluster, month, now).await?)
    });
    found.await?.ok_or(ApiError::UnknownPeriod)
}

/// The last month of the page before.
fn behind(cursor: &str) -> Result<Month, ApiError> {
    let why = "`cursor` is not one that a page of months gave: take `next_cursor` of the page before as it came, or leave it out to begin anew";
    cursor.parse().map_err(|_| bad(why))
}

fn named(month: Option<&str>) -> Result<Month, ApiError> {
    let month = month.and_then(|month| month.parse().ok());
    month.ok_or(ApiError::UnknownPeriod)
}

fn told(asked: &Asked, format: Format, period: Period) -> Result<Answer, ApiError> {
    let rows = sheet::rows(&period.summary);
    let rows = || Rows {
        columns: sheet::COLUMNS.map(str::to_owned).into(),
        rows,
    };
    shown::answer(asked, format, &Told::of(period), rows)
}

fn charged(asked: &Asked, format: Format, period: &Period) -> Result<Answer, ApiError> {
    let charges = charges::of(period)?;
    let body = match format {
        Format::Csv => focus::csv(&charges).map_err(shown::unwritten)?,
        Format::Json => {
            let rows: Result<Vec<_>, _> = charges.iter().map(focus::object).collect();
            let rows = rows.map_err(shown::unwritten)?;
            serde_json::to_vec(&rows).map_err(shown::unwritten)?
        }
    };
    Ok(shown::tagged(asked, format, body))
}

impl From<PeriodError> for ApiError {
    fn from(error: PeriodError) -> ApiError {
        match error {
            PeriodError::Store(error) => error.into(),
            PeriodError::TooEarly { .. } | PeriodError::NothingKept => ApiError::UnknownPeriod,
            // What it says is of our own words alone.
            PeriodError::NotOver { .. } | PeriodError::OutOfOrder { .. } => {
                ApiError::PeriodConflict(error.to_string())
            }
        }
    }
}
