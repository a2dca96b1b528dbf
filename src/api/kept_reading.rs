//! `GET /api/v1/clusters/{name}/readings…`: a reading that is kept, and the text that it was read from.
//!
//! ```text
//! a figure of a bill with its time ── readings?at=… ──> the reading that stood then ── …/{id}/raw ──> its text
//! ```

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use warp::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    hyper::body::Bytes,
};

use crate::{
    api::{
        accept,
        asked::Asked,
        error::{Answer, ApiError},
        etag,
        guard::Api,
        query::Query,
        raw,
        shown::{self, Rows},
    },
    clock,
    cluster_name::ClusterName,
    hex,
    history::standing,
    sheet::reading::{self, Reading},
    store::{entry::Stored, origin::Asked as Source},
};

/// The SHA-256 of the text, in hex.
pub const SHA256: HeaderName = HeaderName::from_static("x-vhi-sha256");

/// A reading that is kept, with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptReading {
    #[serde(flatten)]
    reading: Reading,
    /// Where the text is that it was read from, on this very service.
    raw: String,
}

/// The readings that stood at a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingReadings {
    /// The time.
    #[schema(format = DateTime)]
    at: String,
    /// That of storage and that of compute, as far as one stood then; empty where the time is a gap.
    readings: Vec<KeptReading>,
}

impl KeptReading {
    fn of(stored: &Stored) -> Result<KeptReading, ApiError> {
        let (cluster, id) = (&stored.entry.cluster, stored.entry.id);
        Ok(KeptReading {
            raw: format!("/api/v1/clusters/{cluster}/readings/{id}/raw"),
            reading: Reading::of(&stored.entry, stored.late).map_err(shown::unwritten)?,
        })
    }
}

fn rows<'a>(all: impl IntoIterator<Item = &'a Stored>) -> Rows {
    let rows = all.into_iter();
    Rows {
        columns: reading::columns(),
        rows: rows.map(|it| reading::row(&it.entry, it.late)).collect(),
    }
}

/// The readings that stood at the time `at`.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, those of the store.
pub async fn standing(api: &Api, asked: &Asked, name: Option<&str>) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &["at", "format"])?;
    let format = accept::wanted(&query, &asked.headers)?;
    let at = query.moment("at", &api.archive.calendar().zone)?;
    let cluster = &api.cluster(name)?.known()?;
    let found = api
        .archive
        .ask(async |store| Ok(standing::at(&store, cluster, at.as_second(), clock::now()).await?));
    let found = found.await?;
    let readings: Result<_, _> = found.iter().map(KeptReading::of).collect();
    let body = StandingReadings {
        at: clock::rfc3339(at),
        readings: readings?,
    };
    shown::answer(asked, format, &body, || rows(&found))
}

/// The reading of this name.
///
/// # Errors
/// `BadQuery`, `NotAcceptable`, `UnknownCluster`, `UnknownReading`, those of the store.
pub async fn answer(
    api: &Api,
    asked: &Asked,
    name: Option<&str>,
    id: Option<&str>,
) -> Result<Answer, ApiError> {
    let query = Query::of(&asked.query, &["format"])?;
    let format = accept::wanted(&query, &asked.headers)?;
    let stored = &stored(api, &api.cluster(name)?.known()?, id).await?;
    shown::answer(asked, format, &KeptReading::of(stored)?, || rows([stored]))
}

/// The text that it was read from, as it came.
///
/// # Errors
/// `BadQuery`, `UnknownCluster`, `UnknownReading`, `EvidenceGone`, those of the store.
pub async fn text(
    api: &Api,
    asked: &Asked,
    name: Option<&str>,
    id: Option<&str>,
) -> Result<Answer, ApiError> {
    Query::of(&asked.query, &[])?;
    let entry = stored(api, &api.cluster(name)?.known()?, id).await?.entry;
    let hash = &entry.text;
    let text = api.archive.ask(async |store| Ok(store.text(hash).await?));
    let text = Bytes::from(text.await?.ok_or(ApiError::EvidenceGone)?);
    let origin = &entry.origin;
    let mut headers = HeaderMap::with_capacity(8);
    let said = [
        (header::CONTENT_TYPE, Some(kind(origin.source).to_owned())),
        (header::ETAG, Some(format!("\"{}\"", hex::lower(hash)))),
        // Another text has another name.
        (
            header::CACHE_CONTROL,
            Some("private, max-age=31536000, immutable".to_owned()),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, Some("nosniff".to_owned())),
        (SHA256, Some(hex::lower(hash))),
        (raw::OBSERVED_AT, Some(clock::rfc3339(entry.at))),
        (raw::NODE, origin.node.clone()),
        (raw::COMMAND, origin.command.clone()),
    ];
    for (name, word) in said {
        // Node and command come from the settings, which let only plain words pass.
        if let Some(Ok(value)) = word.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    }
    Ok(etag::answer(&asked.headers, &headers, &text))
}

/// Of the text of this source: printed by a tool, or the answers of a peer.
fn kind(source: Source) -> &'static str {
    match source {
        Source::Ssh => "text/plain; charset=utf-8",
        _ => "application/json",
    }
}

async fn stored(api: &Api, cluster: &ClusterName, id: Option<&str>) -> Result<Stored, ApiError> {
    let id: Option<Uuid> = id.and_then(|id| id.parse().ok());
    let id = id.ok_or(ApiError::UnknownReading)?;
    let found = api
        .archive
        .ask(async |store| Ok(store.entry(cluster, id).await?));
    found.await?.ok_or(ApiError::UnknownReading)
}
