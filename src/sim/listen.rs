//! One port after the other.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::sim::error::SimError;

/// A listener and the address that it got.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Listeners on neighbouring ports, or on ports of the system's choice where the first one is 0.
#[derive(Debug)]
pub(crate) struct Listeners {
    first: SocketAddr,
    /// How many there are to be.
    count: usize,
    /// How many there are already.
    bound: u16,
}

impl Listeners {
    pub(crate) fn new(first: SocketAddr, count: usize) -> Listeners {
        Listeners {
            first,
            count,
            bound: 0,
        }
    }

    /// Binds the next ones.
    pub(crate) async fn bind_all(&mut self, count: usize) -> Result<Vec<Bound>, SimError> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.bind().await?);
        }
        Ok(all)
    }

    /// Binds the next one.
    pub(crate) async fn bind(&mut self) -> Result<Bound, SimError> {
        let mut address = self.first;
        if address.port() != 0 {
            let port = address.port().checked_add(self.bound);
            address.set_port(port.ok_or(SimError::Ports {
                first: self.first,
                count: self.count,
            })?);
        }
        self.bound = self.bound.saturating_add(1);
        let failed = |source| SimError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Bound { listener, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let mut any = Listeners::new(SocketAddr::from(([127, 0, 0, 1], 0)), 2);
        let taken = any.bind().await.unwrap();
        assert_ne!(any.bind().await.unwrap().address, taken.address);
        let mut same = Listeners::new(taken.address, 1);
        let error = same.bind().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "cannot listen on {}; --ssh-listen and --http-listen choose where",
                taken.address
            )
        );
    }

    #[tokio::test]
    async fn ports_end_somewhere() {
        let mut last = Listeners::new(SocketAddr::from(([127, 0, 0, 1], 65_535)), 2);
        last.bound = 1;
        let error = last.bind().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are not 2 ports from 127.0.0.1:65535 on: begin at a lower one, or at 0 for free ones"
        );
    }
}
