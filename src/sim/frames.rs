//! Grafana's own form of a query: what was asked comes back as data frames.
//!
//! ```text
//! {"results": {"A": {"status": 200, "frames": [{"schema": {"refId": "A", "fields": [
//!     {"name": "Time", "type": "time"}, {"name": "Value", "type": "number", "labels": {}}]},
//!   "data": {"values": [[1768464000000], [356021865068868]]}}]}}}
//! ```
//!
//! What is no number is `null` among the values, and is named beside them.

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

use crate::sim::{
    counts::count,
    fault::Fault,
    http::{Answer, json, message},
    prometheus::{self, Failure, Vector},
    query::Sample,
    scenario::Scenario,
};

/// The answer to a request with queries in it; where Prometheus hangs, never. `None` where a query is for a data source
/// other than that of this uid.
pub(crate) async fn answer(scenario: &Scenario, uid: &str, body: &[u8]) -> Option<Answer> {
    let bad = || Some(message(StatusCode::BAD_REQUEST, "bad request data"));
    let asked = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let Some(queries) = asked.get("queries").and_then(Value::as_array) else {
        return bad();
    };
    let Some(to) = asked.get("to").and_then(end) else {
        return bad();
    };
    let mut results = Map::new();
    let mut status = StatusCode::OK;
    for query in queries {
        if query.pointer("/datasource/uid").and_then(Value::as_str) != Some(uid) {
            return None;
        }
        count(&scenario.tally.queries);
        if scenario.shows(Fault::MetricsHang) {
            return std::future::pending().await;
        }
        let id = query.get("refId").and_then(Value::as_str).unwrap_or("A");
        let (of_query, result) = result(scenario, id, query, to);
        status = status.max(of_query);
        results.insert(id.to_owned(), result);
    }
    Some(json(status, &json!({ "results": results })))
}

/// The end of the time that is asked for: `now`, or milliseconds of Unix time.
fn end(to: &Value) -> Option<Timestamp> {
    let millis = match to.as_str() {
        Some("now") => return Some(Timestamp::now()),
        Some(text) => text.parse().ok()?,
        None => to.as_i64()?,
    };
    Timestamp::from_millisecond(millis).ok()
}

/// What came of one query, and the status that it asks for.
fn result(scenario: &Scenario, id: &str, query: &Value, to: Timestamp) -> (StatusCode, Value) {
    let failed = |status: StatusCode, http, why: &str| {
        let body = json!({ "error": why, "errorSource": "downstream", "status": status.as_u16() });
        (http, body)
    };
    let bad = StatusCode::BAD_REQUEST;
    if scenario.shows(Fault::MetricsDown) {
        let gateway = StatusCode::BAD_GATEWAY;
        return failed(gateway, gateway, "connect: connection refused");
    }
    if query.get("instant") != Some(&Value::Bool(true)) {
        return failed(bad, bad, "only instant queries are simulated");
    }
    let expression = query.get("expr").and_then(Value::as_str);
    match prometheus::evaluate(scenario, expression, Some(to)) {
        Ok(vector) => {
            let frames: Vec<Value> = vector
                .samples
                .iter()
                .map(|it| frame(id, it, &vector))
                .collect();
            (StatusCode::OK, json!({ "status": 200, "frames": frames }))
        }
        Err(Failure::Refused(status, kind, why)) => failed(status, bad, &format!("{kind}: {why}")),
        Err(Failure::Page) => {
            let why = "bad response: expected an object, but found <";
            failed(StatusCode::INTERNAL_SERVER_ERROR, bad, why)
        }
    }
}

fn frame(id: &str, sample: &Sample, vector: &Vector) -> Value {
    let value = sample.value;
    // in full digits, as no float of the JSON library is written
    let number = value.to_string().parse::<Number>();
    let values = json!([
        [vector.at.as_millisecond()],
        [number.map_or(Value::Null, Value::Number)]
    ]);
    let data = if value.is_finite() {
        json!({ "values": values })
    } else {
        let what = if value.is_nan() { "NaN" } else { "Inf" };
        json!({ "values": values, "entities": [null, { what: [0] }] })
    };
    let notices: Vec<Value> = vector
        .warnings
        .iter()
        .map(|text| json!({ "severity": "warning", "text": text }))
        .collect();
    json!({
        "schema": {
            "refId": id,
            "meta": { "type": "numeric-multi", "notices": notices },
            "fields": [
                { "name": "Time", "type": "time", "typeInfo": { "frame": "time.Time" } },
                {
                    "name": "Value", "type": "number", "typeInfo": { "frame": "float64" },
                    "labels": sample.labels,
                },
            ],
        },
        "data": data,
    })
}
