//! What `known_hosts` means, row by row: OpenSSH's own client and ours meet the same server with the same
//! file, and must come to the same verdict.
//!
//! The server is a real sshd, started anew for each connection as inetd does, so no port is kept and no
//! process stays. `tests/run` installs what is missing.

#[path = "known_hosts/certified.rs"]
mod certified;
#[path = "known_hosts/found.rs"]
mod found;
#[allow(dead_code, reason = "the servers take what they need")]
#[path = "system/keys.rs"]
mod keys;
#[path = "known_hosts/lines.rs"]
mod lines;
#[path = "known_hosts/names.rs"]
mod names;
#[path = "known_hosts/ours.rs"]
mod ours;
#[path = "known_hosts/row.rs"]
mod row;
#[path = "known_hosts/servers.rs"]
mod servers;
#[path = "known_hosts/table.rs"]
mod table;
#[path = "known_hosts/theirs.rs"]
mod theirs;
