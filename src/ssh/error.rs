//! Why a command on a node gave no output.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    chain::chain,
    clock,
    ssh::{host_key_problem::HostKeyProblem, node::Node, output::ExitStatus},
};

/// Why a command on a node gave no output. Every variant names the node. All who wait for one connection
/// get a copy of the same.
#[derive(Clone, Debug, thiserror::Error)]
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
    /// The host key is not the one that we expect. Nothing was sent to the node, and the pool connects to it
    /// no more until what the key is judged by is another one.
    #[error("{node}: the host key is not trusted, so the node is left alone until that is mended")]
    HostKey {
        /// The node.
        node: Node,
        /// What is wrong with it.
        #[source]
        why: HostKeyProblem,
    },
    /// The node refused our key. Not tried again before `next_try`, for accounts lock.
    #[error(
        "{node}: the node refuses the key {key}: add the line that `ssh-keygen -y -f {key}` prints to authorized_keys there; a service offers it again at {}",
        clock::rfc3339(*next_try)
    )]
    Auth {
        /// The node.
        node: Node,
        /// The file of the private key.
        key: String,
        /// When the key will be offered again.
        next_try: Timestamp,
    },
    /// Our key was sent, and several times in a row the node did not say whether it takes it. That may be a slow
    /// refusal, so it is not tried again before `next_try`.
    #[error(
        "{node}: the node does not say whether it takes the key {key}, see what sshd does there at a login and how long; a service offers it again at {}",
        clock::rfc3339(*next_try)
    )]
    Unheard {
        /// The node.
        node: Node,
        /// The file of the private key.
        key: String,
        /// When the key will be offered again.
        next_try: Timestamp,
        /// How the last login ended.
        source: Box<SshError>,
    },
    /// Other nodes of the cluster refused our key, and this one was not offered it: they may all ask one directory.
    #[error(
        "{node}: the key {key} is not offered, for other nodes of the cluster refuse it; a service offers it again at {}",
        clock::rfc3339(*next_try)
    )]
    Withheld {
        /// The node.
        node: Node,
        /// The file of the private key.
        key: String,
        /// When the key will be offered again.
        next_try: Timestamp,
    },
    /// Our private key cannot be used.
    #[error("no private key to log in with: {why}")]
    Key {
        /// What is wrong with which file, and the way out.
        why: String,
    },
    /// The connection broke, or the node closed it.
    #[error("{node}: the connection broke, and the next try opens a new one")]
    Lost {
        /// The node.
        node: Node,
        /// What the library said.
        source: Arc<russh::Error>,
    },
    /// The node did not start the command: no free channel, or exec is forbidden. The connection is given
    /// up, for a slot that it lost does not come back.
    #[error("{node}: `{command}` was not started: {why}")]
    Refused {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// Which step was refused, and where that is set.
        why: &'static str,
    },
    /// No end of the command in time, here or on the node.
    #[error(
        "{node}: `{command}` did not end within {within:?}: run it there by hand; without its metadata servers a cluster lets it hang, and command_timeout sets the wait"
    )]
    Timeout {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// How long we waited.
        within: Duration,
        /// Whether the command is known to have ended on the node, so that its slot is free again.
        ended_there: bool,
    },
    /// As many commands as we allow ourselves ran on the connection all the time. Nothing was asked.
    #[error(
        "{node}: `{command}` was not begun within {within:?}, for {max_channels} commands ran there all the time: max_channels sets how many may"
    )]
    Busy {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// How long it waited for its turn.
        within: Duration,
        /// How many commands may run there at once.
        max_channels: usize,
    },
    /// The command ended, but not well: its output is not read.
    #[error("{node}: `{command}` {status} {}", last_words(stderr))]
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
    #[error(
        "{node}: `{command}` printed more than {limit} bytes, which no report has: run it there by hand and see what it prints"
    )]
    TooLong {
        /// The node.
        node: Node,
        /// The command.
        command: String,
        /// The cap.
        limit: usize,
    },
    /// No node gave an output; each said why.
    #[error("none of the nodes gave an output: {}", chains(.0))]
    EveryNode(Vec<SshError>),
}

impl SshError {
    /// Nobody works on it any more.
    pub fn lost(node: &Node) -> SshError {
        SshError::Lost {
            node: node.clone(),
            source: russh::Error::Disconnect.into(),
        }
    }

    /// Our key is offered to no node until then.
    pub fn withheld(node: &Node, key: String, until: Instant) -> SshError {
        let wait = until.saturating_duration_since(Instant::now());
        SshError::Withheld {
            node: node.clone(),
            key,
            next_try: clock::later(clock::now(), wait),
        }
    }

    /// This was the last of several logins in a row of which the node did not say whether it takes our key.
    pub fn unheard(self, node: &Node, key: String) -> SshError {
        SshError::Unheard {
            node: node.clone(),
            key,
            next_try: clock::now(),
            source: Box::new(self),
        }
    }

    /// Until when the node is not asked, where it is our key that it did not take; `None` for any other error.
    pub fn next_try(&self) -> Option<Timestamp> {
        match self.first() {
            SshError::Auth { next_try, .. }
            | SshError::Unheard { next_try, .. }
            | SshError::Withheld { next_try, .. } => Some(*next_try),
            _ => None,
        }
    }

    /// Whether the node itself is to be left alone for a while: it gave no session, lost one, or a command of
    /// ours hung there.
    pub fn is_of_the_node(&self) -> bool {
        !matches!(self, SshError::Exit { .. } | SshError::Busy { .. })
    }

    /// Whether it was a command that failed, so that a connection alone does not mend it.
    pub fn is_of_a_command(&self) -> bool {
        matches!(
            self,
            SshError::Timeout { .. } | SshError::TooLong { .. } | SshError::Refused { .. }
        )
    }

    /// Whether a connection that was kept may be to blame, so that a fresh one is worth a try.
    pub fn is_of_the_connection(&self) -> bool {
        matches!(self, SshError::Lost { .. } | SshError::Refused { .. })
    }
}

/// What stood in the way of a connection.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConnectFailure {
    /// Nobody listens there.
    #[error("connection refused: is sshd running there, and is the port right?")]
    Refused,
    /// The name stands for no address.
    #[error("no address is known for the name, see its spelling and the DNS")]
    Name(#[source] Arc<std::io::Error>),
    /// The network.
    #[error("the network does not lead there, see its routes and firewalls")]
    Io(#[source] Arc<std::io::Error>),
    /// No SSH server answered in time.
    #[error(
        "no SSH server answers within {0:?}: is the host up, and does every firewall let the port through? connect_timeout sets the wait"
    )]
    Timeout(Duration),
    /// What answered speaks no SSH that we can speak.
    #[error(
        "what listens there ends the SSH handshake, see whether it is sshd and what its log says"
    )]
    Handshake(#[source] Arc<russh::Error>),
}

impl ConnectFailure {
    /// Of a connection that did not come about.
    pub fn of(error: std::io::Error) -> ConnectFailure {
        match error.kind() {
            std::io::ErrorKind::ConnectionRefused => ConnectFailure::Refused,
            // The resolver's own errors have no number of the system's.
            _ if error.raw_os_error().is_none() => ConnectFailure::Name(error.into()),
            _ => ConnectFailure::Io(error.into()),
        }
    }
}

fn last_words(stderr: &str) -> String {
    match stderr.trim() {
        "" => "and said nothing: run it there by hand".to_owned(),
        words => format!("and said: {words}"),
    }
}

fn chains(errors: &[SshError]) -> String {
    errors
        .iter()
        .map(|error| chain(error))
        .collect::<Vec<_>>()
        .join("; ")
}
