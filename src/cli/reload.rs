//! SIGHUP: certificate and key of the HTTP side are read anew, without the loss of a connection.

use std::{convert::Infallible, future::pending};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    api::tls::Tls,
    cli::exit::{self, Failure},
};

/// Listens from now on. Without TLS nobody does, and SIGHUP ends the process as it ends others.
#[derive(Debug)]
pub struct Hangups {
    signal: Signal,
    tls: Tls,
}

impl Hangups {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen(tls: Tls) -> Result<Hangups, Failure> {
        let signal = signal(SignalKind::hangup()).map_err(exit::system("listen for signals"))?;
        Ok(Hangups { signal, tls })
    }
}

/// Reads the files anew at each SIGHUP, for as long as it is waited for.
pub async fn at_each(hangups: &mut Option<Hangups>) -> Infallible {
    if let Some(Hangups { signal, tls }) = hangups {
        while signal.recv().await.is_some() {
            tls.reload();
        }
    }
    pending().await
}
