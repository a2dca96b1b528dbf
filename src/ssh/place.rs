//! Where an SSH server is: `host[:port]`.

use std::{fmt, net::IpAddr, str::FromStr};

/// Name or address, and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    host: String,
    port: u16,
}

impl Place {
    /// Name or address, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 22 unless said otherwise.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host as its keys and certificates know it: a name in small letters, an address as it is
    /// written in short.
    pub fn name(&self) -> String {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_string(),
            Err(_) => self.host.to_ascii_lowercase(),
        }
    }

    /// The name under which `known_hosts` lists it: `host`, or `[host]:port` for another port than 22.
    pub fn known_as(&self) -> String {
        match self.port {
            22 => self.name(),
            port => format!("[{}]:{port}", self.name()),
        }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        let wrong = || PlaceError(text.to_owned());
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
                (
                    host,
                    port.strip_prefix(':').or(port.is_empty().then_some("22")),
                )
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, Some("22")),
            },
        };
        let digits = port.filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
        let port = digits
            .and_then(|port| port.parse().ok())
            .filter(|port| *port > 0);
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@,/[]".contains(c);
        if host.is_empty() || host.contains(odd) || is_half_an_address(host) {
            return Err(wrong());
        }
        Ok(Place {
            host: host.to_owned(),
            port: port.ok_or_else(wrong)?,
        })
    }
}

/// Such as `127.1`, which the system would make an address of its own of: no name ends in a number.
fn is_half_an_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_number && host.parse::<IpAddr>().is_err()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { host, port } = self;
        match (host.contains(':'), port) {
            (true, port) => write!(f, "[{host}]:{port}"),
            (false, 22) => write!(f, "{host}"),
            (false, port) => write!(f, "{host}:{port}"),
        }
    }
}

/// A text that names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no SSH server: write host or host:port, such as node1.example, an IPv6 address in brackets"
)]
pub struct PlaceError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, host: &str, port: u16, known_as: &str) {
        let place: Place = text.parse().expect("a place");
        assert_eq!((place.host(), place.port()), (host, port));
        assert_eq!(place.known_as(), known_as);
        assert_eq!(place.to_string().parse(), Ok(place));
    }

    #[test]
    fn a_place_is_host_and_port() {
        reads("node1.example", "node1.example", 22, "node1.example");
        reads("192.0.2.7:2222", "192.0.2.7", 2222, "[192.0.2.7]:2222");
        reads("[2001:db8::7]", "2001:db8::7", 22, "2001:db8::7");
        reads(
            "[2001:db8::7]:2222",
            "2001:db8::7",
            2222,
            "[2001:db8::7]:2222",
        );
    }

    #[test]
    fn a_place_is_known_by_one_spelling_of_its_name() {
        reads(
            "Node1.EXAMPLE:2222",
            "Node1.EXAMPLE",
            2222,
            "[node1.example]:2222",
        );
        reads("[2001:DB8:0::0:7]", "2001:DB8:0::0:7", 22, "2001:db8::7");
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for text in [
            "", "h:", "h:0", "root@h", "[::1", "::1", "h h", "h/x", ":22", "127.1", "192.0.2", "1",
        ] {
            assert_eq!(
                text.parse::<Place>(),
                Err(PlaceError(text.to_owned())),
                "{text}"
            );
        }
    }
}
