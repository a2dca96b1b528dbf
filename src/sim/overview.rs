//! The storage overview as a panel writes it.
//!
//! ```text
//! {"id": 3, "logic_space": {"total": 31501008135782, "used": …, "free": …}, "tiers": [{"id": 0, "phys_space": …}], …}
//! ```
//!
//! Written by hand and not through any type of the panel's client, as the compute stat is.

use serde_json::{Value, json};

use crate::sim::{
    fault::Fault,
    figures::{Figures, TIB},
};

/// Chunks are of 256 MiB, and a file of this cluster is one of 16 of them.
const CHUNK: u64 = 256 << 20;

/// The body of an overview of the cluster with that id, in the keys that are documented: no name among them.
pub(crate) fn overview(it: &Figures, id: u64, shows: impl Fn(Fault) -> bool) -> Value {
    let chunks = it.user_data / CHUNK;
    let files = chunks / 16;
    let more_free = shows(Fault::OverviewMoreFree);
    let tiers = it.tiers().map(|tier| {
        let (total, free) = (tier.physical_total, tier.physical_free);
        json!({ "id": tier.number, "phys_space": space(total, free, more_free) })
    });
    let mut logic_space = space(it.logical_total(), it.logical_free(), more_free);
    if shows(Fault::OverviewNoTotal)
        && let Some(keys) = logic_space.as_object_mut()
    {
        keys.remove("total");
    }
    json!({
        "id": id,
        "active_cses": { "0": 24, "1": 8 },
        "active_nodes": { "0": 8, "1": 8 },
        "chunks": {
            "blocked": 0, "degraded": 0, "deleting": 0, "healthy": chunks, "offline": 0,
            "overcommitted": 0, "pending": null, "replicating": 0, "standby": null,
            "total": chunks, "unique": chunks, "urgent": 0, "void": 0,
        },
        "cs": { "failed": 0, "total": 32 },
        "fs_stat": {
            "chunk_maps": chunks, "chunk_nodes": chunks, "file_maps": files, "files": files,
            "inodes": files + 100, "used_size": it.user_data,
        },
        "license": { "capacity": it.license_capacity, "status": "active" },
        "logic_space": logic_space,
        "space_per_service": {
            "abgw": 0, "compute": it.volumes_used, "iscsi": 0, "nfs": null,
            "other": it.other_data(), "s3": it.object_data(),
        },
        "tiers": tiers,
    })
}

fn space(total: u64, free: u64, more_free: bool) -> Value {
    let shown = if more_free { total + TIB } else { free };
    json!({ "total": total, "used": total - free, "free": shown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(body: &Value, pointer: &str) -> u64 {
        body.pointer(pointer).and_then(Value::as_u64).unwrap()
    }

    #[test]
    fn totals_are_their_parts_at_any_age_and_shifted_too() {
        for second in (0..15_000).step_by(97) {
            let figures = Figures::at(Duration::from_secs(second), second % 8);
            for figures in [figures, figures.shifted()] {
                let it = overview(&figures, 1, |_| false);
                let space = |path: &str| {
                    let [total, used, free] =
                        ["total", "used", "free"].map(|key| at(&it, &format!("{path}/{key}")));
                    assert_eq!(total, used + free, "{path} after {second} s");
                    [total, used, free]
                };
                let logical = space("/logic_space");
                assert_eq!(logical.get(1), Some(&figures.user_data));
                let tiers = [space("/tiers/0/phys_space"), space("/tiers/1/phys_space")];
                let sum = |n: usize| tiers.iter().map(|tier| tier[n]).sum::<u64>();
                assert_eq!(sum(0), figures.physical_total);
                assert_eq!(sum(2), figures.physical_free);
                let services = it["space_per_service"].as_object().unwrap();
                let used: u64 = services.values().filter_map(Value::as_u64).sum();
                assert_eq!(used, figures.user_data);
                assert_eq!(at(&it, "/fs_stat/used_size"), figures.user_data);
            }
        }
    }

    #[test]
    fn one_service_says_nothing() {
        let it = overview(&Figures::at(Duration::ZERO, 0), 1, |_| false);
        assert_eq!(it["space_per_service"]["nfs"], Value::Null);
        assert_eq!(it["space_per_service"]["abgw"], 0);
    }

    #[test]
    fn each_fault_shows_where_it_says() {
        let figures = Figures::at(Duration::ZERO, 0);
        let with = |fault| overview(&figures, 1, |it| it == fault);
        let it = with(Fault::OverviewNoTotal);
        assert_eq!(it["logic_space"].get("total"), None);
        assert!(it["logic_space"]["free"].is_u64());
        let it = with(Fault::OverviewMoreFree);
        for path in ["/logic_space", "/tiers/0/phys_space", "/tiers/1/phys_space"] {
            assert!(at(&it, &format!("{path}/free")) > at(&it, &format!("{path}/total")));
        }
    }
}
