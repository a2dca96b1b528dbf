//! What is served, to the last digit.

use serde_json::json;

use crate::{site::Site, tool::REPORT};

/// What the panel says, odd enough that a wrong rounding or a wrong key shows.
const STAT: &str = r#"{
    "datetime": "2026-11-22T06:00:00Z",
    "compute": {"block_capacity": 10500000000000, "block_usage": 6597069766657, "vcpus": 1201, "vcpus_free": 3199,
        "vm_mem_reserved": 3298534883329, "vm_mem_free": 1099511627776, "vm_mem_usage": 7, "vm_mem_capacity": 4398046511104},
    "servers": {"count": 310, "active": 280, "running": 281, "shutoff": 22, "stopped": 23, "shelved_offloaded": 5,
        "error": 1, "in_progress": 2},
    "fenced": {"vcpus": 512, "physical_mem_total": 549755813889, "vm_mem_capacity": 1.5},
    "physical": {"vcpus_total": 5632, "mem_total": 5497558138881},
    "reserved": {"vcpus": 720, "memory": 549755813888}
}"#;

/// Worked out by hand from the two texts above and below.
const FLAT: &[&str] = &[
    r#""total_vms":310,"#,
    r#""active_vms":280,"#,
    r#""shutoff_vms":22,"#,
    r#""shelved_vms":5,"#,
    r#""other_vms":3,"#,
    r#""total_vcpus":5632,"#,
    r#""total_ram_tib":5.01,"#,
    r#""fenced_vcpus":512,"#,
    r#""fenced_ram_gib":513,"#,
    r#""reserved_vcpus":1201,"#,
    r#""reserved_ram_gib":3073,"#,
    r#""system_vcpus":720,"#,
    r#""system_ram_gib":512,"#,
    r#""free_vcpus":3199,"#,
    r#""free_ram_gib":1024,"#,
    r#""provisioned_storage_tib":9.55,"#,
    r#""storage_used_tib":6.01,"#,
    r#""storage_free_tib":3.55,"#,
    r#""logical_storage_total_tib":57.3,"#,
    r#""logical_storage_used_tib":45.4,"#,
    r#""logical_storage_free_tib":11.9,"#,
];

#[test]
fn every_figure_of_the_service_before_is_right_to_the_last_digit_on_both_of_its_paths() {
    let site = Site::new();
    site.cluster().scenario.set_stat_body(Some(STAT.to_owned()));
    let service = site.serve_with(&site.variables());
    let documented = service.get("/api/v1/cluster/usage");
    let routed = service.get("/api/v1/usage/cluster");
    assert_eq!(documented.status, 200, "{documented:?}");
    assert_eq!(documented.body, routed.body);
    for field in FLAT {
        assert!(
            documented.body.contains(field),
            "{field} {}",
            documented.body
        );
    }
    let usage = documented.json();
    assert_eq!(usage["status"], "complete");
    assert_eq!(usage.get("storage_error"), None);
    let etag = documented.header("etag").expect("an entity tag");
    assert_eq!(routed.header("etag"), Some(etag));
    service.stop();
}

#[test]
fn beside_the_rounded_figures_stand_the_exact_ones_with_what_was_printed() {
    let site = Site::new();
    let service = site.serve_with(&site.variables());
    let usage = service.usage();
    let storage = &usage["storage"];
    assert_eq!(storage["source"], "ssh");
    assert_eq!(storage["basis"], "allocatable");
    assert_eq!(storage["state"], "fresh");
    assert_eq!(storage["node"], "127.0.0.1");
    assert_eq!(storage["cluster_status"], "healthy");
    assert_eq!(
        storage["logical"],
        json!({
            "total": {"text": "57.3TB", "bytes": 63_002_016_271_565_u64,
                "min": 62_947_040_690_176_u64, "max": 63_111_967_434_342_u64},
            "used": {"bytes": 49_917_827_901_031_u64,
                "min": 49_752_901_156_865_u64, "max": 50_082_754_645_196_u64},
            "free": {"text": "11.9TB", "bytes": 13_084_188_370_534_u64,
                "min": 13_029_212_789_146_u64, "max": 13_194_139_533_311_u64},
        })
    );
    assert_eq!(storage["physical"]["free"]["text"], "13.0TB");
    assert_eq!(storage["user_data"]["text"], "21.2TB");
    assert_eq!(storage["replication"], json!({"normal": 1, "limit": 1}));
    let raw = service.get("/api/v1/clusters/cluster1/raw");
    assert_eq!((raw.status, raw.body.as_str()), (200, REPORT));
    let command = format!("{} -c cluster1 stat", site.tool.path().display());
    assert_eq!(raw.header("x-vhi-command"), Some(command.as_str()));
    service.stop();
}

#[test]
fn a_sparse_panel_gives_null_and_never_a_nought() {
    let site = Site::new();
    let sparse = r#"{"servers": {"count": 3, "running": 2, "error": 0, "stopped": 1}}"#;
    site.cluster()
        .scenario
        .set_stat_body(Some(sparse.to_owned()));
    let service = site.serve_with(&site.variables());
    let body = service.get("/api/v1/cluster/usage").body;
    for field in FLAT.iter().take(18) {
        let name = field.split(':').next().unwrap();
        let expected = match name {
            "\"total_vms\"" => "\"total_vms\":3,".to_owned(),
            name => format!("{name}:null,"),
        };
        assert!(body.contains(&expected), "{expected} {body}");
    }
    service.stop();
}
