//! The keys of the panel's compute stat, and our names for what stands under them.
//!
//! ```text
//! "compute": {"vm_mem_reserved": 3298534883328}   ->   vm_mem_reserved_bytes
//! ```
//!
//! Releases differ: 4.7 knew some figures under an older key, and the newer one wins.

use serde_json::Value;

/// Our name of a figure, and where the panel writes it: group, newest key, older key.
pub type Place = (&'static str, &'static str, &'static [&'static str]);

/// Counts and bytes. 4.7 named the memory of the VMs `mem_total` and `mem_usage`: in its one published
/// sample `mem_total` is what the only VM has reserved.
pub const FIGURES: &[Place] = &[
    ("block_capacity_bytes", "compute", &["block_capacity"]),
    ("block_usage_bytes", "compute", &["block_usage"]),
    ("vcpus", "compute", &["vcpus"]),
    ("vcpus_free", "compute", &["vcpus_free"]),
    (
        "vm_mem_reserved_bytes",
        "compute",
        &["vm_mem_reserved", "mem_total"],
    ),
    (
        "vm_mem_usage_bytes",
        "compute",
        &["vm_mem_usage", "mem_usage"],
    ),
    ("vm_mem_free_bytes", "compute", &["vm_mem_free"]),
    ("vm_mem_capacity_bytes", "compute", &["vm_mem_capacity"]),
    ("hypervisors", "compute", &["hypervisors"]),
    ("servers_count", "servers", &["count"]),
    ("servers_active", "servers", &["active"]),
    ("servers_running", "servers", &["running"]),
    ("servers_stopped", "servers", &["stopped"]),
    ("servers_shutoff", "servers", &["shutoff"]),
    (
        "servers_shelved_offloaded",
        "servers",
        &["shelved_offloaded"],
    ),
    ("servers_error", "servers", &["error"]),
    ("servers_in_progress", "servers", &["in_progress"]),
    ("fenced_vcpus", "fenced", &["vcpus"]),
    (
        "fenced_physical_cpu_cores",
        "fenced",
        &["physical_cpu_cores"],
    ),
    (
        "fenced_physical_mem_total_bytes",
        "fenced",
        &["physical_mem_total"],
    ),
    (
        "fenced_reserved_memory_bytes",
        "fenced",
        &["reserved_memory"],
    ),
    (
        "fenced_vm_mem_capacity_bytes",
        "fenced",
        &["vm_mem_capacity", "compute_mem_total"],
    ),
    ("physical_vcpus_total", "physical", &["vcpus_total"]),
    ("physical_cpu_cores", "physical", &["cpu_cores"]),
    ("physical_mem_total_bytes", "physical", &["mem_total"]),
    (
        "physical_block_capacity_bytes",
        "physical",
        &["block_capacity"],
    ),
    ("physical_block_free_bytes", "physical", &["block_free"]),
    ("reserved_vcpus", "reserved", &["vcpus"]),
    ("reserved_cpus", "reserved", &["cpus"]),
    ("reserved_memory_bytes", "reserved", &["memory"]),
    ("volumes_count", "volumes", &["count"]),
    ("volumes_available", "volumes", &["available"]),
    ("volumes_in_use", "volumes", &["in-use"]),
    ("volumes_backing_up", "volumes", &["backing-up"]),
    ("volumes_error_deleting", "volumes", &["error_deleting"]),
    ("volumes_reserved", "volumes", &["reserved"]),
];

/// Ratios and percentages.
pub const RATIOS: &[Place] = &[
    ("cpu_allocation_ratio", "compute", &["cpu_allocation_ratio"]),
    ("ram_allocation_ratio", "compute", &["ram_allocation_ratio"]),
    ("cpu_usage_percent", "compute", &["cpu_usage"]),
    ("physical_cpu_usage_percent", "physical", &["cpu_usage"]),
    (
        "fenced_physical_cpu_usage_percent",
        "fenced",
        &["physical_cpu_usage"],
    ),
];

/// The value under the first of the keys that is there and not null.
pub fn look_up<'a>(stat: &'a Value, (_, group, keys): &Place) -> Option<&'a Value> {
    let group = stat.get(group)?;
    keys.iter()
        .filter_map(|key| group.get(key))
        .find(|value| !value.is_null())
}
