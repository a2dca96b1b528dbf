//! When a command that goes on is to end: SIGINT or SIGTERM.

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
        tokio::select! {
            _ = self.interrupt.recv() => tracing::info!("interrupted, ending"),
            _ = self.terminate.recv() => tracing::info!("asked to end, ending"),
        }
    }
}

/// Waits until `true` was sent, or the sender is gone.
pub async fn requested(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("whoever could ask us to end has ended");
    }
}
