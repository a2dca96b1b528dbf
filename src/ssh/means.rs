//! With what every node of a pool is asked.

use std::{sync::Arc, time::Duration};

use crate::{
    breaker::Breakers,
    ssh::{
        command::Command, judged::Judged, login::Login, node::Node, standing::Basis, tries::Tries,
    },
    stage::Stages,
};

/// How sessions and commands are begun, and where it is noted what comes of them.
#[derive(Clone, Debug)]
pub struct Means {
    /// How sessions are opened.
    pub login: Arc<Login>,
    /// How often our key may still be offered.
    pub tries: Arc<Tries>,
    /// How many commands may run at once on a connection.
    pub max_channels: usize,
    /// Where it is noted how the nodes do.
    pub stages: Stages,
    /// Where it is noted which nodes are left alone.
    pub breakers: Breakers,
}

impl Means {
    /// The command with these words on this node, which may take so long.
    pub fn command(&self, node: &Node, words: &str, within: Duration) -> Command {
        Command {
            node: node.clone(),
            words: words.to_owned(),
            opening: self.login.connect_timeout,
            within,
        }
    }

    /// What a node is judged by now.
    pub fn basis(&self) -> Basis {
        Basis {
            judged: Judged::by(&self.login.host_keys),
            looks: self.breakers.looks(),
        }
    }
}
