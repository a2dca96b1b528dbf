//! The compute stat as a panel writes it.
//!
//! ```text
//! {"compute": {"block_capacity": 10488310136832, …}, "servers": {"count": 310, …}, …}
//! ```
//!
//! Written by hand and not through any type of the panel's client: a wrong key would agree with itself.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sim::figures::Figures;

/// Which panel is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Every key of a recent one.
    Full,
    /// `servers` with five keys; `fenced` and `reserved` are null, the other groups are absent.
    Sparse,
    /// `compute` and `fenced` with the keys of product version 4.7, and no zone.
    OldNames,
}

/// The body of a compute stat.
pub(crate) fn stat(figures: &Figures, now: Timestamp, shape: Shape) -> Value {
    match shape {
        Shape::Full => full(figures, now),
        Shape::Sparse => sparse(figures, now),
        Shape::OldNames => old_names(figures, now),
    }
}

fn full(it: &Figures, now: Timestamp) -> Value {
    json!({
        "datetime": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "compute": {
            "block_capacity": it.volumes_provisioned,
            "block_usage": it.volumes_used,
            "cpu_allocation_ratio": ratio(it),
            "ram_allocation_ratio": 1.0,
            "vcpus": it.vcpus_used,
            "vcpus_free": it.vcpus_free(),
            "cpu_usage": percent(it.cpu_load),
            "vm_mem_capacity": it.memory_capacity,
            "vm_mem_reserved": it.memory_used,
            "vm_mem_free": it.memory_free(),
            "vm_mem_usage": it.memory_used / 3 * 2,
            "hypervisors": it.hypervisors,
        },
        "servers": {
            "count": it.servers(),
            "running": it.active,
            "active": it.active,
            "stopped": it.stopped(),
            "shutoff": it.shutoff,
            "shelved_offloaded": it.shelved,
            "error": it.error,
            "in_progress": it.in_progress,
        },
        "fenced": {
            "vcpus": it.vcpus_fenced,
            "physical_cpu_cores": it.vcpus_fenced / it.vcpus_per_core,
            "physical_cpu_usage": 0,
            "physical_mem_total": it.memory_fenced,
            "reserved_memory": 0,
            "vm_mem_capacity": 0.0,
        },
        "physical": physical(it),
        "reserved": {
            "vcpus": it.vcpus_system,
            "cpus": it.vcpus_system / it.vcpus_per_core,
            "memory": it.memory_system,
        },
        "volumes": {
            "count": it.volumes_in_use + it.volumes_available,
            "in-use": it.volumes_in_use,
            "available": it.volumes_available,
            "backing-up": 0,
            "error_deleting": 0,
            "reserved": 0,
        },
    })
}

fn sparse(it: &Figures, now: Timestamp) -> Value {
    json!({
        "datetime": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "servers": {
            "count": it.servers(),
            "running": it.active,
            "error": it.error,
            "in_progress": it.in_progress,
            "stopped": it.stopped(),
        },
        "fenced": null,
        "reserved": null,
    })
}

fn old_names(it: &Figures, now: Timestamp) -> Value {
    let datetime = now.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    let compute = json!({
        "block_capacity": it.volumes_provisioned,
        "block_usage": it.volumes_used,
        "cpu_allocation_ratio": it.vcpus_per_core,
        "cpu_usage": percent(it.cpu_load),
        "mem_total": it.memory_used,
        "mem_usage": it.memory_used / 3 * 2,
        "vcpus": it.vcpus_used,
        "vcpus_free": it.vcpus_free(),
    });
    let fenced = json!({
        "compute_mem_total": 0,
        "physical_cpu_cores": it.vcpus_fenced / it.vcpus_per_core,
        "physical_cpu_usage": 0,
        "physical_mem_total": it.memory_fenced,
        "reserved_memory": 0,
        "vcpus": it.vcpus_fenced,
    });
    let mut body = full(it, now);
    if let Some(groups) = body.as_object_mut() {
        groups.insert("datetime".to_owned(), json!(datetime));
        groups.insert("compute".to_owned(), compute);
        groups.insert("fenced".to_owned(), fenced);
    }
    body
}

fn physical(it: &Figures) -> Value {
    json!({
        "cpu_cores": it.cores,
        "cpu_usage": percent(it.cpu_load + 500),
        "vcpus_total": it.vcpus_total(),
        "mem_total": it.memory_total(),
        "block_capacity": it.logical_total(),
        "block_free": it.logical_free(),
    })
}

/// The overcommitment, which the panel writes with a point.
fn ratio(it: &Figures) -> Value {
    u32::try_from(it.vcpus_per_core).map_or(Value::Null, |ratio| json!(f64::from(ratio)))
}

/// Hundredths of a percent as the panel writes a percentage.
fn percent(hundredths: u32) -> Value {
    json!(f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn body(shape: Shape) -> Value {
        let figures = Figures::at(Duration::from_secs(1_000), 0);
        let now = "2026-01-15T08:00:00.25Z".parse().unwrap();
        stat(&figures, now, shape)
    }

    fn at(body: &Value, pointer: &str) -> u64 {
        body.pointer(pointer).and_then(Value::as_u64).unwrap()
    }

    #[test]
    fn vcpus_and_memory_and_servers_add_up() {
        let it = body(Shape::Full);
        assert_eq!(
            at(&it, "/physical/vcpus_total"),
            at(&it, "/compute/vcpus")
                + at(&it, "/compute/vcpus_free")
                + at(&it, "/reserved/vcpus")
                + at(&it, "/fenced/vcpus")
        );
        assert_eq!(
            at(&it, "/compute/vm_mem_capacity"),
            at(&it, "/compute/vm_mem_reserved") + at(&it, "/compute/vm_mem_free")
        );
        assert_eq!(
            at(&it, "/servers/count"),
            at(&it, "/servers/running")
                + at(&it, "/servers/stopped")
                + at(&it, "/servers/error")
                + at(&it, "/servers/in_progress")
        );
    }

    #[test]
    fn a_sparse_stat_has_five_figures() {
        let it = body(Shape::Sparse);
        assert_eq!(it["servers"].as_object().unwrap().len(), 5);
        assert_eq!(it["reserved"], Value::Null);
        assert_eq!(it.get("compute"), None);
        assert_eq!(it["datetime"], "2026-01-15T08:00:00Z");
    }

    #[test]
    fn an_old_stat_names_memory_otherwise_and_has_no_zone() {
        let it = body(Shape::OldNames);
        assert_eq!(it["datetime"], "2026-01-15T08:00:00.250000");
        assert!(it["compute"]["mem_total"].is_u64());
        assert!(it["fenced"]["compute_mem_total"].is_u64());
        assert_eq!(it["compute"].get("vm_mem_capacity"), None);
        assert!(it["servers"]["count"].is_u64());
    }
}
