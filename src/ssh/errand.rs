//! One command in its slot on a node's connection, and the trial of a node whose commands failed: such a one
//! is asked by nobody who waits for it until a command has ended there.

use std::{sync::Arc, time::Duration};

use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use crate::{
    chain::chain,
    ssh::{
        command::{Command, Ended},
        link::Link,
        means::Means,
        member::Member,
        standing::Verdict,
        tasks::Tasks,
    },
};

/// A command that has its slot.
#[derive(Debug)]
pub struct Errand {
    /// Whom it asks.
    pub member: Arc<Member>,
    /// Over which connection.
    pub link: Arc<Link>,
    /// Its slot there.
    pub slot: OwnedSemaphorePermit,
    /// What is asked.
    pub command: Command,
}

impl Errand {
    /// Runs the command to its end, or until nobody wants it any more. The connection takes no other one where
    /// the process is not known to be gone.
    pub async fn run(&self, given_up: impl Future<Output = ()>) -> Ended {
        let ended = self.link.run(&self.command, given_up).await;
        if !ended.gone {
            tracing::debug!(node = %self.command.node, "a command is not known to have ended there: its connection is given up");
            self.member.leave(&self.link);
        }
        ended
    }

    /// Sees to its slot.
    pub async fn settle(self, gone: bool) {
        self.link.settle(self.slot, gone).await;
        if !self.link.is_usable() {
            self.member.leave(&self.link);
        }
    }
}

/// Tries a node whose pause has ended, in a task of the pool for which nobody waits. Where it is not a
/// connection that it failed to give, it has to run this command. One trial of a node goes on at a time.
pub fn try_out(member: &Arc<Member>, means: &Means, tasks: &Tasks, command: Command) {
    let Some(trial) = member.trial() else {
        return;
    };
    let attempt = member.begin(means, tasks);
    let (member, means, stopped) = (Arc::clone(member), means.clone(), tasks.stopped());
    tasks.spawn(async move {
        if let Some(Ok(link)) = attempt.outcome().await
            && matches!(member.verdict(&means, Instant::now()), Verdict::Due)
            && let Ok(slot) = link.slot(Duration::ZERO).await
        {
            let errand = Errand {
                member,
                link,
                slot,
                command,
            };
            let Ended { result, gone } = errand.run(stopped).await;
            let judged = result.map(|result| errand.member.judge(&means, &errand.link, result));
            if let Some(Err(error)) = judged {
                tracing::debug!(node = %errand.command.node, error = chain(&error), "a node on trial gave no output");
            }
            errand.settle(gone).await;
        }
        drop(trial);
    });
}
