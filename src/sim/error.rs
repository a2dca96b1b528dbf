//! Why the simulator did not start, or could not write its settings.

use std::{io, net::SocketAddr, path::PathBuf};

/// What the simulator could not do, and where.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address is taken, or is not ours.
    #[error("cannot listen on {address}; --ssh-listen and --http-listen choose where")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A fixed port plus the number of listeners leaves the range of ports.
    #[error(
        "there are not {count} ports from {first} on: begin at a lower one, or at 0 for free ones"
    )]
    Ports {
        /// The first address asked for.
        first: SocketAddr,
        /// How many listeners there are to be.
        count: usize,
    },
    /// An SSH key could not be written down.
    #[error("cannot make the {what}")]
    Key {
        /// Which key.
        what: &'static str,
        /// What the SSH library said.
        source: russh::keys::ssh_key::Error,
    },
    /// The panel's certificate could not be made.
    #[error("cannot make the certificate of the panel")]
    Certificate(#[from] rcgen::Error),
    /// The panel's certificate was not taken by the TLS library.
    #[error("cannot set up TLS for the panel")]
    Tls(#[from] rustls::Error),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// A file of the settings could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
