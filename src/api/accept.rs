//! In which form an answer is wanted: JSON, CSV, or rows after FOCUS.
//!
//! `?format=` decides where it is said; otherwise `Accept` does, after RFC 9110, and JSON where that says nothing.

use warp::http::{HeaderMap, header};

use crate::{
    api::{
        error::ApiError,
        query::{Query, bad},
    },
    words::words,
};

words! {
    /// In which form an answer is written.
    Format as "Format" {
        /// JSON.
        Json = "json",
        /// Rows of CSV.
        Csv = "csv",
    }
}

/// The form of FOCUS, which `?format=` names on a month.
pub const FOCUS: &str = "focus";

impl Format {
    /// What stands in `Content-Type`.
    pub fn media(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The kind and what it is of.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Format::Json => ("application", "json"),
            Format::Csv => ("text", "csv"),
        }
    }
}

/// The form that is wanted.
///
/// # Errors
/// `BadQuery` where `format` names none, `NotAcceptable` where `Accept` takes none.
pub fn wanted(query: &Query, headers: &HeaderMap) -> Result<Format, ApiError> {
    match query.get("format") {
        Some(word) => {
            let known = Format::ALL.into_iter().find(|it| it.name() == word);
            known.ok_or_else(|| bad("`format` can be `json` or `csv`"))
        }
        None => accepted(headers, Format::ALL),
    }
}

/// Of these, the one that `Accept` likes best; the first where it likes several as much.
///
/// # Errors
/// `NotAcceptable`.
pub fn accepted<const N: usize>(
    headers: &HeaderMap,
    offered: [Format; N],
) -> Result<Format, ApiError> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        // What is no text accepts nothing.
        let value = value.to_str().unwrap_or_default();
        ranges.extend(value.split(',').map(str::trim));
    }
    ranges.retain(|range| !range.is_empty());
    if ranges.is_empty() && !headers.contains_key(header::ACCEPT) {
        return offered.into_iter().next().ok_or(ApiError::NotAcceptable);
    }
    let mut best = None;
    for format in offered {
        let weight = weight(&ranges, format);
        if weight > best.map_or(0, |(_, weight)| weight) {
            best = Some((format, weight));
        }
    }
    best.map(|(format, _)| format)
        .ok_or(ApiError::NotAcceptable)
}

/// In thousandths, of the range that fits it most closely; 0 where none does.
fn weight(ranges: &[&str], format: Format) -> u32 {
    let (kind, of) = format.kind();
    let mut found = (0, 0);
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let closeness = match media.split_once('/') {
            Some((one, other)) if (one, other) == (kind, of) => 3,
            Some((one, "*")) if one == kind => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let weight = parts.find_map(quality).unwrap_or(1000);
        if closeness > found.0 {
            found = (closeness, weight);
        }
    }
    found.1
}

/// Of `q=0.5`, 500; what cannot be read is 0.
fn quality(parameter: &str) -> Option<u32> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, behind) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths = format!("{behind:0<3}");
    let readable = thousandths.len() == 3 && matches!(whole, "0" | "1");
    let number = format!("{whole}{thousandths}").parse().ok();
    Some(
        number
            .filter(|number| readable && *number <= 1000)
            .unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use warp::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn gives(accept: &'static str, expected: Option<Format>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        assert_eq!(accepted(&headers, Format::ALL).ok(), expected, "{accept}");
    }

    #[test]
    fn the_form_that_is_liked_best_is_given_and_json_where_all_are_liked_as_much() {
        gives("*/*", Some(Format::Json));
        gives("application/*", Some(Format::Json));
        gives("text/csv", Some(Format::Csv));
        gives("TEXT/CSV; charset=utf-8; header=present", Some(Format::Csv));
        gives("text/csv;q=0.5, application/json;q=0.4", Some(Format::Csv));
        gives("text/csv;q=0.5, */*;q=0.501", Some(Format::Json));
        gives("text/html, */*;q=0.1", Some(Format::Json));
        gives("application/json;q=0, */*", Some(Format::Csv));
        gives("text/html", None);
        gives("application/json;q=0", None);
        gives("text/csv;q=much", None);
        gives("", None);
        assert_eq!(
            accepted(&HeaderMap::new(), Format::ALL).ok(),
            Some(Format::Json)
        );
    }

    #[test]
    fn what_the_query_says_decides() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        let wanted = |text: &str| wanted(&Query::of(text, &["format"]).unwrap(), &headers);
        assert_eq!(wanted("format=csv").ok(), Some(Format::Csv));
        assert_eq!(wanted("format=json").ok(), Some(Format::Json));
        assert!(matches!(wanted("format=xml"), Err(ApiError::BadQuery(_))));
        assert!(matches!(wanted(""), Err(ApiError::NotAcceptable)));
    }
}
