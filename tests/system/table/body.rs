//! The judge of what is served while a fault lasts: each figure is one that was read, or it is not there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::table::told::Part;

/// A figure of the answer by its place. Rows of witnesses stand below their source and quantity.
fn figures(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    found
}

fn walk(place: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                walk(&format!("{place}/{name}"), value, found);
            }
        }
        Value::Array(rows) => {
            for (number, row) in rows.iter().enumerate() {
                let name = match (row["source"].as_str(), row["quantity"].as_str()) {
                    (Some(source), Some(quantity)) => format!("{source}.{quantity}"),
                    _ => number.to_string(),
                };
                walk(&format!("{place}/{name}"), row, found);
            }
        }
        Value::Number(_) => {
            found.insert(place.to_owned(), value.clone());
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Which part a place belongs to; none for what is no figure of a peer's.
fn part(place: &str) -> Option<Part> {
    match place {
        "/schema" | "/storage/size_base" => None,
        // Grows with the time between two readings.
        _ if place.ends_with("/tolerance_bytes") => None,
        _ if place.starts_with("/storage/") => Some(Part::Storage),
        _ if place.starts_with("/logical_storage_") => Some(Part::Storage),
        _ => Some(Part::Compute),
    }
}

/// A usage whose parts are both there, and each witness with its figures.
pub(crate) fn is_whole(usage: &Value) -> bool {
    let fresh = |part: &str| usage[part]["state"] == "fresh";
    let witnesses = usage["storage"]["witnesses"].as_array();
    let compared = |row: &Value| row["verdict"] != "not_comparable";
    let silent = |row: &Value| row["why"] == "no_witness_reading";
    let whole = witnesses.is_some_and(|rows| rows.iter().any(compared) && !rows.iter().any(silent));
    usage["status"] == "complete" && fresh("storage") && fresh("compute") && whole
}

/// Every figure of the usage is the one of the usage where all was well: nothing is invented, and nothing of
/// a part is there, or gone, without the other figures of that part.
#[track_caller]
pub(crate) fn holds(usage: &Value, well: &Value) {
    let (now, then) = (figures(usage), figures(well));
    for (place, figure) in &now {
        let known = part(place).is_none() || then.get(place) == Some(figure);
        assert!(known, "{place} is {figure}, which was never read: {usage}");
    }
    for of in [Part::Storage, Part::Compute] {
        let own = |place: &&String| part(place) == Some(of) && !place.contains("/witnesses/");
        let (has, had) = (now.keys().filter(own).count(), then.keys().filter(own));
        let state = &usage[of.name()]["state"];
        let wanted = if state == "missing" { 0 } else { had.count() };
        assert_eq!(has, wanted, "{} is {state}: {usage}", of.name());
        let reason = &usage[of.name()]["reason"]["code"];
        assert_eq!(reason.is_null(), state == "fresh", "{usage}");
    }
    for name in ["total", "used", "free"] {
        let (flat, figure) = (
            &usage[format!("logical_storage_{name}_tib")],
            &usage["storage"]["logical"][name],
        );
        assert_eq!(flat.is_null(), figure.is_null(), "{usage}");
    }
    let missing = usage["storage"]["state"] == "missing";
    assert_eq!(usage["storage_error"].is_string(), missing, "{usage}");
}

/// The samples of `/metrics` that are figures, each with its value.
pub(crate) fn samples(metrics: &str) -> BTreeSet<String> {
    let figure = |line: &&str| {
        let of = ["storage", "license", "compute"].map(|it| format!("vhi_usage_{it}_"));
        let is_time = line.contains("_timestamp_") || line.contains("_info{");
        of.iter().any(|it| line.starts_with(it)) && !is_time
    };
    metrics.lines().filter(figure).map(str::to_owned).collect()
}

/// Whether a sample is a figure of this part of the usage, and not of a witness.
pub(crate) fn is_of(sample: &str, part: Part, usage: &Value) -> bool {
    let compute = sample.starts_with("vhi_usage_compute_");
    match part {
        Part::Compute => compute,
        Part::Storage => {
            let billed = format!("source={}", usage["storage"]["source"]);
            !compute && sample.contains(&billed)
        }
    }
}
