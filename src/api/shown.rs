//! An answer with what is kept, in the form that is wanted, and the tag that spares sending it again.

use std::io;

use serde::Serialize;
use warp::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    hyper::body::Bytes,
};

use crate::{
    api::{
        accept::Format,
        asked::Asked,
        error::{Answer, ApiError},
        etag,
    },
    sheet::{cell::Cell, csv},
};

/// Where the next page begins; not there on the last one.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-vhi-next-cursor");

/// Rows under their columns.
#[derive(Debug)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// As many cells in each.
    pub rows: Vec<Vec<Cell>>,
}

/// What is kept, in this form: as this body, or as these rows.
///
/// # Errors
/// `Damaged` where it cannot be written.
pub fn answer(
    asked: &Asked,
    format: Format,
    body: &impl Serialize,
    rows: impl FnOnce() -> Rows,
) -> Result<Answer, ApiError> {
    let written = match format {
        Format::Json => serde_json::to_vec(body).map_err(io::Error::from),
        Format::Csv => {
            let Rows { columns, rows } = rows();
            csv::table(&columns, &rows)
        }
    };
    Ok(tagged(asked, format, written.map_err(unwritten)?))
}

/// The same with where the next page begins, for readers of rows; as it is where there is none.
pub fn paged(mut answer: Answer, next: Option<String>) -> Answer {
    if let Some(Ok(next)) = next.map(HeaderValue::try_from) {
        answer.headers_mut().insert(NEXT_CURSOR, next);
    }
    answer
}

/// Bytes of this form, with their tag.
pub fn tagged(asked: &Asked, format: Format, body: Vec<u8>) -> Answer {
    let body = Bytes::from(body);
    let mut headers = HeaderMap::with_capacity(4);
    let kind = HeaderValue::from_static(format.media());
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::ETAG, etag::of(&body));
    let ask = HeaderValue::from_static("private, no-cache");
    headers.insert(header::CACHE_CONTROL, ask);
    match asked.method {
        // What was done is told, whatever the caller holds.
        Method::POST => etag::answer(&HeaderMap::new(), &headers, &body),
        _ => etag::answer(&asked.headers, &headers, &body),
    }
}

/// What is kept cannot be said.
pub fn unwritten(error: impl std::error::Error) -> ApiError {
    tracing::error!(%error, "an answer cannot be written");
    ApiError::Damaged
}
