//! An instant vector, in the envelope of Prometheus's own API.
//!
//! ```text
//! {"status": "success", "data": {"resultType": "vector", "result": [
//!     {"metric": {"tier": "0"}, "value": [1768464000.123, "288072046431437"]}]}}
//! {"status": "error", "errorType": "bad_data", "error": "invalid parameter \"query\""}
//! ```
//!
//! A value is kept as the text that it was written as.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::promql::kind::Kind;

/// What a query gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// One for each series.
    pub samples: Vec<Sample>,
    /// Whether warnings came with it: parts of the data may be missing.
    pub warned: bool,
}

/// One series and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its labels; the name of the series is `__name__`.
    pub labels: BTreeMap<String, String>,
    /// As it was written: digits, `NaN`, `+Inf`.
    pub value: String,
}

/// What an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The value of the query.
    Vector(Vector),
    /// The query failed there.
    Failed(Kind),
    /// It is no answer to a query.
    Other,
}

/// Takes the envelope apart.
///
/// # Errors
/// What is wrong with a successful one.
pub fn read(answer: &Value) -> Result<Answered, &'static str> {
    match answer.get("status").and_then(Value::as_str) {
        Some("success") => Ok(Answered::Vector(Vector {
            samples: samples(answer)?,
            warned: is_filled(answer.get("warnings")),
        })),
        Some("error") => {
            let kind = answer.get("errorType").and_then(Value::as_str);
            Ok(Answered::Failed(Kind::of(kind.unwrap_or_default())))
        }
        _ => Ok(Answered::Other),
    }
}

fn samples(answer: &Value) -> Result<Vec<Sample>, &'static str> {
    let data = answer.get("data").ok_or("it holds no data")?;
    if data.get("resultType").and_then(Value::as_str) != Some("vector") {
        return Err("the query gives no instant vector");
    }
    let result = data.get("result").and_then(Value::as_array);
    let result = result.ok_or("it holds no list of series")?;
    let odd = "a series in it is not written as a series is";
    result
        .iter()
        .map(|series| sample(series).ok_or(odd))
        .collect()
}

fn sample(series: &Value) -> Option<Sample> {
    let value = series.get("value")?.as_array()?.get(1)?.as_str()?;
    Some(Sample {
        labels: labels(series.get("metric")?)?,
        value: value.to_owned(),
    })
}

/// Labels by name.
pub fn labels(of: &Value) -> Option<BTreeMap<String, String>> {
    let word = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    of.as_object()?.iter().map(word).collect()
}

/// Whether anything stands there.
fn is_filled(warnings: Option<&Value>) -> bool {
    match warnings {
        None | Some(Value::Null) => false,
        Some(Value::Array(warnings)) => !warnings.is_empty(),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn success(result: Value) -> Value {
        json!({"status": "success", "data": {"resultType": "vector", "result": result}})
    }

    #[track_caller]
    fn gives(answer: Value, expected: Result<Answered, &'static str>) {
        assert_eq!(read(&answer), expected, "{answer}");
    }

    fn vector(samples: &[(&[(&str, &str)], &str)], warned: bool) -> Answered {
        let sample = |(labels, value): &(&[(&str, &str)], &str)| Sample {
            labels: labels
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            value: (*value).to_owned(),
        };
        Answered::Vector(Vector {
            samples: samples.iter().map(sample).collect(),
            warned,
        })
    }

    #[test]
    fn a_vector_keeps_its_labels_and_its_values_as_they_were_written() {
        let tiers = json!([
            {"metric": {"tier": "0"}, "value": [1768464000.123, "288072046431437"]},
            {"metric": {}, "value": [1768464000, "NaN"]},
        ]);
        let expected = vector(
            &[(&[("tier", "0")], "288072046431437"), (&[], "NaN")],
            false,
        );
        gives(success(tiers), Ok(expected));
        gives(success(json!([])), Ok(vector(&[], false)));
    }

    #[test]
    fn warnings_are_seen_and_infos_are_not() {
        for (key, value, warned) in [
            ("warnings", json!(["a store cannot be reached"]), true),
            ("warnings", json!([]), false),
            ("warnings", json!(null), false),
            ("warnings", json!("odd"), true),
            ("infos", json!(["metric might not be a counter"]), false),
        ] {
            let mut answer = success(json!([]));
            answer[key] = value;
            gives(answer, Ok(vector(&[], warned)));
        }
    }

    #[test]
    fn an_error_is_told_by_its_type() {
        let error = json!({"status": "error", "errorType": "bad_data", "error": "canary"});
        gives(error, Ok(Answered::Failed(Kind::BadData)));
        gives(
            json!({"status": "error"}),
            Ok(Answered::Failed(Kind::Other)),
        );
    }

    #[test]
    fn what_is_no_answer_of_the_api_is_none() {
        for other in [
            json!(null),
            json!([]),
            json!({"message": "Unauthorized"}),
            json!({"status": "ok"}),
            json!({"status": 200}),
        ] {
            gives(other, Ok(Answered::Other));
        }
    }

    #[test]
    fn a_vector_that_is_not_written_as_one_is_none() {
        for answer in [
            json!({"status": "success"}),
            json!({"status": "success", "data": {"resultType": "scalar", "result": [1, "7"]}}),
            json!({"status": "success", "data": {"resultType": "vector"}}),
            success(json!([{"metric": {}}])),
            success(json!([{"metric": {}, "value": [1]}])),
            success(json!([{"metric": {}, "value": [1, 7]}])),
            success(json!([{"metric": {"tier": 0}, "value": [1, "7"]}])),
            success(json!([{"value": [1, "7"]}])),
            success(json!([{"metric": {}, "histogram": [1, {}]}])),
        ] {
            assert!(read(&answer).is_err(), "{answer}");
        }
    }
}
