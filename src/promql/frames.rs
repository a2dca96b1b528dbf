//! An instant vector in Grafana's data frames, one series in each.
//!
//! ```text
//! {"results": {"A": {"status": 200, "frames": [{"schema": {"fields": [
//!     {"name": "Time", "type": "time"}, {"name": "Value", "type": "number", "labels": {"tier": "0"}}]},
//!   "data": {"values": [[1768464000000], [356021865068868]]}}]}}}
//! ```
//!
//! What is no number is `null` among the values, and its kind and place stand in `entities`:
//! `{"NaN": [0]}`, `{"Inf": [0]}`, `{"NegInf": [0]}`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::promql::{
    kind::Kind,
    vector::{Answered, Sample, Vector, labels},
};

/// The name that our one query has in the request and in the answer.
pub const REF: &str = "A";

/// Takes the answer apart.
///
/// # Errors
/// What is wrong with a successful one.
pub fn read(answer: &Value) -> Result<Answered, &'static str> {
    let result = answer.get("results").and_then(|results| results.get(REF));
    let Some(result) = result.filter(|result| result.is_object()) else {
        return Ok(Answered::Other);
    };
    if let Some(error) = result.get("error").filter(|error| !error.is_null()) {
        return Ok(Answered::Failed(kind(error, result.get("status"))));
    }
    let frames = match result.get("frames") {
        None | Some(Value::Null) => &[],
        Some(frames) => frames
            .as_array()
            .ok_or("it holds no list of frames")?
            .as_slice(),
    };
    let mut vector = Vector {
        samples: Vec::new(),
        warned: false,
    };
    for frame in frames {
        let odd = "a frame in it is not written as a series is";
        vector.samples.extend(sample(frame).ok_or(odd)?);
        vector.warned |= is_warned(frame);
    }
    Ok(Answered::Vector(vector))
}

/// Grafana writes Prometheus's type before its words; else there is the status.
fn kind(error: &Value, status: Option<&Value>) -> Kind {
    let words = error.as_str().unwrap_or_default();
    let named = words.split_once(':').map(|(kind, _)| Kind::of(kind));
    match (named, status.and_then(Value::as_u64)) {
        (Some(kind), _) if kind != Kind::Other => kind,
        (_, Some(400)) => Kind::BadData,
        (_, Some(422)) => Kind::Execution,
        (_, Some(503 | 504)) => Kind::Timeout,
        _ => Kind::Other,
    }
}

/// The value in a frame; the inner `None` is a frame without rows, which some releases send for no series.
fn sample(frame: &Value) -> Option<Option<Sample>> {
    let fields = frame.pointer("/schema/fields")?.as_array()?;
    let values = frame.pointer("/data/values")?.as_array()?;
    if values
        .iter()
        .all(|column| column.as_array().is_some_and(Vec::is_empty))
    {
        return Some(None);
    }
    let is_number = |field: &&Value| field.get("type").and_then(Value::as_str) == Some("number");
    let mut numbers = fields.iter().enumerate().filter(|(_, it)| is_number(it));
    let (column, field) = numbers.next()?;
    // A second one would leave it open which of them is the value.
    if numbers.next().is_some() {
        return None;
    }
    let [value] = values.get(column)?.as_array()?.as_slice() else {
        return None;
    };
    let value = match value {
        Value::Number(digits) => digits.as_str().to_owned(),
        Value::Null => entity(frame, column)?.to_owned(),
        _ => return None,
    };
    let labels = match field.get("labels") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(of) => labels(of)?,
    };
    Some(Some(Sample { labels, value }))
}

/// What stands for `null` in the first row of this column.
fn entity(frame: &Value, column: usize) -> Option<&'static str> {
    let entities = frame.pointer("/data/entities")?.get(column)?;
    let names = [("NaN", "NaN"), ("Inf", "+Inf"), ("NegInf", "-Inf")];
    let in_first_row = |key: &str| {
        let rows = entities.get(key).and_then(Value::as_array);
        rows.is_some_and(|rows| rows.iter().any(|row| row.as_u64() == Some(0)))
    };
    let named = names.iter().find(|(key, _)| in_first_row(key))?;
    Some(named.1)
}

/// Whether Grafana hands on a warning; an info is none.
fn is_warned(frame: &Value) -> bool {
    let notices = frame
        .pointer("/schema/meta/notices")
        .and_then(Value::as_array);
    notices.is_some_and(|notices| {
        notices
            .iter()
            .any(|notice| notice.get("severity").and_then(Value::as_str) != Some("info"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(labels: Value, value: Value, entities: Value) -> Value {
        json!({
            "schema": {"refId": "A", "fields": [
                {"name": "Time", "type": "time"},
                {"name": "Value", "type": "number", "labels": labels},
            ]},
            "data": {"values": [[1_768_464_000_000_u64], [value]], "entities": entities},
        })
    }

    fn answer(frames: Value) -> Value {
        json!({"results": {"A": {"status": 200, "frames": frames}}})
    }

    #[track_caller]
    fn values(answer: &Value) -> Vec<(Option<String>, String)> {
        let Ok(Answered::Vector(vector)) = read(answer) else {
            unreachable!("{:?} of {answer}", read(answer));
        };
        let pair = |it: Sample| (it.labels.get("tier").cloned(), it.value);
        vector.samples.into_iter().map(pair).collect()
    }

    #[test]
    fn a_number_is_kept_as_its_digits_stand_there() {
        for digits in [
            "356021865068868",
            "3.56021865068868e+14",
            "9007199254740993",
        ] {
            let value: Value = serde_json::from_str(digits).expect("JSON");
            let answer = answer(json!([frame(json!({"tier": "0"}), value, json!(null))]));
            assert_eq!(values(&answer), [(Some("0".to_owned()), digits.to_owned())]);
        }
    }

    #[test]
    fn what_is_no_number_is_named_and_never_a_figure() {
        for (entities, value) in [
            (json!([null, {"NaN": [0]}]), "NaN"),
            (json!([{}, {"Inf": [0]}]), "+Inf"),
            (json!([null, {"NegInf": [0]}]), "-Inf"),
        ] {
            let answer = answer(json!([frame(json!({}), json!(null), entities)]));
            assert_eq!(values(&answer), [(None, value.to_owned())]);
        }
        for entities in [json!(null), json!([null, {"NaN": [1]}])] {
            let answer = answer(json!([frame(json!({}), json!(null), entities)]));
            assert!(read(&answer).is_err(), "{answer}");
        }
    }

    #[test]
    fn no_result_is_no_answer() {
        for result in [json!(null), json!([]), json!("A")] {
            let answer = json!({"results": {"A": result}});
            assert_eq!(read(&answer), Ok(Answered::Other), "{answer}");
        }
    }

    #[test]
    fn no_frame_and_a_frame_without_rows_are_no_series() {
        let empty = json!({"schema": {"fields": []}, "data": {"values": []}});
        for frames in [json!([]), json!(null), json!([empty])] {
            let mut answer = answer(frames);
            answer["results"]["A"]["error"] = json!(null);
            assert_eq!(values(&answer), []);
        }
    }

    #[test]
    fn a_frame_that_may_hold_more_than_one_value_is_none() {
        let mut two_rows = frame(json!({}), json!(1), json!(null));
        two_rows["data"]["values"] = json!([[1, 2], [1, 2]]);
        let mut two_numbers = frame(json!({}), json!(1), json!(null));
        two_numbers["schema"]["fields"][0]["type"] = json!("number");
        for odd in [
            two_rows,
            two_numbers,
            json!({}),
            json!({"schema": {"fields": []}, "data": {"values": [[1]]}}),
            frame(json!({"tier": 0}), json!(1), json!(null)),
            frame(json!({}), json!("7"), json!(null)),
        ] {
            assert!(read(&answer(json!([odd]))).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_warning_makes_the_answer_a_warned_one() {
        for (severity, expected) in [("warning", true), ("error", true), ("info", false)] {
            let mut warned = frame(json!({}), json!(7), json!(null));
            warned["schema"]["meta"] = json!({"notices": [{"severity": severity, "text": "x"}]});
            let Ok(Answered::Vector(vector)) = read(&answer(json!([warned]))) else {
                unreachable!("a vector");
            };
            assert_eq!(vector.warned, expected, "{severity}");
        }
    }

    #[test]
    fn an_error_is_told_by_its_type_or_else_by_its_status() {
        let failed = |error: &str, status: u16| {
            let error = json!({"error": error, "errorSource": "downstream", "status": status});
            read(&json!({"results": {"A": error}}))
        };
        for (error, status, kind) in [
            ("bad_data: canary", 400, Kind::BadData),
            ("timeout: canary", 400, Kind::Timeout),
            ("canary", 422, Kind::Execution),
            ("canary: canary", 503, Kind::Timeout),
            ("canary", 500, Kind::Other),
        ] {
            assert_eq!(failed(error, status), Ok(Answered::Failed(kind)), "{error}");
        }
        assert_eq!(read(&json!({"message": "x"})), Ok(Answered::Other));
    }
}
