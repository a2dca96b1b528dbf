//! What a node says of a command, piece by piece, until it closes the channel.

use std::fmt;

use russh::ChannelMsg;

/// No report comes near it; a node that prints more is not answering our question.
pub const STDOUT_LIMIT: usize = 4 << 20;
/// As much of the end of stderr as an error quotes.
const STDERR_KEPT: usize = 400;

/// What a command printed before it ended with status 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its standard output, as it came.
    pub stdout: Vec<u8>,
    /// The end of its standard error.
    pub stderr: String,
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

/// What has been heard so far.
#[derive(Debug, Default)]
pub struct Heard {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// How it ended, where the node has said so.
    pub status: Option<ExitStatus>,
    /// Whether the node has closed the channel. It does so when the process is gone.
    pub closed: bool,
}

/// Why nothing more is read of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enough {
    /// It was not started.
    Refused,
    /// It has printed more than [`STDOUT_LIMIT`].
    TooLong,
}

impl Heard {
    /// Takes the next piece in.
    ///
    /// # Errors
    /// When there is no sense in reading on.
    pub fn take(&mut self, message: ChannelMsg) -> Result<(), Enough> {
        match message {
            ChannelMsg::Failure => return Err(Enough::Refused),
            ChannelMsg::Data { data } if self.stdout.len() + data.len() > STDOUT_LIMIT => {
                return Err(Enough::TooLong);
            }
            ChannelMsg::Data { data } => self.stdout.extend_from_slice(&data),
            ChannelMsg::ExtendedData { data, ext: 1 } => keep_end(&mut self.stderr, &data),
            ChannelMsg::ExitStatus { exit_status } => {
                self.status = Some(ExitStatus::Code(exit_status));
            }
            ChannelMsg::ExitSignal { signal_name, .. } => {
                self.status = Some(ExitStatus::Signal(format!("{signal_name:?}")));
            }
            ChannelMsg::Close => self.closed = true,
            // Windows, end of file, and the node's word that the command has started.
            _ => {}
        }
        Ok(())
    }

    /// What was printed, the end of stderr fit for one line of a log.
    pub fn output(self) -> Output {
        Output {
            stderr: readable(&self.stderr),
            stdout: self.stdout,
        }
    }
}

fn keep_end(kept: &mut Vec<u8>, data: &[u8]) {
    kept.extend_from_slice(data);
    let surplus = kept.len().saturating_sub(STDERR_KEPT);
    kept.drain(..surplus);
}

fn readable(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.trim().replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_stderr_is_kept_in_one_line() {
        let mut kept = vec![b'x'; STDERR_KEPT];
        keep_end(&mut kept, b"the\x1b[31m\nend\n");
        assert_eq!(kept.len(), STDERR_KEPT);
        assert!(readable(&kept).ends_with("the [31m end"));
        assert_eq!(readable(b" \n"), "");
    }

    #[test]
    fn the_cap_itself_is_still_read() {
        let mut heard = Heard::default();
        let data = |length| ChannelMsg::Data {
            data: vec![b'x'; length].into(),
        };
        assert_eq!(heard.take(data(STDOUT_LIMIT)), Ok(()));
        assert_eq!(heard.take(data(1)), Err(Enough::TooLong));
        assert_eq!(heard.output().stdout.len(), STDOUT_LIMIT);
    }
}
