//! The verdict of OpenSSH's own client, out of what it says.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use vhi_usage::ssh::place::Place;

use crate::{
    row::{Server, Verdict},
    servers::{Servers, user},
};

/// What it says, the gravest first: of several sentences the first of these counts.
const SENTENCES: [(&str, Verdict); 11] = [
    ("REVOKED HOST KEY DETECTED", Verdict::Revoked),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", Verdict::Changed),
    ("Certificate invalid: expired", Verdict::Late),
    ("Certificate invalid: not yet valid", Verdict::Early),
    (
        "Certificate invalid: name is not a listed principal",
        Verdict::OtherName,
    ),
    ("Certificate lacks principal list", Verdict::NoName),
    ("Certificate invalid: not a host certificate", Verdict::User),
    (
        "Certificate contains unsupported critical options",
        Verdict::Option,
    ),
    ("Certificate signed with disallowed algorithm", Verdict::Way),
    ("host key is known for", Verdict::Unknown),
    ("Host key verification failed", Verdict::Unknown),
];

/// Over a connection to where the node says, or else straight to the server; an error is what it said that
/// is no verdict.
#[track_caller]
pub(crate) fn verdict(
    servers: &Servers,
    server: Server,
    node: &Place,
    known_hosts: &Path,
    listens: bool,
) -> Result<Verdict, String> {
    let mut command = Command::new("ssh");
    command.args(["-F", "none", "-n", "-T", "-o", "BatchMode=yes"]);
    for option in [
        "StrictHostKeyChecking=yes",
        "GlobalKnownHostsFile=/dev/null",
        "CheckHostIP=no",
        "UpdateHostKeys=no",
        "HashKnownHosts=no",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "ConnectTimeout=20",
    ] {
        command.args(["-o", option]);
    }
    command.args([
        "-o",
        &format!("UserKnownHostsFile={}", known_hosts.display()),
    ]);
    if !listens {
        let words = servers.command(server).join(" ");
        command.args(["-o", &format!("ProxyCommand={words}")]);
    }
    command.arg("-i").arg(&servers.user.file);
    command.args(["-l", &user(), "-p", &node.port().to_string()]);
    command.args(["--", node.host(), "true"]);
    let output = command.stdin(Stdio::null()).output();
    let output = output.expect("ssh runs: tests/run installs it where it is missing");
    if output.status.success() {
        return Ok(Verdict::Known);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let found = SENTENCES
        .iter()
        .find(|(sentence, _)| said.contains(sentence));
    found.map(|(_, verdict)| *verdict).ok_or(said.into_owned())
}
