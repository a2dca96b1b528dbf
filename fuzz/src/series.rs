//! The series of an answer, taken from its words: as Prometheus writes them, and as Grafana does.

use crate::{exact::is_number, json::Word};
use std::collections::BTreeMap;

/// What is written of the value of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The labels of each series, and its value as it stands there.
    pub series: Vec<(BTreeMap<String, String>, String)>,
    /// Whether something may be missing.
    pub warned: bool,
}

/// Of an answer of Prometheus, if it is one with a vector.
pub fn of_vector(answer: Word<'_>) -> Option<Written> {
    let is =
        |word: Option<Word<'_>>, text: &str| word.and_then(Word::string).as_deref() == Some(text);
    let data = answer.get("data");
    let kind = data.and_then(|data| data.get("resultType"));
    if !is(answer.get("status"), "success") || !is(kind, "vector") {
        return None;
    }
    let series = data?.get("result")?.items()?.into_iter().map(|series| {
        let value = *series.get("value")?.items()?.get(1)?;
        Some((labels(series.get("metric")?)?, value.string()?))
    });
    let warnings = answer.get("warnings");
    Some(Written {
        series: series.collect::<Option<_>>()?,
        warned: warnings.is_some_and(|it| it.items().is_none_or(|it| !it.is_empty())),
    })
}

/// Of an answer of Grafana, if it is one with frames.
pub fn of_frames(answer: Word<'_>) -> Option<Written> {
    let result = answer.get("results")?.get("A")?;
    if result.entries().is_none() || result.get("error").is_some() {
        return None;
    }
    let mut written = Written {
        series: Vec::new(),
        warned: false,
    };
    for frame in result.get("frames").map_or(Some(Vec::new()), Word::items)? {
        let schema = frame.get("schema")?;
        let (fields, data) = (schema.get("fields")?.items()?, frame.get("data")?);
        let columns = data.get("values")?.items()?;
        let columns: Vec<Option<Vec<Word<'_>>>> = columns.into_iter().map(Word::items).collect();
        if !columns
            .iter()
            .all(|it| it.as_ref().is_some_and(Vec::is_empty))
        {
            written
                .series
                .push(series(&fields, &columns, data.get("entities"))?);
        }
        let notices = schema.get("meta").and_then(|meta| meta.get("notices"));
        let mut notices = notices
            .and_then(Word::items)
            .unwrap_or_default()
            .into_iter();
        let severity = |notice: Word<'_>| notice.get("severity").and_then(Word::string);
        written.warned |= notices.any(|notice| severity(notice).as_deref() != Some("info"));
    }
    Some(written)
}

/// The only value of the only column of numbers.
fn series(
    fields: &[Word<'_>],
    columns: &[Option<Vec<Word<'_>>>],
    entities: Option<Word<'_>>,
) -> Option<(BTreeMap<String, String>, String)> {
    let kind = |at: &usize| fields[*at].get("type").and_then(Word::string);
    let mut numbers = (0..fields.len()).filter(|at| kind(at).as_deref() == Some("number"));
    let (Some(at), None) = (numbers.next(), numbers.next()) else {
        return None;
    };
    let [value] = columns.get(at)?.as_ref()?[..] else {
        return None;
    };
    let value = match value.text() {
        "null" => {
            let entities = entities?.items()?.get(at).copied()?;
            let is = |key: &str| {
                let rows = entities.get(key).and_then(Word::items);
                rows.is_some_and(|rows| rows.iter().any(|row| row.text() == "0"))
            };
            let names = [("NaN", "NaN"), ("Inf", "+Inf"), ("NegInf", "-Inf")];
            let named = names.into_iter().find(|(key, _)| is(key))?;
            named.1.to_owned()
        }
        number => signed(is_number(number).then_some(number)?),
    };
    let labels = fields[at]
        .get("labels")
        .map_or(Some(BTreeMap::new()), labels);
    Some((labels?, value))
}

/// As serde_json keeps a number: with a small `e`, and behind it a sign.
fn signed(number: &str) -> String {
    match number.split_once(['e', 'E']) {
        Some((digits, exponent)) if exponent.starts_with(['-', '+']) => {
            format!("{digits}e{exponent}")
        }
        Some((digits, exponent)) => format!("{digits}e+{exponent}"),
        None => number.to_owned(),
    }
}

fn labels(word: Word<'_>) -> Option<BTreeMap<String, String>> {
    let labels = word.entries()?.into_iter();
    labels
        .map(|(key, value)| Some((key, value.string()?)))
        .collect()
}
