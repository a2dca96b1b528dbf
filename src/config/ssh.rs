//! The storage nodes' part of a cluster's settings.

use std::{path::PathBuf, time::Duration};

use russh::keys::ssh_key::Fingerprint;

use crate::{
    chain::chain,
    config::{tables::SshFile, words::Words},
    source::tool::Tool,
    ssh::{
        host_keys::HostKeys,
        login::{self, Login},
        node::Node,
        pool::MAX_CHANNELS,
    },
    unreadable,
};

/// How a cluster's storage nodes are asked.
#[derive(Clone, Debug)]
pub struct SshConfig {
    /// The nodes, the preferred one first.
    pub nodes: Vec<Node>,
    /// How their sessions are opened.
    pub login: Login,
    /// The tool on them.
    pub tool: Tool,
    /// How long the command may take.
    pub command_timeout: Duration,
    /// How many commands may run at once on a connection.
    pub max_channels: usize,
}

/// OpenSSH allows 10 on a connection, and frees one a moment after its command has ended.
const MOST_CHANNELS: usize = 9;

/// All of it; `None` where anything is wrong.
pub fn ssh(of: &mut Words<'_>, file: &SshFile) -> Option<SshConfig> {
    let (nodes, login) = (nodes(of, file), login(of, file));
    let max_channels = max_channels(of, file);
    let tool = of.optional("ssh.command", "VSTORAGE_COMMAND", file.command.as_deref());
    Some(SshConfig {
        nodes: nodes?,
        login: login?,
        tool: tool?.unwrap_or_default(),
        command_timeout: file.command_timeout.unwrap_or(Duration::from_secs(20)),
        max_channels: max_channels?,
    })
}

/// How many commands may run at once on a connection; `None` where that is wrong.
fn max_channels(of: &mut Words<'_>, file: &SshFile) -> Option<usize> {
    let Some(number) = file.max_channels else {
        return (!of.is_spoiled("ssh.max_channels")).then_some(MAX_CHANNELS);
    };
    match usize::try_from(number) {
        Ok(number @ 1..=MOST_CHANNELS) => Some(number),
        _ => {
            let why = "write a whole number from 1 to 9: OpenSSH allows 10 on a connection, see MaxSessions in sshd_config there";
            of.wrong("ssh.max_channels", "", why)
        }
    }
}

/// The nodes, the preferred one first; `None` where one is wrong or none is named.
fn nodes(of: &mut Words<'_>, file: &SshFile) -> Option<Vec<Node>> {
    let (key, variable) = ("ssh.nodes", "VSTORAGE_NODES");
    let listed = of
        .word(variable, None)
        .map(|words| words.split(',').map(str::to_owned).collect());
    let words: Vec<String> = listed.or_else(|| file.nodes.clone()).unwrap_or_default();
    let words = words
        .iter()
        .map(|word| word.trim())
        .filter(|word| !word.is_empty());
    let mut nodes: Vec<Node> = Vec::new();
    for word in words {
        match word.parse::<Node>() {
            // Whoever logs in there: one connection with each node is enough.
            Ok(node) if nodes.iter().any(|known| known.place() == node.place()) => {
                return of.wrong(
                    key,
                    variable,
                    format!("`{word}` stands there twice: name each node once"),
                );
            }
            Ok(node) => nodes.push(node),
            Err(error) => return of.wrong(key, variable, error.to_string()),
        }
    }
    if nodes.is_empty() {
        let why = "no storage node is named: write user@host[:port], such as root@node1.example";
        return of.wrong(key, variable, why);
    }
    Some(nodes)
}

/// How their sessions are opened; `None` where anything is wrong.
fn login(of: &mut Words<'_>, file: &SshFile) -> Option<Login> {
    let key_file = match of.path("VSTORAGE_SSH_KEY", file.key_file.as_ref(), "ssh-key") {
        Some(path) => Some(path),
        None => of.wrong(
            "ssh.key_file",
            "VSTORAGE_SSH_KEY",
            "it is missing: the file of the private key with which the user logs in on the nodes",
        ),
    };
    let (key, variable) = ("ssh.key_passphrase_file", "VSTORAGE_SSH_KEY_PASSPHRASE");
    let in_file = file.key_passphrase_file.as_ref();
    let passphrase = of.handed(key, variable, in_file, "ssh-key-passphrase");
    let host_keys = host_keys(of, file);
    let (key_file, key_passphrase) = (key_file?, passphrase?);
    // What cannot be used now would be a failure of every round.
    if let Err(error) = login::load_key(&key_file, key_passphrase.as_ref()) {
        return of.wrong("ssh.key_file", "VSTORAGE_SSH_KEY", chain(&error));
    }
    Some(Login {
        key_file,
        key_passphrase,
        host_keys: host_keys?,
        connect_timeout: file.connect_timeout.unwrap_or(Duration::from_secs(10)),
    })
}

fn host_keys(of: &mut Words<'_>, file: &SshFile) -> Option<HostKeys> {
    let (key, variable) = ("ssh.known_hosts_file", "VSTORAGE_KNOWN_HOSTS");
    // A variable overrides whatever the file chose, and a credential is the last place to look.
    let named = of.variables.get(variable).map(PathBuf::from);
    let (path, pins) = match (named, &file.known_hosts_file, &file.host_key_sha256) {
        (Some(path), _, _) => (Some(path), None),
        (None, None, None) => (of.credentials.file(of.name, "known-hosts"), None),
        (None, path, pins) => (path.clone(), pins.as_ref()),
    };
    match (path, pins) {
        (Some(_), Some(_)) => of.wrong(
            key,
            variable,
            "host_key_sha256 is given, too: keep one of the two",
        ),
        (None, None) if of.is_spoiled("ssh.host_key_sha256") => None,
        (None, None) => {
            let why = "it is missing: a file of the nodes' host keys, whose lines `vhi-usage trust ssh HOST` shows, or their fingerprints in host_key_sha256";
            of.wrong(key, variable, why)
        }
        (Some(path), None) => match std::fs::read(&path) {
            Ok(_) => Some(HostKeys::File(path)),
            Err(error) => of.wrong(
                key,
                variable,
                format!(
                    "cannot read {}: {}",
                    path.display(),
                    unreadable::why(&error)
                ),
            ),
        },
        (None, Some(pins)) => {
            let pins: Option<Vec<_>> = pins.iter().map(|pin| fingerprint(pin)).collect();
            match pins.filter(|pins| !pins.is_empty()) {
                Some(pins) => Some(HostKeys::Pinned(pins)),
                None => of.wrong(
                    "ssh.host_key_sha256",
                    "",
                    "a fingerprint is written as `ssh-keygen -lf` prints it: SHA256: and 43 characters",
                ),
            }
        }
    }
}

/// A fingerprint as `ssh-keygen -lf` prints it; `None` for any other text.
pub fn fingerprint(text: &str) -> Option<Fingerprint> {
    let text = text.trim().trim_end_matches('=');
    let text = text.strip_prefix("SHA256:").unwrap_or(text);
    format!("SHA256:{text}").parse().ok()
}
