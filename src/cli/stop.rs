//! When a command that goes on is to end: SIGINT or SIGTERM.

use std::process::ExitCode;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::cli::exit::{self, Failure};

/// Listens from now on, so that no signal is missed while the command starts.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen() -> Result<Signals, Failure> {
        let handler = |kind| signal(kind).map_err(exit::system("listen for signals"));
        Ok(Signals {
            interrupt: handler(SignalKind::interrupt())?,
            terminate: handler(SignalKind::terminate())?,
        })
    }

    /// Waits for the first of them.
    pub async fn wait(&mut self) {
        match self.next().await {
            Request::Interrupt => tracing::info!("interrupted, ending"),
            Request::Terminate => tracing::info!("asked to end, ending"),
        }
    }

    /// Lets a command that was asked to end do so. A second signal ends it at once, with the code of the shells for
    /// a process that a signal ended: what was in flight is lost, so it was no good end.
    pub async fn or_at_once(&mut self, ending: impl Future<Output = ()>) -> ExitCode {
        let again = tokio::select! {
            () = ending => return ExitCode::SUCCESS,
            again = self.next() => again,
        };
        tracing::warn!("asked twice, ending at once");
        ExitCode::from(again.code())
    }

    /// Waits for the first of them. The code of the shells for a process that it ended.
    pub async fn code(&mut self) -> ExitCode {
        ExitCode::from(self.next().await.code())
    }

    async fn next(&mut self) -> Request {
        tokio::select! {
            _ = self.interrupt.recv() => Request::Interrupt,
            _ = self.terminate.recv() => Request::Terminate,
        }
    }
}

/// The end was asked for.
#[derive(Clone, Copy, Debug)]
enum Request {
    Interrupt,
    Terminate,
}

impl Request {
    /// 128 and the number of the signal.
    fn code(self) -> u8 {
        match self {
            Request::Interrupt => 130,
            Request::Terminate => 143,
        }
    }
}

/// Waits until `true` was sent, or the sender is gone.
pub async fn requested(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("whoever could ask us to end has ended");
    }
}
