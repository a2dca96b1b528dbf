//! One command on a node: a channel of its own, a deadline on both sides, a cap on its output.

use std::time::Duration;

use russh::{
    Channel, ChannelMsg, Sig,
    client::{Handle, Handler, Msg},
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::ssh::{
    error::{ExitStatus, SshError},
    node::Node,
};

/// No report comes near it; a node that prints more is not answering our question.
pub const STDOUT_LIMIT: usize = 4 << 20;
/// As much of the end of stderr as an error quotes.
const STDERR_KEPT: usize = 400;
/// How much longer than the node we wait, so that its word comes first.
const GRACE: Duration = Duration::from_secs(1);
/// How long a hung command gets to end on our signal before the connection is closed.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long the node's `timeout` waits between asking a hung command to end and killing it.
const KILL_AFTER: Duration = Duration::from_secs(1);

/// What a command printed before it ended with status 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its standard output, as it came.
    pub stdout: Vec<u8>,
    /// The end of its standard error.
    pub stderr: String,
}

/// A command and where it runs.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// The node, for the errors.
    pub node: &'a Node,
    /// A shell's word list; it runs with `LC_ALL=C`.
    pub words: &'a str,
    /// How long the node may take to give it a channel. A session that takes longer is dead: a node
    /// that lost its power says nothing any more.
    pub opening: Duration,
    /// How long it may take.
    pub within: Duration,
}

impl Command<'_> {
    /// Runs it to its end, and under `timeout` on the node: what hangs there is ended there, whatever
    /// becomes of this connection.
    ///
    /// # Errors
    /// A status other than 0 or none at all, no end in time, too much output, or a lost session.
    pub async fn run<H: Handler>(&self, handle: &Handle<H>) -> Result<Output, SshError> {
        let mut channel = timeout(self.opening, handle.channel_open_session())
            .await
            .map_err(|_| self.lost(russh::Error::ConnectionTimeout))?
            .map_err(|error| self.not_opened(error))?;
        let deadline = Instant::now() + self.within + KILL_AFTER + GRACE;
        let end = match timeout_at(deadline, self.follow(&mut channel)).await {
            Ok(end) => end,
            Err(_) => Err(self.late(false)),
        };
        if matches!(
            end,
            Err(SshError::Timeout {
                ended_there: false,
                ..
            } | SshError::TooLong { .. })
        ) {
            self.abandon(&mut channel).await;
        }
        end
    }

    async fn follow(&self, channel: &mut Channel<Msg>) -> Result<Output, SshError> {
        let begun = Instant::now();
        let sent = channel.exec(true, line(self.words, self.within)).await;
        sent.map_err(|error| self.lost(error))?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (mut status, mut closed) = (None, false);
        // To the end of the channel: data may still follow an exit status.
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Failure => {
                    return Err(self.refused("the node lets this key run no commands, see authorized_keys and sshd_config there"));
                }
                ChannelMsg::Data { data } if stdout.len() + data.len() > STDOUT_LIMIT => {
                    return Err(SshError::TooLong {
                        node: self.node.clone(),
                        command: self.words.to_owned(),
                        limit: STDOUT_LIMIT,
                    });
                }
                ChannelMsg::Data { data } => stdout.extend_from_slice(&data),
                ChannelMsg::ExtendedData { data, ext: 1 } => keep_end(&mut stderr, &data),
                ChannelMsg::ExitStatus { exit_status } => {
                    status = Some(ExitStatus::Code(exit_status));
                }
                ChannelMsg::ExitSignal { signal_name, .. } => {
                    status = Some(ExitStatus::Signal(format!("{signal_name:?}")));
                }
                ChannelMsg::Close => closed = true,
                // Windows, end of file, and the node's word that the command has started.
                _ => {}
            }
        }
        let stderr = readable(&stderr);
        match status {
            // Whatever the status: without the end of the channel the output may be cut.
            _ if !closed => Err(self.lost(russh::Error::Disconnect)),
            Some(ExitStatus::Code(0)) => Ok(Output { stdout, stderr }),
            // coreutils' timeout had to ask.
            Some(ExitStatus::Code(124)) => Err(self.late(true)),
            // It had to kill, and itself went with the command, whose whole group it kills.
            Some(status) if status.is_kill() && begun.elapsed() >= self.within => {
                Err(self.late(true))
            }
            status => Err(SshError::Exit {
                node: self.node.clone(),
                command: self.words.to_owned(),
                status: status.unwrap_or(ExitStatus::Unknown),
                stderr,
            }),
        }
    }

    /// Ends what still runs. Closing the channel alone would leave the command running on the node, and
    /// its slot taken. A node may refuse the signal, as OpenSSH does for a forced command.
    async fn abandon(&self, channel: &mut Channel<Msg>) {
        let farewell = async {
            channel.signal(Sig::KILL).await?;
            channel.close().await?;
            // Both have left us when the node has closed its side, too.
            while channel.wait().await.is_some() {}
            Ok::<_, russh::Error>(())
        };
        if !matches!(timeout(FAREWELL, farewell).await, Ok(Ok(()))) {
            tracing::debug!(node = %self.node, "the node did not end the command on our signal");
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
            source,
        }
    }

    fn refused(&self, why: &'static str) -> SshError {
        SshError::Refused {
            node: self.node.clone(),
            command: self.words.to_owned(),
            why,
        }
    }

    fn late(&self, ended_there: bool) -> SshError {
        SshError::Timeout {
            node: self.node.clone(),
            command: self.words.to_owned(),
            within: self.within,
            ended_there,
        }
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

fn keep_end(kept: &mut Vec<u8>, data: &[u8]) {
    kept.extend_from_slice(data);
    let surplus = kept.len().saturating_sub(STDERR_KEPT);
    kept.drain(..surplus);
}

/// What the node wrote, fit for one line of a log.
fn readable(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.trim().replace(|c: char| c.is_control(), " ")
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

    #[test]
    fn the_end_of_stderr_is_kept_in_one_line() {
        let mut kept = vec![b'x'; STDERR_KEPT];
        keep_end(&mut kept, b"the\x1b[31m\nend\n");
        assert_eq!(kept.len(), STDERR_KEPT);
        assert!(readable(&kept).ends_with("the [31m end"));
        assert_eq!(readable(b" \n"), "");
    }
}
