//! Why a command on a node gave no output.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use crate::{chain::chain, clock, ssh::node::Node};

/// Why a command on a node gave no output. Every variant names the node.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// No connection, or no SSH server behind it.
    #[error("{node}: cannot connect")]
    Connect {
        /// The node.
        node: Node,
        /// What stood in the way.
        #[source]
        why: ConnectFailure,
    },
    /// The host key is not the one that we expect. Nothing was sent to the node.
    #[error("{node}: the host key is not trusted")]
    HostKey {
        /// The node.
        node: Node,
        /// What is wrong with it.
        #[source]
        why: HostKeyProblem,
    },
    /// The node refused our key. Not tried again before `next_try`, for accounts lock.
    #[error(
        "{node}: the user's key was refused; next try at {}. Is its public half in authorized_keys there?",
        clock::rfc3339(*next_try)
    )]
    Auth {
        /// The node.
        node: Node,
        /// When the key will be offered again.
        next_try: Timestamp,
    },
    /// Our private key cannot be used.
    #[error("cannot use the private key {path}: {why}")]
    Key {
        /// Its file.
        path: String,
        /// What is wrong, and the way out.
        why: String,
    },
    /// The connection broke, or the node closed it.
    #[error("{node}: the session was lost")]
    Lost {
        /// The node.
        node: Node,
        /// What the library said.
        source: russh::Error,
    },
    /// The node did not start the command: no free channel, or exec is forbidden. The session is given
    /// up, for a slot that it lost does not come back.
    #[error("{node}: the node refused to run `{command}`: {why}")]
    Refused {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// Which step was refused.
        why: &'static str,
    },
    /// No end of the command in time, here or on the node.
    #[error("{node}: `{command}` did not end within {within:?}")]
    Timeout {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// How long we waited.
        within: Duration,
        /// Whether the session still stands: the node itself ended the command.
        ended_there: bool,
    },
    /// The command ended, but not well: its output is not read.
    #[error("{node}: `{command}` {status}; its stderr ends: {stderr}")]
    Exit {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of its standard error.
        stderr: String,
    },
    /// More output than any report has.
    #[error("{node}: `{command}` printed more than {limit} bytes")]
    TooLong {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// The cap.
        limit: usize,
    },
    /// No node gave an output; each said why.
    #[error("no node answered: {}", chains(.0))]
    EveryNode(Vec<SshError>),
}

impl SshError {
    /// Whether the session is of no use after this error.
    pub fn session_lost(&self) -> bool {
        match self {
            SshError::Exit { .. } => false,
            SshError::Timeout { ended_there, .. } => !ended_there,
            _ => true,
        }
    }
}

/// What stood in the way of a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFailure {
    /// Nobody listens there.
    #[error("connection refused: is sshd running there, and is the port right?")]
    Refused(#[source] std::io::Error),
    /// The name or the network.
    #[error("the host cannot be reached")]
    Io(#[source] std::io::Error),
    /// No SSH server answered in time.
    #[error("no SSH handshake within {0:?}")]
    Timeout(Duration),
    /// What answered speaks no SSH that we can speak.
    #[error("the SSH handshake failed")]
    Handshake(#[source] russh::Error),
}

impl ConnectFailure {
    /// Of a connection that did not come about.
    pub fn of(error: std::io::Error) -> ConnectFailure {
        match error.kind() {
            std::io::ErrorKind::ConnectionRefused => ConnectFailure::Refused(error),
            _ => ConnectFailure::Io(error),
        }
    }
}

/// What is wrong with a host key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostKeyProblem {
    /// No entry for this host.
    #[error(
        "{fingerprint} ({algorithm}) is not in {place}: compare it with `ssh-keygen -lf` on the node, then add it"
    )]
    Unknown {
        /// The key that was shown, in OpenSSH's form.
        fingerprint: String,
        /// Its type.
        algorithm: String,
        /// Where we looked.
        place: String,
    },
    /// Another key of the same type is expected.
    #[error(
        "the node shows {fingerprint} ({algorithm}), {place} expects another: somebody may be in between, or the node was set up anew"
    )]
    Changed {
        /// The key that was shown.
        fingerprint: String,
        /// Its type.
        algorithm: String,
        /// File and line, or the setting, that expects another key.
        place: String,
    },
    /// The key is marked as revoked.
    #[error("{fingerprint} is revoked by {place}")]
    Revoked {
        /// The key that was shown.
        fingerprint: String,
        /// File and line.
        place: String,
    },
    /// The file could not be read or holds a line that is none.
    #[error("{place}: {why}")]
    File {
        /// The file, and the line if there is one.
        place: String,
        /// What is wrong.
        why: String,
    },
}

/// How a command ended that did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// With this status, never 0.
    Code(u32),
    /// By this signal.
    Signal(String),
    /// The channel was closed without a word.
    Unknown,
}

impl ExitStatus {
    /// Whether it was killed, as a shell or the system says it.
    pub fn is_kill(&self) -> bool {
        match self {
            ExitStatus::Code(code) => *code == 137,
            ExitStatus::Signal(name) => name == "KILL",
            ExitStatus::Unknown => false,
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitStatus::Code(code) => write!(f, "ended with exit status {code}"),
            ExitStatus::Signal(name) => write!(f, "was ended by signal {name}"),
            ExitStatus::Unknown => write!(f, "ended without an exit status"),
        }
    }
}

fn chains(errors: &[SshError]) -> String {
    errors
        .iter()
        .map(|error| chain(error))
        .collect::<Vec<_>>()
        .join("; ")
}
