//! The built program against a real OpenSSH server, and a real Prometheus against the built program.
//!
//! Each test has a site of its own: servers on free loopback ports with keys of their own, a stand-in
//! for the tool that they run, and a panel of the simulator. `tests/run` installs what is missing.

#[path = "system/access.rs"]
mod access;
#[path = "system/canary.rs"]
mod canary;
#[path = "system/canary_clusters.rs"]
mod canary_clusters;
#[path = "system/canary_faults.rs"]
mod canary_faults;
#[path = "system/canary_forms.rs"]
mod canary_forms;
#[path = "system/canary_settings.rs"]
mod canary_settings;
#[path = "system/canary_store.rs"]
mod canary_store;
#[path = "system/canary_written.rs"]
mod canary_written;
#[path = "system/checks.rs"]
mod checks;
#[path = "system/crowd.rs"]
mod crowd;
#[path = "system/endings.rs"]
mod endings;
#[path = "system/faults.rs"]
mod faults;
#[path = "system/figures.rs"]
mod figures;
#[path = "system/fleet.rs"]
mod fleet;
#[path = "system/http.rs"]
mod http;
#[path = "system/https.rs"]
mod https;
#[path = "system/hung.rs"]
mod hung;
#[path = "system/instances.rs"]
mod instances;
#[path = "system/keeping.rs"]
mod keeping;
#[path = "system/keys.rs"]
mod keys;
#[path = "system/killed.rs"]
mod killed;
#[path = "system/limits.rs"]
mod limits;
#[path = "system/logins.rs"]
mod logins;
#[path = "system/metrics.rs"]
mod metrics;
#[path = "system/nodes.rs"]
mod nodes;
#[path = "common/postgres.rs"]
mod postgres;
#[path = "system/processes.rs"]
mod processes;
#[path = "system/program.rs"]
mod program;
#[path = "system/prometheus.rs"]
mod prometheus;
#[path = "system/rotation.rs"]
mod rotation;
#[path = "system/scraped.rs"]
mod scraped;
#[path = "system/settings.rs"]
mod settings;
#[path = "system/shipped.rs"]
mod shipped;
#[path = "system/site.rs"]
mod site;
#[path = "system/sources.rs"]
mod sources;
#[path = "system/sshd.rs"]
mod sshd;
#[path = "system/stalled.rs"]
mod stalled;
#[path = "system/supervised.rs"]
mod supervised;
#[path = "system/table/mod.rs"]
mod table;
#[path = "system/tool.rs"]
mod tool;
#[path = "system/wait.rs"]
mod wait;
#[path = "system/witnesses.rs"]
mod witnesses;
