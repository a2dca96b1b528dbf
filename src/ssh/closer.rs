//! A connection that is closed for certain when its owner is gone.

use std::net::{Shutdown, TcpStream as StdStream};

use tokio::net::TcpStream;

/// The second hand on the socket: russh's task holds the first, and would outlive a dropped connect.
#[derive(Debug)]
pub struct Closer(StdStream);

impl Closer {
    /// The stream, and the hand that closes it for certain.
    ///
    /// # Errors
    /// When the system has no second hand for us.
    pub fn split(stream: TcpStream) -> std::io::Result<(TcpStream, Closer)> {
        // Nagle's algorithm costs 40 ms a command; russh leaves it on.
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let closer = Closer(stream.try_clone()?);
        Ok((TcpStream::from_std(stream)?, closer))
    }
}

impl Drop for Closer {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown(Shutdown::Both) {
            tracing::trace!(%error, "the peer had closed the connection already");
        }
    }
}
