//! The keys of the panel's compute stat, our names for what stands under them, and what it is.
//!
//! ```text
//! "compute": {"vm_mem_reserved": 3298534883328}   ->   vm_mem_reserved_bytes
//! ```
//!
//! Releases differ: 4.7 knew some figures under an older key, and the newer one wins. The description of the routes
//! says of each what stands here.

use serde_json::Value;

/// A figure of the stat, and where the panel writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Our name of it.
    pub name: &'static str,
    /// The group that it stands in.
    pub group: &'static str,
    /// Its keys there, the newest first.
    pub keys: &'static [&'static str],
    /// In what it is counted.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

macro_rules! places {
    ($($name:literal = $group:literal [$($key:literal),+], $unit:literal, $meaning:literal;)+) => {
        &[$(Place { name: $name, group: $group, keys: &[$($key),+], unit: $unit, meaning: $meaning },)+]
    };
}

/// Counts and bytes. 4.7 named the memory of the VMs `mem_total` and `mem_usage`: in its one published
/// sample `mem_total` is what the only VM has reserved.
pub const FIGURES: &[Place] = places! {
    "block_capacity_bytes" = "compute" ["block_capacity"], "bytes", "sizes of all volumes";
    "block_usage_bytes" = "compute" ["block_usage"], "bytes", "what is written in the volumes";
    "vcpus" = "compute" ["vcpus"], "virtual CPUs", "what machines hold";
    "vcpus_free" = "compute" ["vcpus_free"], "virtual CPUs", "what can still be given to machines";
    "vm_mem_reserved_bytes" = "compute" ["vm_mem_reserved", "mem_total"], "bytes", "memory that machines hold";
    "vm_mem_usage_bytes" = "compute" ["vm_mem_usage", "mem_usage"], "bytes", "memory that machines use";
    "vm_mem_free_bytes" = "compute" ["vm_mem_free"], "bytes", "memory that can still be given to machines";
    "vm_mem_capacity_bytes" = "compute" ["vm_mem_capacity"], "bytes", "memory that there is for machines";
    "hypervisors" = "compute" ["hypervisors"], "nodes", "nodes that run machines";
    "servers_count" = "servers" ["count"], "machines", "all virtual machines";
    "servers_active" = "servers" ["active"], "machines", "those in the state active";
    "servers_running" = "servers" ["running"], "machines",
        "those in the state running, which never stands in for active";
    "servers_stopped" = "servers" ["stopped"], "machines", "those in the state stopped";
    "servers_shutoff" = "servers" ["shutoff"], "machines", "those in the state shutoff";
    "servers_shelved_offloaded" = "servers" ["shelved_offloaded"], "machines", "those in the state shelved_offloaded";
    "servers_error" = "servers" ["error"], "machines", "those in the state error";
    "servers_in_progress" = "servers" ["in_progress"], "machines", "those that something is being done with";
    "fenced_vcpus" = "fenced" ["vcpus"], "virtual CPUs", "those of nodes that are down";
    "fenced_physical_cpu_cores" = "fenced" ["physical_cpu_cores"], "cores", "those of nodes that are down";
    "fenced_physical_mem_total_bytes" = "fenced" ["physical_mem_total"], "bytes", "memory of nodes that are down";
    "fenced_reserved_memory_bytes" = "fenced" ["reserved_memory"], "bytes",
        "memory of nodes that are down that is kept for the system";
    "fenced_vm_mem_capacity_bytes" = "fenced" ["vm_mem_capacity", "compute_mem_total"], "bytes",
        "memory of nodes that are down that there was for machines";
    "physical_vcpus_total" = "physical" ["vcpus_total"], "virtual CPUs", "all that the nodes give";
    "physical_cpu_cores" = "physical" ["cpu_cores"], "cores", "those of all nodes";
    "physical_mem_total_bytes" = "physical" ["mem_total"], "bytes", "memory of all nodes";
    "physical_block_capacity_bytes" = "physical" ["block_capacity"], "bytes",
        "storage in all; which space that is, the panel does not say";
    "physical_block_free_bytes" = "physical" ["block_free"], "bytes", "what is left of that storage";
    "reserved_vcpus" = "reserved" ["vcpus"], "virtual CPUs", "overhead of the system";
    "reserved_cpus" = "reserved" ["cpus"], "cores", "overhead of the system";
    "reserved_memory_bytes" = "reserved" ["memory"], "bytes", "memory that is overhead of the system";
    "volumes_count" = "volumes" ["count"], "volumes", "all of them";
    "volumes_available" = "volumes" ["available"], "volumes", "those in the state available";
    "volumes_in_use" = "volumes" ["in-use"], "volumes", "those in the state in-use";
    "volumes_backing_up" = "volumes" ["backing-up"], "volumes", "those in the state backing-up";
    "volumes_error_deleting" = "volumes" ["error_deleting"], "volumes", "those in the state error_deleting";
    "volumes_reserved" = "volumes" ["reserved"], "volumes", "those in the state reserved";
};

/// Ratios and percentages.
pub const RATIOS: &[Place] = places! {
    "cpu_allocation_ratio" = "compute" ["cpu_allocation_ratio"], "virtual CPUs for a core", "how often a core is given";
    "ram_allocation_ratio" = "compute" ["ram_allocation_ratio"], "bytes for a byte", "how often memory is given";
    "cpu_usage_percent" = "compute" ["cpu_usage"], "percent", "use of the CPUs by machines";
    "physical_cpu_usage_percent" = "physical" ["cpu_usage"], "percent", "use of the CPUs of all nodes";
    "fenced_physical_cpu_usage_percent" = "fenced" ["physical_cpu_usage"], "percent",
        "use of the CPUs of nodes that are down";
};

/// The value under the first of the keys that is there and not null.
pub fn look_up<'a>(stat: &'a Value, place: &Place) -> Option<&'a Value> {
    let group = stat.get(place.group)?;
    let keys = place.keys.iter();
    keys.filter_map(|key| group.get(key))
        .find(|value| !value.is_null())
}
