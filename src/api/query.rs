//! The query of a request, strictly: what is misspelt or said twice is told, and never taken for something else.
//!
//! ```text
//! from=2026-10-01T00:00:00%2B02:00&step=1h   ->   from: 2026-10-01T00:00:00+02:00, step: 1h
//! ```
//!
//! A `+` is itself, and no blank: times may be written as they are.

use std::str;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    api::error::ApiError,
    history::{cursor::NoCursor, moment},
    meter::window::{NoWindow, Window},
};

/// What a query says, each key once.
#[derive(Debug)]
pub struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Of a query that may have these keys.
    ///
    /// # Errors
    /// `BadQuery` where it has another key, has one twice, or has what is no UTF-8.
    pub fn of(text: &str, known: &[&'static str]) -> Result<Query, ApiError> {
        let mut said: Vec<(&'static str, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decoded(key).and_then(|key| known.iter().find(|it| **it == key));
            let key = key.ok_or_else(|| unknown(known))?;
            if said.iter().any(|(other, _)| other == key) {
                return Err(bad(format!("`{key}` is said twice: say it once")));
            }
            let value = decoded(value).ok_or_else(|| {
                bad(format!(
                    "`{key}` cannot be read: write it in UTF-8, with two digits of hex behind every `%`"
                ))
            })?;
            said.push((key, value));
        }
        Ok(Query(said))
    }

    /// What is said under this key, if anything is.
    pub fn get(&self, key: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == key)?;
        Some(value)
    }

    /// A time under this key; a day is its first moment in the zone of the months.
    ///
    /// # Errors
    /// `BadQuery` where there is none, or none that can be read.
    pub fn moment(&self, key: &'static str, zone: &TimeZone) -> Result<Timestamp, ApiError> {
        let text = self.get(key).ok_or_else(|| {
            bad(format!(
                "`{key}` is missing: it is a time such as 2026-10-01T00:00:00Z, or a day such as 2026-10-01"
            ))
        })?;
        moment::read(text, zone).map_err(|error| bad(format!("`{key}`: {error}")))
    }

    /// From `from` to `to`.
    ///
    /// # Errors
    /// `BadQuery` where one is missing or cannot be read, or they are no window.
    pub fn window(&self, zone: &TimeZone) -> Result<Window, ApiError> {
        let (from, to) = (self.moment("from", zone)?, self.moment("to", zone)?);
        Window::between(from, to).map_err(|error| match error {
            NoWindow::Empty => {
                bad("`to` must be later than `from`: `to` itself does not belong to the window")
            }
            NoWindow::Fraction => {
                bad("`from` and `to` must be whole seconds: leave the fraction out")
            }
        })
    }

    /// How many points or months a page may have.
    ///
    /// # Errors
    /// `BadQuery` where it is no number that is allowed.
    pub fn limit(&self, default: usize, most: usize) -> Result<usize, ApiError> {
        let Some(text) = self.get("limit") else {
            return Ok(default);
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let limit: Option<usize> = digits.then(|| text.parse().ok()).flatten();
        let limit = limit.filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| bad(format!("`limit` must be a number from 1 to {most}")))
    }
}

/// A query that is not understood: what, and what to write in its place. Nothing of its own words is in it.
pub fn bad(why: impl Into<String>) -> ApiError {
    ApiError::BadQuery(why.into().into())
}

impl From<NoCursor> for ApiError {
    fn from(error: NoCursor) -> ApiError {
        bad(error.to_string())
    }
}

fn unknown(known: &[&'static str]) -> ApiError {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    bad(format!(
        "the query has a key that this path does not know: it knows {}",
        names.join(", ")
    ))
}

/// With every `%` and its two digits replaced by their byte; `None` where it is no UTF-8 then, or a digit is missing.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let pair = [bytes.next()?, bytes.next()?];
                let pair = str::from_utf8(&pair).ok()?;
                let digits = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
                digits.then(|| u8::from_str_radix(pair, 16).ok())??
            }
            byte => byte,
        });
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(error: ApiError) -> String {
        match error {
            ApiError::BadQuery(why) => why.into_owned(),
            other => format!("{other:?}"),
        }
    }

    fn window(text: &str) -> Result<(String, String), String> {
        let query = Query::of(text, &["from", "to"]).map_err(why)?;
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let window = query.window(&berlin).map_err(why)?;
        let said = |second| Timestamp::from_second(second).unwrap().to_string();
        Ok((said(window.from()), said(window.to())))
    }

    #[test]
    fn a_window_is_two_times_of_any_offset_or_days_of_the_zone() {
        let october = (
            "2026-09-30T22:00:00Z".to_owned(),
            "2026-10-31T23:00:00Z".to_owned(),
        );
        for text in [
            "from=2026-10-01&to=2026-11-01",
            "to=2026-10-31T23:00:00Z&from=2026-10-01T00:00:00+02:00",
            "from=2026-10-01T00:00:00%2b02:00&to=2026-11-01T01:00:00%2B02:00&",
        ] {
            assert_eq!(window(text), Ok(october.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_key_and_the_way_out() {
        for (text, says) in [
            ("", "`from` is missing"),
            ("from=2026-10-01", "`to` is missing"),
            ("from=2026-10-01&from=2026-10-01", "`from` is said twice"),
            ("from=2026-10-01&until=2026-10-02", "it knows `from`, `to`"),
            ("From=2026-10-01&to=2026-10-02", "it knows `from`, `to`"),
            ("from=2026-10-01&to=%ff", "`to` cannot be read"),
            ("from=2026-10-01&to=%+1", "`to` cannot be read"),
            ("from=2026-10-01&to=%2", "`to` cannot be read"),
            ("from=2026-10-01&to=2026-10-01", "must be later"),
            ("from=2026-10-02&to=2026-10-01", "must be later"),
            ("from=2026-10-01&to=2026-10-01T12:00:00.5Z", "whole seconds"),
            ("from=yesterday&to=2026-10-01", "`from`: "),
        ] {
            let told = window(text).unwrap_err();
            assert!(told.contains(says), "{text}: {told}");
            assert!(
                !told.contains("until") && !told.contains("yesterday"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_limit_is_within_its_bounds() {
        let limit = |text: &str| {
            Query::of(text, &["limit"])
                .unwrap()
                .limit(10, 20)
                .map_err(why)
        };
        assert_eq!(limit(""), Ok(10));
        assert_eq!(limit("limit=20"), Ok(20));
        for text in [
            "limit=0",
            "limit=21",
            "limit=-1",
            "limit=+1",
            "limit=",
            "limit=1e1",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
