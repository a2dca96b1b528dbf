//! The fields of the service that this one replaces, with their names, units and rounding.
//!
//! ```text
//! "total_vms":310,…,"total_ram_tib":5,…,"logical_storage_total_tib":57.3,…
//! ```
//!
//! The only floats of the crate are born here, from integers, and the rounding is named: machines and
//! volumes up, as old callers know it, logical storage to the nearest hundredth of a TiB. Beware of
//! the names: the panel's `reserved` is the system's overhead, and `reserved_*` here is what VMs hold.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::reading::{ComputeReading, Figure, StorageReading};

/// Machines and volumes.
pub fn compute<M: SerializeMap>(
    map: &mut M,
    reading: Option<&ComputeReading>,
) -> Result<(), M::Error> {
    let figure = |name| reading.and_then(|reading| reading.figure(name));
    let sum = |a, b| figure(a)?.checked_add(figure(b)?);
    let difference = |a, b| figure(a)?.checked_sub(figure(b)?);
    for (field, value) in [
        ("total_vms", figure("servers_count")),
        ("active_vms", figure("servers_active")),
        ("shutoff_vms", figure("servers_shutoff")),
        ("shelved_vms", figure("servers_shelved_offloaded")),
        ("other_vms", sum("servers_error", "servers_in_progress")),
        ("total_vcpus", figure("physical_vcpus_total")),
    ] {
        map.serialize_entry(field, &value)?;
    }
    map.serialize_entry(
        "total_ram_tib",
        &figure("physical_mem_total_bytes").map(tib_up),
    )?;
    for (group, vcpus, memory) in [
        ("fenced", "fenced_vcpus", "fenced_physical_mem_total_bytes"),
        ("reserved", "vcpus", "vm_mem_reserved_bytes"),
        ("system", "reserved_vcpus", "reserved_memory_bytes"),
        ("free", "vcpus_free", "vm_mem_free_bytes"),
    ] {
        map.serialize_entry(&format!("{group}_vcpus"), &figure(vcpus))?;
        map.serialize_entry(&format!("{group}_ram_gib"), &figure(memory).map(gib_up))?;
    }
    let (capacity, usage) = ("block_capacity_bytes", "block_usage_bytes");
    map.serialize_entry("provisioned_storage_tib", &figure(capacity).map(tib_up))?;
    map.serialize_entry("storage_used_tib", &figure(usage).map(tib_up))?;
    map.serialize_entry("storage_free_tib", &difference(capacity, usage).map(tib_up))
}

/// The three logical figures, from exact bytes.
pub fn storage<M: SerializeMap>(
    map: &mut M,
    reading: Option<&StorageReading>,
) -> Result<(), M::Error> {
    let logical = reading.map(|reading| reading.logical);
    let tib = |figure: Figure| tib_nearest(figure.amount.bytes);
    map.serialize_entry(
        "logical_storage_total_tib",
        &logical.map(|space| tib(space.total)),
    )?;
    map.serialize_entry(
        "logical_storage_used_tib",
        &logical.map(|space| tib(space.used)),
    )?;
    map.serialize_entry(
        "logical_storage_free_tib",
        &logical.map(|space| tib(space.free)),
    )
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
