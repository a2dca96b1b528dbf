//! The name of a storage node: `user@host[:port]`.

use std::{fmt, str::FromStr, sync::Arc};

use crate::ssh::place::Place;

/// A machine that runs `vstorage`, and the user that asks it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    user: String,
    place: Place,
}

impl Node {
    /// The user that logs in.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Where its SSH server is.
    pub fn place(&self) -> &Place {
        &self.0.place
    }
}

impl FromStr for Node {
    type Err = NodeError;

    fn from_str(text: &str) -> Result<Node, NodeError> {
        let wrong = || NodeError(shown(text));
        let (user, place) = text.split_once('@').ok_or_else(wrong)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@,/[]:".contains(c);
        if user.is_empty() || user.contains(odd) {
            return Err(wrong());
        }
        Ok(Node(Arc::new(Parts {
            user: user.to_owned(),
            place: place.parse().map_err(|_| wrong())?,
        })))
    }
}

/// As others are told of these nodes: each by its place, and by its user, too, where two share one.
pub fn names(nodes: &[Node]) -> Vec<String> {
    let alone = |node: &&Node| {
        nodes
            .iter()
            .filter(|other| other.place() == node.place())
            .count()
            == 1
    };
    let name = |node: &Node| match Some(node).filter(alone) {
        Some(node) => node.place().to_string(),
        None => node.to_string(),
    };
    nodes.iter().map(name).collect()
}

/// The text as an error may show it: some write a password behind the user, as in addresses.
fn shown(text: &str) -> String {
    let parts = text.rsplit_once('@');
    let parts = parts.and_then(|(user, place)| Some((user.split_once(':')?.0, place)));
    match parts {
        Some((user, place)) => format!("{user}:***@{place}"),
        None => text.to_owned(),
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { user, place } = &*self.0;
        write!(f, "{user}@{place}")
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
        let place = node.place();
        assert_eq!(
            (node.user(), place.host(), place.port()),
            (user, host, port)
        );
        assert_eq!(place.known_as(), known_as);
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
    fn two_users_at_one_place_are_told_apart() {
        let nodes =
            ["root@h", "bill@h", "root@h:2222", "root@i"].map(|text| text.parse().expect("a node"));
        assert_eq!(names(&nodes), ["root@h", "bill@h", "h:2222", "i"]);
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

    #[test]
    fn a_password_behind_the_user_is_no_part_of_a_node_and_not_shown() {
        for text in ["root:can@ary@h", "ssh://root:canary@h", "root:canary@"] {
            let error = text.parse::<Node>().expect_err(text).to_string();
            assert!(error.contains(":***@") && !error.contains("ary"), "{error}");
        }
    }
}
