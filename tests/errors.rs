//! The table of what people are told when something is wrong, to the letter.
//!
//! Each row is provoked in the way in which a person meets it: the built program, or the library's own
//! door, against files in a folder, the simulator, or a port where nobody listens. What differs from run
//! to run is masked: the folder, the ports, the fingerprints, the times. The last part reads the sources
//! and fails for every error that has no row.

#[path = "errors/answers.rs"]
mod answers;
#[path = "errors/by_hand.rs"]
mod by_hand;
#[path = "errors/certificates.rs"]
mod certificates;
mod checked;
#[path = "errors/checks.rs"]
mod checks;
#[path = "errors/commands.rs"]
mod commands;
mod common;
#[path = "errors/exports.rs"]
mod exports;
#[path = "errors/files.rs"]
mod files;
#[path = "errors/host_certificates.rs"]
mod host_certificates;
#[path = "errors/hosts.rs"]
mod hosts;
#[path = "errors/https.rs"]
mod https;
#[path = "errors/kept.rs"]
mod kept;
#[path = "errors/literals.rs"]
mod literals;
#[path = "errors/metrics.rs"]
mod metrics;
#[path = "errors/months.rs"]
mod months;
#[path = "errors/nodes.rs"]
mod nodes;
#[path = "errors/overviews.rs"]
mod overviews;
#[path = "errors/panels.rs"]
mod panels;
#[path = "errors/peers.rs"]
mod peers;
#[path = "commands/place.rs"]
mod place;
#[path = "system/program.rs"]
mod program;
#[allow(dead_code, reason = "the answers take what they need")]
#[path = "api/published.rs"]
mod published;
#[path = "errors/queries.rs"]
mod queries;
#[path = "errors/reasons.rs"]
mod reasons;
#[path = "errors/rows.rs"]
mod rows;
#[path = "errors/settings.rs"]
mod settings;
#[allow(dead_code, reason = "the errors take what they need")]
#[path = "commands/stocked.rs"]
mod stocked;
#[path = "errors/stored.rs"]
mod stored;
#[path = "errors/stores.rs"]
mod stores;
#[path = "errors/tokens.rs"]
mod tokens;
#[path = "errors/told.rs"]
mod told;
#[path = "errors/variables.rs"]
mod variables;
#[path = "system/wait.rs"]
mod wait;
#[path = "errors/windows.rs"]
mod windows;
