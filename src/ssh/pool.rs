//! The nodes of one cluster, asked in their order of preference over one connection each.
//!
//! **A connection is shared by all who ask its node.** A session that each caller took for itself would be
//! opened anew for every second one, would go with a caller that is dropped, and nobody could say how many
//! commands run on the node. So the pool keeps it, with a few slots: a slot is taken before a channel is
//! opened, and comes back when the node has closed that channel, which it does when the process is gone.
//! Commands and connections live in tasks of the pool. A caller that is dropped ends its own command there,
//! and nothing that others need. Where a process is not known to be gone in time the connection is retired:
//! what runs on it ends, and new commands go to a new one.
//!
//! **A node that fails is left alone for a while**, longer each time (`standing`). When its pause ends it is
//! tried for nobody after a round that another node has served. Where no other node can serve it is asked all the same,
//! so that one that comes back is found by the next round. A node that refuses our key, or shows a host key
//! that is not trusted, is asked by no round before its time.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    time::Instant,
};

use crate::{
    breaker::Breakers,
    chain::chain,
    ssh::{
        command::Command,
        errand::{self, Errand},
        error::SshError,
        link::{Link, NoSlot},
        login::Login,
        means::Means,
        member::Member,
        node::{self, Node},
        output::Output,
        round::{Round, Turn},
        standing::Verdict,
        tasks::Tasks,
        tries::Tries,
    },
    stage::Stages,
};

/// How many commands may run at once on a connection unless set otherwise; OpenSSH allows 10.
pub const MAX_CHANNELS: usize = 4;
/// How long commands may take to end when the pool is closed.
const CLOSING: Duration = Duration::from_secs(1);

/// The storage nodes of one cluster. Dropping it closes the connections, and leaves what still runs to the
/// nodes; [`Pool::close`] ends that, too.
#[derive(Debug)]
pub struct Pool {
    members: Vec<Arc<Member>>,
    means: Means,
    tasks: Tasks,
}

impl Pool {
    /// A pool over these nodes, the preferred one first. Nothing is connected yet.
    pub fn new(nodes: Vec<Node>, login: Login) -> Pool {
        let names = node::names(&nodes);
        let members = nodes.into_iter().zip(names);
        let members = members.map(|(node, name)| Arc::new(Member::new(node, name)));
        let means = Means {
            login: Arc::new(login),
            tries: Arc::new(Tries::default()),
            max_channels: MAX_CHANNELS,
            stages: Stages::default(),
            breakers: Breakers::default(),
        };
        Pool {
            members: members.collect(),
            means,
            tasks: Tasks::default(),
        }
    }

    /// Runs so many commands at once on a connection, and never more.
    pub fn with_max_channels(mut self, max_channels: usize) -> Pool {
        self.means.max_channels = max_channels;
        self
    }

    /// Notes in these stages how the nodes do.
    pub fn with_stages(mut self, stages: Stages) -> Pool {
        self.means.stages = stages;
        self
    }

    /// Writes down here which nodes are left alone, each by its place, and by its user, too, where two share one.
    pub fn with_breakers(mut self, breakers: Breakers) -> Pool {
        self.means.breakers = breakers;
        self
    }

    /// Where it is noted how the nodes do.
    pub fn stages(&self) -> &Stages {
        &self.means.stages
    }

    /// Runs the command on the first node that answers, and says which one that was.
    ///
    /// # Errors
    /// When no node gave an output: the error of the only node, or `EveryNode` with one for each.
    pub async fn run(&self, command: &str, within: Duration) -> Result<(Node, Output), SshError> {
        let begun = Instant::now();
        // What the preferred node says comes first, whichever was asked first.
        let mut errors: Vec<Option<SshError>> = vec![None; self.members.len()];
        let mut round = Round::new(self.order(begun, &mut errors));
        let begin = |member: &Arc<Member>| member.begin(&self.means, &self.tasks);
        while let Some((turn, outcome)) = round.next(begin).await {
            let member = Arc::clone(&turn.member);
            let end = match outcome {
                Some(Ok(link)) => self.ask(&turn, &link, command, within, begun).await,
                Some(Err(error)) => Err(Failed::Node(error)),
                None => Err(Failed::Node(SshError::lost(&member.node))),
            };
            match end {
                Ok(output) => {
                    self.try_out(command, within);
                    self.write_down(true);
                    return Ok((member.node.clone(), output));
                }
                Err(Failed::Connection) => {
                    let attempt = begin(&member);
                    round.again(turn, attempt);
                }
                Err(Failed::Node(error)) => {
                    tracing::debug!(node = %member.node, error = chain(&error), "a node gave no output");
                    if let Some(told) = errors.get_mut(turn.place) {
                        *told = Some(error);
                    }
                }
            }
        }
        self.write_down(false);
        let mut errors: Vec<SshError> = errors.into_iter().flatten().collect();
        match errors.len() {
            1 => Err(errors.remove(0)),
            _ => Err(SshError::EveryNode(errors)),
        }
    }

    /// How many commands, connects and probes are under way, whoever waits for them.
    pub fn under_way(&self) -> usize {
        self.tasks.count()
    }

    /// Ends the commands that run on the nodes, within about a second, and closes the connections.
    pub async fn close(&self) {
        self.tasks.stop(CLOSING).await;
        for member in &self.members {
            member.close();
        }
    }

    /// The nodes that are to be asked, with their places in the settings: the preferred ones first, those that
    /// are left alone last. What is left alone has its error already.
    fn order(&self, now: Instant, errors: &mut [Option<SshError>]) -> Vec<(usize, Arc<Member>)> {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for ((place, member), error) in self.members.iter().enumerate().zip(errors) {
            let turn = (place, Arc::clone(member));
            match member.verdict(&self.means, now) {
                Verdict::Asked => first.push(turn),
                Verdict::Due => last.push(turn),
                Verdict::Paused(why) => {
                    *error = Some(why);
                    last.push(turn);
                }
                Verdict::Barred(why) => *error = Some(why),
            }
        }
        first.append(&mut last);
        first
    }

    /// Tries the nodes whose pause has ended with this command, now that another one has run it: none of them
    /// takes that one's try of our key, and nobody waits for them.
    fn try_out(&self, words: &str, within: Duration) {
        for member in &self.members {
            if let Verdict::Due = member.verdict(&self.means, Instant::now()) {
                let command = self.means.command(&member.node, words, within);
                errand::try_out(member, &self.means, &self.tasks, command);
            }
        }
    }

    /// Writes down when those that are left alone are asked again, as this round ended.
    fn write_down(&self, served: bool) {
        for member in &self.members {
            member.write_down_pause(&self.means, served);
        }
    }

    /// Asks a node over this connection, for a call that began then.
    async fn ask(
        &self,
        turn: &Turn,
        link: &Arc<Link>,
        words: &str,
        within: Duration,
        begun: Instant,
    ) -> Result<Output, Failed> {
        let member = &turn.member;
        let command = self.means.command(&member.node, words, within);
        // As long as those before it may take.
        let patience = (begun + Command::longest(within)).saturating_duration_since(Instant::now());
        let slot = match link.slot(patience).await {
            Ok(slot) => slot,
            // Without end, where every fresh one is given up at once.
            Err(NoSlot::Retired) if turn.again && patience.is_zero() => {
                return Err(Failed::Node(SshError::lost(&member.node)));
            }
            Err(NoSlot::Retired) => return Err(Failed::Connection),
            Err(NoSlot::Busy) => {
                return Err(Failed::Node(SshError::Busy {
                    node: command.node,
                    command: command.words,
                    within: Command::longest(within),
                    max_channels: self.means.max_channels,
                }));
            }
        };
        match self.follow(member, link, slot, command).await {
            // The connection was there before we came, and is not there any more: once more on a fresh one.
            Err(error) if error.is_of_the_connection() && link.since() < begun => {
                tracing::debug!(node = %member.node, error = chain(&error), "a kept connection was dead");
                Err(Failed::Connection)
            }
            result => {
                let judged = member.judge(&self.means, link, result);
                judged.map_err(Failed::Node)
            }
        }
    }

    /// Runs a command in this slot, in a task of the pool: a caller that is dropped ends the command, and
    /// the task sees to its slot.
    async fn follow(
        &self,
        member: &Arc<Member>,
        link: &Arc<Link>,
        slot: OwnedSemaphorePermit,
        command: Command,
    ) -> Result<Output, SshError> {
        let (mut answer, answered) = oneshot::channel();
        let (stopped, closed) = (self.tasks.stopped(), SshError::lost(&member.node));
        let errand = Errand {
            member: Arc::clone(member),
            link: Arc::clone(link),
            slot,
            command,
        };
        self.tasks.spawn(async move {
            let given_up = async {
                tokio::select! {
                    () = answer.closed() => {}
                    () = stopped => {}
                }
            };
            let ended = errand.run(given_up).await;
            let told = ended.result.map(|result| answer.send(result));
            if let Some(Err(_)) = told {
                tracing::trace!(node = %errand.command.node, "nobody waited for the end of a command");
            }
            errand.settle(ended.gone).await;
        });
        answered.await.unwrap_or(Err(closed))
    }
}

/// Why a connection gave no output.
enum Failed {
    /// It is no longer there, and another one may be.
    Connection,
    /// The node gives none.
    Node(SshError),
}
