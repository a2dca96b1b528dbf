//! The body of the usage: whole, and field by field as callers of the older service know it.

use std::sync::Arc;

use serde_json::{Value, json};
use vhi_usage::{
    reading::ComputeReading,
    reason::Code,
    usage::{ClusterUsage, Part},
};

use crate::{
    USAGE, json_of,
    published::{Site, complete, compute, compute_of, fixture, missing, storage, usage},
    usages::witnessed,
};

/// The fields of the older service that a panel feeds.
const MACHINES: [&str; 18] = [
    "total_vms",
    "active_vms",
    "shutoff_vms",
    "shelved_vms",
    "other_vms",
    "total_vcpus",
    "total_ram_tib",
    "fenced_vcpus",
    "fenced_ram_gib",
    "reserved_vcpus",
    "reserved_ram_gib",
    "system_vcpus",
    "system_ram_gib",
    "free_vcpus",
    "free_ram_gib",
    "provisioned_storage_tib",
    "storage_used_tib",
    "storage_free_tib",
];
const LOGICAL: [&str; 3] = [
    "logical_storage_total_tib",
    "logical_storage_used_tib",
    "logical_storage_free_tib",
];

async fn body(usage: ClusterUsage) -> Value {
    let answer = Site::new(usage).get(USAGE).await;
    assert_eq!(answer.status(), 200);
    json_of(&answer)
}

async fn body_of(compute: Arc<ComputeReading>) -> Value {
    body(usage(Part::Fresh(storage()), Part::Fresh(compute))).await
}

/// The same fields in the same order, each with the same value to the digit.
async fn same_text(usage: ClusterUsage, name: &str) {
    let body = body(usage).await;
    assert_eq!(body, fixture(name));
    assert_eq!(body.to_string(), fixture(name).to_string());
}

/// The fields have these values, to the digit.
#[track_caller]
fn shows(body: &Value, fields: &[&str], values: Value) {
    let shown: Vec<&Value> = fields
        .iter()
        .map(|field| {
            body.get(*field)
                .unwrap_or_else(|| panic!("{field} is not there"))
        })
        .collect();
    assert_eq!(json!(shown), values);
}

#[tokio::test(start_paused = true)]
async fn a_complete_body_is_as_it_was_agreed() {
    same_text(complete(), "api/usage.json").await;
}

#[tokio::test(start_paused = true)]
async fn a_body_without_storage_is_as_it_was_agreed() {
    let half = usage(missing(Code::CommandTimeout), Part::Fresh(compute()));
    same_text(half, "api/usage-storage-missing.json").await;
}

#[tokio::test(start_paused = true)]
async fn a_body_with_witnesses_is_as_it_was_agreed() {
    same_text(witnessed(), "api/usage-witnessed.json").await;
}

#[tokio::test(start_paused = true)]
async fn machines_and_volumes_have_their_old_names_and_are_rounded_up() {
    let values = json!([
        310, 280, 22, 5, 3, 5632, 5, 512, 512, 1200, 3072, 720, 512, 3200, 1024, 9.54, 6, 3.54
    ]);
    shows(&body_of(compute()).await, &MACHINES, values);
}

#[tokio::test(start_paused = true)]
async fn the_space_line_gives_what_is_used_and_never_takes_free_for_used() {
    shows(&body(complete()).await, &LOGICAL, json!([57.3, 45.4, 11.9]));
}

#[tokio::test(start_paused = true)]
async fn a_figure_that_the_panel_does_not_give_is_null_and_a_zero_is_a_zero() {
    let body = body_of(compute_of("panel/compute-stat-sparse.json")).await;
    let null = Value::Null;
    let mut values = vec![null; MACHINES.len()];
    values[0] = json!(2);
    values[4] = json!(0);
    shows(&body, &MACHINES, json!(values));
    assert_eq!(body["compute"]["servers_running"], 2);
    assert_eq!(body["compute"]["servers_stopped"], 0);
    assert_eq!(body["compute"]["servers_active"], Value::Null);
    assert_eq!(body["compute"]["vcpus"], Value::Null);
    assert_eq!(body["compute"]["panel_time_zone"], "stated");
}

#[tokio::test(start_paused = true)]
async fn the_names_of_an_older_panel_feed_the_same_fields() {
    let body = body_of(compute_of("panel/compute-stat-4.7.json")).await;
    let values = json!([
        null, null, null, null, null, null, 0.07, 0, 0, 6, 6, null, null, 74, null, 0.03, 0.01,
        0.03
    ]);
    shows(&body, &MACHINES, values);
    assert_eq!(body["compute"]["vm_mem_usage_bytes"], 2_147_483_648_u64);
    assert_eq!(body["compute"]["vm_mem_free_bytes"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn half_of_a_sum_is_no_sum() {
    let mut reading = ComputeReading::clone(&compute());
    for (name, figure) in &mut reading.figures {
        if ["servers_in_progress", "block_usage_bytes"].contains(name) {
            *figure = None;
        }
    }
    let body = body_of(Arc::new(reading)).await;
    let fields = ["other_vms", "storage_used_tib", "storage_free_tib"];
    shows(&body, &fields, json!([null, null, null]));
    assert_eq!(body["provisioned_storage_tib"], 9.54);
}

#[tokio::test(start_paused = true)]
async fn whatever_keeps_storage_away_no_field_of_it_holds_a_number() {
    /// Whether anything below is a number.
    fn counts(value: &Value) -> bool {
        match value {
            Value::Number(_) => true,
            Value::Array(values) => values.iter().any(counts),
            Value::Object(fields) => fields.values().any(counts),
            _ => false,
        }
    }
    for code in Code::ALL {
        let body = body(usage(missing(*code), Part::Fresh(compute()))).await;
        shows(&body, &LOGICAL, json!([null, null, null]));
        let storage = body["storage"].as_object().unwrap();
        for (name, value) in storage.iter().filter(|(name, _)| *name != "size_base") {
            assert!(!counts(value), "{name} is {value} with {code:?}");
        }
        assert_eq!(storage["reason"]["code"], code.name());
        let error = body["storage_error"].as_str().unwrap();
        assert!(error.ends_with(code.message()), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_printed_stands_beside_its_interval() {
    let space = &body(complete()).await["storage"]["logical"];
    let total = json!({
        "text": "57.3TB", "bytes": 63_002_016_271_565_u64,
        "min": 62_947_040_690_176_u64, "max": 63_111_967_434_342_u64,
    });
    assert_eq!(space["total"], total);
    assert_eq!(space["used"].get("text"), None);
    let bytes = |name: &str| space[name]["bytes"].as_u64().unwrap();
    assert_eq!(bytes("used") + bytes("free"), bytes("total"));
}
