//! The name of a storage node: `user@host[:port]`.

use std::{fmt, str::FromStr, sync::Arc};

/// A machine that runs `vstorage`, and the user that asks it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    user: String,
    host: String,
    port: u16,
}

impl Node {
    /// The user that logs in.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Name or address, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The port of its SSH server, 22 unless said otherwise.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The name under which `known_hosts` lists it: `host`, or `[host]:port` for another port than 22.
    pub fn known_as(&self) -> String {
        match self.0.port {
            22 => self.0.host.clone(),
            port => format!("[{}]:{port}", self.0.host),
        }
    }
}

impl FromStr for Node {
    type Err = NodeError;

    fn from_str(text: &str) -> Result<Node, NodeError> {
        let wrong = || NodeError(text.to_owned());
        let (user, place) = text.split_once('@').ok_or_else(wrong)?;
        let (host, port) = match place.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
                (
                    host,
                    port.strip_prefix(':').or(port.is_empty().then_some("22")),
                )
            }
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, Some("22")),
            },
        };
        let digits = port.filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
        let port = digits
            .and_then(|port| port.parse().ok())
            .filter(|port| *port > 0);
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@,/[]".contains(c);
        if user.is_empty() || host.is_empty() || user.contains(odd) || host.contains(odd) {
            return Err(wrong());
        }
        Ok(Node(Arc::new(Parts {
            user: user.to_owned(),
            host: host.to_owned(),
            port: port.ok_or_else(wrong)?,
        })))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { user, host, port } = &*self.0;
        match (host.contains(':'), port) {
            (true, port) => write!(f, "{user}@[{host}]:{port}"),
            (false, 22) => write!(f, "{user}@{host}"),
            (false, port) => write!(f, "{user}@{host}:{port}"),
        }
    }
}

/// A text that names no node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no node: write user@host or user@host:port, such as root@node1.example")]
pub struct NodeError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, user: &str, host: &str, port: u16, known_as: &str) {
        let node: Node = text.parse().expect("a node");
        assert_eq!((node.user(), node.host(), node.port()), (user, host, port));
        assert_eq!(node.known_as(), known_as);
        assert_eq!(node.to_string().parse(), Ok(node));
    }

    #[test]
    fn a_node_is_user_host_and_port() {
        reads(
            "root@node1.example",
            "root",
            "node1.example",
            22,
            "node1.example",
        );
        reads(
            "bill@192.0.2.7:2222",
            "bill",
            "192.0.2.7",
            2222,
            "[192.0.2.7]:2222",
        );
        reads(
            "root@[2001:db8::7]",
            "root",
            "2001:db8::7",
            22,
            "2001:db8::7",
        );
        reads(
            "root@[2001:db8::7]:2222",
            "root",
            "2001:db8::7",
            2222,
            "[2001:db8::7]:2222",
        );
    }

    #[test]
    fn what_names_no_node_is_refused() {
        for text in [
            "",
            "node1.example",
            "@node1",
            "root@",
            "root@h:",
            "root@h:0",
            "root@h:x",
            "root@h:+1",
            "root@h:70000",
            "root@[::1",
            "root@[::1]x",
            "a b@h",
            "root@h h",
            "root@2001:db8::7",
        ] {
            assert_eq!(
                text.parse::<Node>(),
                Err(NodeError(text.to_owned())),
                "{text}"
            );
        }
    }
}
