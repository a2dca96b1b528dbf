//! How a node runs a command: what it prints, when it ends and how, with the faults that it shows.

use std::{sync::Arc, time::Duration};

use russh::{
    ChannelWriteHalf, Sig,
    server::{Handle, Msg},
};
use tokio::sync::watch;

use crate::sim::{
    command::{self, Request},
    fault::Fault,
    scenario::Scenario,
};

/// What a client did to a channel on which a command runs.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// Nothing.
    Wanted,
    /// It closed the channel: a command that writes gets a broken pipe, one that is silent goes on.
    Closed,
    /// It sent a signal.
    Killed(Sig),
}

/// How a command ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// With an exit status.
    Status(u32),
    /// By a signal.
    Signal(Sig),
    /// With a closed channel and nothing said.
    Silent,
    /// With its connection: there is nobody to tell.
    Lost,
}

/// `timeout` says so when it ended the command.
const TIMED_OUT: u32 = 124;
const NOT_FOUND: u32 = 127;
/// Where data is cut into packets.
const PACKET: usize = 200;

/// One command on one node.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) node: usize,
    pub(crate) channel: ChannelWriteHalf<Msg>,
    /// The connection of the channel.
    pub(crate) handle: Handle,
}

impl Play {
    /// Runs a command line to its end; the caller closes the channel.
    pub(crate) async fn run(&self, line: &str, fate: watch::Receiver<Fate>) -> End {
        let request = match command::parse(line) {
            Ok(request) => request,
            Err(word) => return self.not_found(word).await.unwrap_or(End::Lost),
        };
        let deaf = self.shows(Fault::HangHard);
        let limit = request.limit.filter(|_| !deaf);
        tokio::select! {
            end = self.known(&request, fate.clone()) => end.unwrap_or(End::Lost),
            () = after(limit) => End::Status(TIMED_OUT),
            end = killed(fate, deaf) => end,
        }
    }

    /// The command itself, without what may end it from outside.
    async fn known(&self, request: &Request, fate: watch::Receiver<Fate>) -> Result<End, Gone> {
        if self.shows(Fault::HangHard) || self.shows(Fault::Hang) {
            return std::future::pending().await;
        }
        if self.shows(Fault::Slow) {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        if request.cluster != self.scenario.name() {
            let name = &request.cluster;
            self.complain(&format!("Bad cluster ID, or no such cluster: {name}\n"))
                .await?;
            return Ok(End::Status(1));
        }
        let report = self.scenario.report(self.node);
        if self.shows(Fault::NoOutput) {
            return Ok(End::Status(0));
        }
        if self.shows(Fault::HalfOutput) {
            self.print(first_half(&report)).await?;
            return Ok(End::Status(0));
        }
        if self.shows(Fault::EndlessOutput) {
            return tokio::select! {
                end = self.print_for_ever(&report) => end,
                () = closed(fate) => Ok(End::Signal(Sig::PIPE)),
            };
        }
        self.print(report.as_bytes()).await?;
        if self.shows(Fault::NoStatus) {
            return Ok(End::Silent);
        }
        if self.shows(Fault::Exit1) {
            self.complain("vstorage: failed to release the session: Connection reset by peer\n")
                .await?;
            return Ok(End::Status(1));
        }
        Ok(End::Status(0))
    }

    /// Says how the command ended, and closes the channel.
    pub(crate) async fn tell(&self, end: End) -> Result<(), russh::Error> {
        match end {
            End::Lost => return Ok(()),
            End::Silent => {}
            End::Status(status) => {
                self.channel.eof().await?;
                self.channel.exit_status(status).await?;
            }
            End::Signal(signal) => {
                self.channel.eof().await?;
                let id = self.channel.id();
                let told = self.handle.exit_signal_request(
                    id,
                    signal,
                    false,
                    String::new(),
                    String::new(),
                );
                told.await.map_err(|()| russh::Error::SendError)?;
            }
        }
        self.channel.close().await
    }

    async fn not_found(&self, word: &str) -> Result<End, Gone> {
        self.complain(&format!("sh: {word}: not found\n")).await?;
        Ok(End::Status(NOT_FOUND))
    }

    async fn print_for_ever(&self, report: &str) -> Result<End, Gone> {
        loop {
            self.print(report.as_bytes()).await?;
            // the session's own task gets its turn even where nothing blocks
            tokio::task::yield_now().await;
        }
    }

    async fn print(&self, bytes: &[u8]) -> Result<(), Gone> {
        for packet in bytes.chunks(PACKET) {
            self.channel.data(packet).await.map_err(Gone::from)?;
        }
        Ok(())
    }

    async fn complain(&self, line: &str) -> Result<(), Gone> {
        let stderr = 1;
        let told = self.channel.extended_data(stderr, line.as_bytes()).await;
        told.map_err(Gone::from)
    }

    fn shows(&self, fault: Fault) -> bool {
        self.scenario.on_node(self.node, fault)
    }
}

/// The connection is gone, and with it the reader; which error said so does not matter.
#[derive(Debug)]
struct Gone;

impl From<russh::Error> for Gone {
    fn from(_: russh::Error) -> Gone {
        Gone
    }
}

async fn after(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// Ends when a signal arrives, unless nothing reaches the command, or when the connection is gone.
async fn killed(mut fate: watch::Receiver<Fate>, deaf: bool) -> End {
    let signal = |fate: &Fate| matches!(fate, Fate::Killed(_)) && !deaf;
    match fate.wait_for(signal).await {
        Ok(fate) => match &*fate {
            Fate::Killed(signal) => End::Signal(signal.clone()),
            Fate::Wanted | Fate::Closed => End::Lost,
        },
        Err(_) => End::Lost,
    }
}

/// Ends when nobody reads any more.
async fn closed(mut fate: watch::Receiver<Fate>) {
    // an error means that the whole connection is gone, which is an end as well
    drop(fate.wait_for(|fate| matches!(fate, Fate::Closed)).await);
}

/// All up to the middle of the `Space:` line; of a text without one, its first half.
fn first_half(report: &str) -> &[u8] {
    let mut start = 0;
    let mut half = report.len() / 2;
    for line in report.split_inclusive('\n') {
        if line.starts_with("Space:") {
            half = start + line.len() / 2;
            break;
        }
        start += line.len();
    }
    report.as_bytes().get(..half).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_report_ends_within_the_space_line() {
        let report =
            "Cluster 'a': healthy\nSpace: [OK] allocatable 1TB of 2TB\nMDS nodes: 1 of 1\n";
        let half = first_half(report);
        assert!(half.starts_with(b"Cluster 'a': healthy\nSpace: [OK]"));
        assert!(half.len() < report.find("of 2TB").unwrap());
    }

    #[test]
    fn half_of_anything_else_is_its_half() {
        assert_eq!(first_half("abcd"), b"ab");
        assert_eq!(first_half(""), b"");
    }
}
