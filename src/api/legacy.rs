//! The fields of the service that this one replaces, with their names, units and rounding.
//!
//! ```text
//! "total_vms":310,…,"total_ram_tib":5,…,"logical_storage_total_tib":57.3,…
//! ```
//!
//! The only floats of the crate are born here, from integers, and the rounding is named: machines and
//! volumes up, as old callers know it, logical storage to the nearest hundredth of a TiB. Beware of
//! the names: the panel's `reserved` is the system's overhead, and `reserved_*` here is what VMs hold.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::reading::{ComputeReading, Figure, StorageReading};

/// Machines and volumes, with the names and the rounding of the service before: each rounded up for itself, so that used
/// and free can add up to 0.01 more than provisioned.
#[derive(Debug, Serialize, ToSchema)]
pub struct Machines {
    /// All virtual machines; null where the panel does not say.
    total_vms: Option<i64>,
    /// Machines in the state active; null where the panel does not say. Running never stands in for it.
    active_vms: Option<i64>,
    /// Machines in the state shutoff; null where the panel does not say.
    shutoff_vms: Option<i64>,
    /// Machines in the state shelved_offloaded; null where the panel does not say.
    shelved_vms: Option<i64>,
    /// Machines in an error and those that something is being done with; null where the panel does not say both.
    other_vms: Option<i64>,
    /// Virtual CPUs that all nodes give; null where the panel does not say.
    total_vcpus: Option<i64>,
    /// Memory of all nodes in TiB, up to the next hundredth; null where the panel does not say.
    #[schema(value_type = Option<f64>)]
    total_ram_tib: Option<Hundredths>,
    /// Virtual CPUs of nodes that are down; null where the panel does not say.
    fenced_vcpus: Option<i64>,
    /// Memory of nodes that are down in GiB, up to a whole one; null where the panel does not say.
    fenced_ram_gib: Option<i64>,
    /// Virtual CPUs that machines hold; null where the panel does not say.
    reserved_vcpus: Option<i64>,
    /// Memory that machines hold in GiB, up to a whole one; null where the panel does not say.
    reserved_ram_gib: Option<i64>,
    /// Virtual CPUs that are overhead of the system, which the panel calls reserved; null where it does not say.
    system_vcpus: Option<i64>,
    /// Memory that is overhead of the system in GiB, up to a whole one; null where the panel does not say.
    system_ram_gib: Option<i64>,
    /// Virtual CPUs that can still be given to machines; null where the panel does not say.
    free_vcpus: Option<i64>,
    /// Memory that can still be given to machines in GiB, up to a whole one; null where the panel does not say.
    free_ram_gib: Option<i64>,
    /// Sizes of all volumes in TiB, up to the next hundredth; null where the panel does not say.
    #[schema(value_type = Option<f64>)]
    provisioned_storage_tib: Option<Hundredths>,
    /// What is written in the volumes in TiB, up to the next hundredth; null where the panel does not say.
    #[schema(value_type = Option<f64>)]
    storage_used_tib: Option<Hundredths>,
    /// Unused room inside the volumes in TiB, up to the next hundredth; null where the panel does not say. It is no free
    /// capacity of the cluster: never bill from it.
    #[schema(value_type = Option<f64>)]
    storage_free_tib: Option<Hundredths>,
}

/// Storage of the cluster, with the names and the rounding of the service before. What *logical* means, `storage.basis`
/// says.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogicalStorage {
    /// `storage.logical.total` in TiB, to the nearest hundredth; null where it is null.
    #[schema(value_type = Option<f64>)]
    logical_storage_total_tib: Option<Hundredths>,
    /// `storage.logical.used` in TiB, to the nearest hundredth; null where it is null.
    #[schema(value_type = Option<f64>)]
    logical_storage_used_tib: Option<Hundredths>,
    /// `storage.logical.free` in TiB, to the nearest hundredth; null where it is null.
    #[schema(value_type = Option<f64>)]
    logical_storage_free_tib: Option<Hundredths>,
}

impl Machines {
    /// Of what the panel says, if it says anything.
    pub fn of(reading: Option<&ComputeReading>) -> Machines {
        let figure = |name| reading.and_then(|reading| reading.figure(name));
        let sum = |a, b| figure(a)?.checked_add(figure(b)?);
        let difference = |a, b| figure(a)?.checked_sub(figure(b)?);
        let (capacity, usage) = ("block_capacity_bytes", "block_usage_bytes");
        Machines {
            total_vms: figure("servers_count"),
            active_vms: figure("servers_active"),
            shutoff_vms: figure("servers_shutoff"),
            shelved_vms: figure("servers_shelved_offloaded"),
            other_vms: sum("servers_error", "servers_in_progress"),
            total_vcpus: figure("physical_vcpus_total"),
            total_ram_tib: figure("physical_mem_total_bytes").map(tib_up),
            fenced_vcpus: figure("fenced_vcpus"),
            fenced_ram_gib: figure("fenced_physical_mem_total_bytes").map(gib_up),
            reserved_vcpus: figure("vcpus"),
            reserved_ram_gib: figure("vm_mem_reserved_bytes").map(gib_up),
            system_vcpus: figure("reserved_vcpus"),
            system_ram_gib: figure("reserved_memory_bytes").map(gib_up),
            free_vcpus: figure("vcpus_free"),
            free_ram_gib: figure("vm_mem_free_bytes").map(gib_up),
            provisioned_storage_tib: figure(capacity).map(tib_up),
            storage_used_tib: figure(usage).map(tib_up),
            storage_free_tib: difference(capacity, usage).map(tib_up),
        }
    }
}

impl LogicalStorage {
    /// Of the exact bytes, where there are any.
    pub fn of(reading: Option<&StorageReading>) -> LogicalStorage {
        let logical = reading.map(|reading| reading.logical);
        let tib = |figure: Figure| tib_nearest(figure.amount.bytes);
        LogicalStorage {
            logical_storage_total_tib: logical.map(|space| tib(space.total)),
            logical_storage_used_tib: logical.map(|space| tib(space.used)),
            logical_storage_free_tib: logical.map(|space| tib(space.free)),
        }
    }
}

/// Hundredths, written as the number that they are: `57.3`, and `5` rather than `5.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hundredths(i128);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 100 {
            0 => serializer.serialize_i128(self.0 / 100),
            #[expect(
                clippy::cast_precision_loss,
                reason = "below 2^53: 2^64 bytes are 1.7 thousand million hundredths of a TiB"
            )]
            _ => serializer.serialize_f64(self.0 as f64 / 100.0),
        }
    }
}

/// `bytes` in TiB, up to the next hundredth.
fn tib_up(bytes: i64) -> Hundredths {
    Hundredths(-((-i128::from(bytes) * 100) >> 40))
}

/// `bytes` in GiB, up to the next whole one.
fn gib_up(bytes: i64) -> i64 {
    // From the widest type, in which nothing that fits 64 bits can overflow.
    i64::try_from(-((-i128::from(bytes)) >> 30)).unwrap_or(i64::MAX)
}

/// `bytes` in TiB, to the nearest hundredth, halves up.
fn tib_nearest(bytes: u64) -> Hundredths {
    Hundredths((i128::from(bytes) * 100 + (1 << 39)) >> 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn writes(value: impl Serialize, text: &str) {
        assert_eq!(serde_json::to_string(&value).expect("a number"), text);
    }

    const TIB: i64 = 1 << 40;
    const GIB: i64 = 1 << 30;

    #[test]
    fn machines_and_volumes_are_rounded_up() {
        writes(tib_up(0), "0");
        writes(tib_up(1), "0.01");
        writes(tib_up(5 * TIB), "5");
        writes(tib_up(5 * TIB + 1), "5.01");
        writes(tib_up(9_768 * GIB), "9.54");
        writes(tib_up(-1), "0");
        writes(tib_up(-TIB), "-1");
        writes(tib_up(i64::MAX), "8388608");
        assert_eq!(
            [0, 1, GIB, GIB + 1, -1, -GIB].map(gib_up),
            [0, 1, 1, 2, 0, -1]
        );
        assert_eq!(gib_up(i64::MIN), i64::MIN >> 30);
    }

    #[test]
    fn logical_storage_is_rounded_to_the_nearest_hundredth() {
        let tib = 1_u64 << 40;
        writes(tib_nearest(63_002_016_271_565), "57.3");
        writes(tib_nearest(49_917_827_901_031), "45.4");
        writes(tib_nearest(13_084_188_370_534), "11.9");
        writes(tib_nearest(tib / 200 + 1), "0.01");
        writes(tib_nearest(tib / 200), "0");
        writes(tib_nearest(u64::MAX), "16777216");
    }
}
