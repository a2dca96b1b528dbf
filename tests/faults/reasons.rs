//! What is missing says why: reasons, states and problems, whoever tells them.

use jiff::Timestamp;
use serde_json::Value;
use vhi_usage::reason::Code;

/// A part that is not fresh says why, and one without figures says since when.
#[track_caller]
pub(crate) fn explained(part: &Value) {
    let (state, why) = (part["state"].as_str().unwrap(), &part["reason"]);
    assert!(["fresh", "stale", "missing"].contains(&state), "{part}");
    assert_eq!(why.is_null(), state == "fresh", "{part}");
    assert_eq!(part["observed_at"].is_null(), state == "missing", "{part}");
}

/// A problem, and no figure in it.
#[track_caller]
pub(crate) fn problem(answer: &Value) {
    let kinds = ["no_compute", "no_usage"].map(|kind| format!("urn:vhi-usage:{kind}"));
    let kind = answer["type"].as_str().unwrap();
    assert!(kinds.iter().any(|it| it == kind), "{answer}");
    let detail = answer["detail"].as_str().unwrap();
    assert!(!detail.is_empty());
}

/// Whatever is a reason is one of the list, with a time that has been.
#[track_caller]
pub(crate) fn reasons(value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(reasons),
        Value::Object(fields) => {
            fields.values().for_each(reasons);
            if let Some(code) = fields.get("code") {
                let known = Code::ALL.iter().any(|it| *code == it.name());
                assert!(known, "{value}");
                let since: Timestamp = fields["since"].as_str().unwrap().parse().unwrap();
                assert!(since <= Timestamp::now(), "{value}");
                let message = fields["message"].as_str().unwrap();
                assert!(
                    !message.is_empty() && !message.contains("127.0.0.1"),
                    "{value}"
                );
            }
        }
        _ => {}
    }
}
