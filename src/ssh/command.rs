//! One command on a node: a channel of its own, a deadline on both sides, and what is known of its process
//! at the end.
//!
//! The process is gone when the node has closed its side of the channel. So we close ours only after that,
//! or when we give it up: once russh has sent our close, it hands on no word of the node's any more.

use std::time::Duration;

use russh::{
    Channel, Sig,
    client::{Handle, Handler, Msg},
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::ssh::{
    error::SshError,
    node::Node,
    output::{Enough, ExitStatus, Heard, Output, STDOUT_LIMIT},
};

/// How much longer than the node we wait, so that its word comes first.
const GRACE: Duration = Duration::from_secs(1);
/// How long the node may take to close the channel of a command that we have killed.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long the node's `timeout` waits between asking a hung command to end and killing it.
const KILL_AFTER: Duration = Duration::from_secs(1);

/// A command and where it runs.
#[derive(Clone, Debug)]
pub struct Command {
    /// The node, for the errors.
    pub node: Node,
    /// A shell's word list; it runs with `LC_ALL=C`.
    pub words: String,
    /// How long the node may take to give it a channel. A connection that takes longer is dead: a node
    /// that lost its power says nothing any more.
    pub opening: Duration,
    /// How long it may take.
    pub within: Duration,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// What came of it; `None` where nobody waited for it any more.
    pub result: Option<Result<Output, SshError>>,
    /// Whether its process is known to be gone, and its slot free. If not, the connection is of no use.
    pub gone: bool,
}

impl Command {
    /// How long a command that may take so long keeps its slot at the most: then its connection is given up.
    pub fn longest(within: Duration) -> Duration {
        within + KILL_AFTER + GRACE + FAREWELL
    }

    /// Runs it to its end, and under `timeout` on the node: what hangs there is ended there, whatever
    /// becomes of this connection. When `given_up` is done nobody wants it any more: it is killed, and
    /// followed to its end.
    pub async fn run<H: Handler>(
        &self,
        handle: &Handle<H>,
        given_up: impl Future<Output = ()>,
    ) -> Ended {
        // Never dropped half-way: the node would keep a channel that nobody here knows of.
        let opened = timeout(self.opening, handle.channel_open_session()).await;
        let mut channel = match opened {
            Err(_) => return lost(self.lost(russh::Error::ConnectionTimeout)),
            Ok(Err(error)) => return lost(self.not_opened(error)),
            Ok(Ok(channel)) => channel,
        };
        let begun = Instant::now();
        let deadline = begun + self.within + KILL_AFTER + GRACE;
        let (mut heard, mut asked) = (Heard::default(), false);
        let followed = async {
            asked = true;
            let sent = channel.exec(true, line(&self.words, self.within)).await;
            sent.map_err(|error| self.lost(error))?;
            self.follow(&mut channel, &mut heard).await
        };
        let end = tokio::select! {
            biased;
            () = given_up => None,
            end = timeout_at(deadline, followed) => Some(end.unwrap_or_else(|_| Err(self.late(false)))),
        };
        let closed = heard.closed;
        let (result, kill_until) = match end {
            Some(Ok(())) => (Some(self.ended(heard, begun)), None),
            Some(Err(error @ (SshError::Timeout { .. } | SshError::TooLong { .. }))) => {
                (Some(Err(error)), Some(Instant::now() + FAREWELL))
            }
            Some(Err(error)) => (Some(Err(error)), None),
            // Where the node refuses the signal, as OpenSSH does for a forced command, its `timeout` ends it.
            None => (None, asked.then_some(deadline)),
        };
        let gone = match kill_until {
            Some(until) => closed || self.kill(&mut channel, until).await,
            // What was never asked for has no process.
            None => closed || !asked,
        };
        if !closed && (kill_until.is_none() || !gone) {
            self.leave(&channel).await;
        }
        let result = result.map(|result| match result {
            Err(SshError::Timeout { .. }) => Err(self.late(gone)),
            result => result,
        });
        Ended { result, gone }
    }

    /// To the end of the channel: data may still follow an exit status.
    async fn follow(&self, channel: &mut Channel<Msg>, heard: &mut Heard) -> Result<(), SshError> {
        while let Some(message) = channel.wait().await {
            heard.take(message).map_err(|enough| match enough {
                Enough::Refused => self.refused("the node lets this key run no commands, see authorized_keys and sshd_config there"),
                Enough::TooLong => SshError::TooLong {
                    node: self.node.clone(),
                    command: self.words.clone(),
                    limit: STDOUT_LIMIT,
                },
            })?;
        }
        Ok(())
    }

    /// What a command whose channel has ended amounts to.
    fn ended(&self, mut heard: Heard, begun: Instant) -> Result<Output, SshError> {
        // Whatever the status: without the end of the channel the output may be cut.
        if !heard.closed {
            return Err(self.lost(russh::Error::Disconnect));
        }
        match heard.status.take() {
            Some(ExitStatus::Code(0)) => Ok(heard.output()),
            // coreutils' timeout had to ask.
            Some(ExitStatus::Code(124)) => Err(self.late(true)),
            // It had to kill, and itself went with the command, whose whole group it kills.
            Some(status) if status.is_kill() && begun.elapsed() >= self.within => {
                Err(self.late(true))
            }
            status => Err(SshError::Exit {
                node: self.node.clone(),
                command: self.words.clone(),
                status: status.unwrap_or(ExitStatus::Unknown),
                stderr: heard.output().stderr,
            }),
        }
    }

    /// Kills what still runs. Whether the node has closed the channel by then, for which it waits for the
    /// end of the process. What it still prints is taken and dropped: a channel that nobody reads would
    /// hold up every other one on the connection.
    async fn kill(&self, channel: &mut Channel<Msg>, until: Instant) -> bool {
        let farewell = async {
            channel.signal(Sig::KILL).await?;
            while let Some(message) = channel.wait().await {
                if matches!(message, russh::ChannelMsg::Close) {
                    return Ok(true);
                }
            }
            Ok::<_, russh::Error>(false)
        };
        matches!(timeout_at(until, farewell).await, Ok(Ok(true)))
    }

    /// Closes the channel of a command that may still run. That does not end it, and its slot stays taken.
    async fn leave(&self, channel: &Channel<Msg>) {
        if !matches!(timeout(FAREWELL, channel.close()).await, Ok(Ok(()))) {
            tracing::debug!(node = %self.node, "the connection was gone before the command was");
        }
    }

    fn not_opened(&self, error: russh::Error) -> SshError {
        match error {
            russh::Error::ChannelOpenFailure(_) => {
                self.refused("the node gives this connection no further channel, see MaxSessions in sshd_config there")
            }
            source => self.lost(source),
        }
    }

    fn lost(&self, source: russh::Error) -> SshError {
        SshError::Lost {
            node: self.node.clone(),
            source: source.into(),
        }
    }

    fn refused(&self, why: &'static str) -> SshError {
        SshError::Refused {
            node: self.node.clone(),
            command: self.words.clone(),
            why,
        }
    }

    fn late(&self, ended_there: bool) -> SshError {
        SshError::Timeout {
            node: self.node.clone(),
            command: self.words.clone(),
            within: self.within,
            ended_there,
        }
    }
}

/// Without a channel.
fn lost(error: SshError) -> Ended {
    Ended {
        result: Some(Err(error)),
        gone: false,
    }
}

/// The line that the node's shell is given for a command that may take so long.
pub fn line(words: &str, within: Duration) -> String {
    let (kill_after, wait) = (seconds(KILL_AFTER), seconds(within));
    format!("LC_ALL=C timeout -k {kill_after} {wait} {words}")
}

/// A duration as `timeout` reads it. Never `0`, which would mean no limit.
fn seconds(wait: Duration) -> String {
    match (wait.as_secs(), wait.subsec_millis()) {
        (0, 0) => "0.001".to_owned(),
        (whole, 0) => whole.to_string(),
        (whole, millis) => format!("{whole}.{millis:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_written_as_timeout_reads_it_and_is_never_no_limit() {
        assert_eq!(seconds(Duration::from_secs(20)), "20");
        assert_eq!(seconds(Duration::from_millis(2_500)), "2.500");
        assert_eq!(seconds(Duration::ZERO), "0.001");
    }
}
