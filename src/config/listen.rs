//! Where the HTTP side listens.

use std::{
    fmt,
    io::{Error, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use tokio::net::{TcpListener, TcpSocket};

/// So many connections may come in one moment before any is taken in; the kernel may hold fewer. Of those that are beyond
/// it each waits a second or longer until its client tries again.
const AT_ONCE: u32 = 4096;
/// What the system is asked to hold of one connection for each way, in bytes. Linux takes twice as much. Without a bound
/// it would hold megabytes of answers for each client that asks and takes none.
const HELD: u32 = 64 * 1024;

/// An address and a port, or a port on every address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// This address.
    At(SocketAddr),
    /// Every address, IPv6 and IPv4, as `PORT` alone has always meant.
    Everywhere(u16),
}

impl Default for Listen {
    fn default() -> Listen {
        Listen::At(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))
    }
}

impl Listen {
    /// Whether nobody but this machine can come in.
    pub fn is_loopback(self) -> bool {
        match self {
            Listen::At(address) => address.ip().to_canonical().is_loopback(),
            Listen::Everywhere(_) => false,
        }
    }

    /// Takes the port.
    ///
    /// # Errors
    /// A sentence that says what stands in the way.
    pub async fn bind(self) -> Result<TcpListener, BindError> {
        let bound = match self {
            Listen::At(address) => bound(address),
            Listen::Everywhere(port) => {
                match bound((Ipv6Addr::UNSPECIFIED, port).into()) {
                    // A machine without IPv6.
                    Err(error) if error.kind() != ErrorKind::AddrInUse => {
                        bound((Ipv4Addr::UNSPECIFIED, port).into())
                    }
                    bound => bound,
                }
            }
        };
        bound.map_err(|error| BindError {
            listen: self,
            error,
        })
    }
}

/// Must be called where tokio runs.
fn bound(address: SocketAddr) -> Result<TcpListener, Error> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A service that starts anew is not kept out by connections that it had before.
    socket.set_reuseaddr(true)?;
    // Each connection takes them over from the listener.
    socket.set_send_buffer_size(HELD)?;
    socket.set_recv_buffer_size(HELD)?;
    socket.bind(address)?;
    socket.listen(AT_ONCE)
}

impl FromStr for Listen {
    type Err = NoListen;

    fn from_str(text: &str) -> Result<Listen, NoListen> {
        if let Some(port) = text.strip_prefix(':') {
            return port.parse().map(Listen::Everywhere).map_err(|_| NoListen);
        }
        text.parse().map(Listen::At).map_err(|_| NoListen)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::At(address) => write!(f, "{address}"),
            Listen::Everywhere(port) => write!(f, ":{port}"),
        }
    }
}

/// A text that is no place to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an address and a port such as 127.0.0.1:8080, or :8080 for every address")]
pub struct NoListen;

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}: {}", way_out(error))]
pub struct BindError {
    /// The place that was asked for.
    pub listen: Listen,
    /// What the system said.
    pub error: Error,
}

fn way_out(error: &Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => {
            "another process has that port (`ss -ltnp` names it): end it, or choose another port with --listen, LISTEN or listen in the settings"
                .to_owned()
        }
        ErrorKind::AddrNotAvailable => {
            "this machine has no such address: take one that `ip address` shows, or :PORT for all of them"
                .to_owned()
        }
        ErrorKind::PermissionDenied => {
            "this user may not take a port below 1024: choose a higher one with --listen, LISTEN or listen in the settings"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_comes_in_by_a_loopback_address() {
        for (text, expected) in [
            ("127.0.0.1:80", true),
            ("127.8.9.10:80", true),
            ("[::1]:80", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            (":80", false),
            ("192.0.2.1:80", false),
            ("[::ffff:192.0.2.1]:80", false),
            ("[2001:db8::1]:80", false),
        ] {
            let listen: Listen = text.parse().expect("a place");
            assert_eq!(listen.is_loopback(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_of_its_answers_leaves_little_to_hold() {
        let listen: Listen = "127.0.0.1:0".parse().expect("a place");
        let listener = listen.bind().await.expect("a port");
        let client = TcpSocket::new_v4().expect("a socket");
        // It holds as little as it may: what is written stays on our side.
        client.set_recv_buffer_size(1).expect("a buffer");
        let address = listener.local_addr().expect("an address");
        let (client, taken) = tokio::join!(client.connect(address), listener.accept());
        let (client, (taken, _)) = (client.expect("a way in"), taken.expect("a client"));
        taken.writable().await.expect("room");
        let mut held = 0;
        while let Ok(written) = taken.try_write(&[0; 16 * 1024]) {
            held += written;
        }
        let most = 4 * HELD as usize;
        assert!((1..=most).contains(&held), "{held} bytes");
        drop(client);
    }

    #[test]
    fn a_place_is_an_address_with_a_port_or_a_port_alone() {
        for text in ["127.0.0.1:8080", "[::1]:80", ":8080"] {
            let listen: Listen = text.parse().expect("a place");
            assert_eq!(listen.to_string(), text);
        }
        for text in ["", "8080", "localhost:8080", ":", ":x", "127.0.0.1"] {
            assert_eq!(text.parse::<Listen>(), Err(NoListen), "{text}");
        }
    }
}
