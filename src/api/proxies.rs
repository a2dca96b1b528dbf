//! The proxies in front of us, and the caller behind them.
//!
//! ```text
//! X-Forwarded-For: 198.51.100.7, 203.0.113.9, 192.0.2.2      from 192.0.2.1, trusted as 192.0.2.0/24
//!                  may be made up ┘           └ the caller
//! ```
//!
//! Each proxy writes behind what was there the address that it was asked from. So the list is true from its end on, for
//! as long as trusted proxies wrote it, and the first address that is none of theirs is the caller's. `Forwarded`
//! (RFC 7239) and `X-Real-IP` are not looked at.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use ipnet::IpNet;
use warp::http::HeaderMap;

/// In which proxies say from where they were asked.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where the proxies are whose word is taken. Copies share the list.
#[derive(Clone, Debug)]
pub struct Proxies(Arc<[IpNet]>);

impl Default for Proxies {
    fn default() -> Proxies {
        Proxies::new([])
    }
}

impl Proxies {
    /// At these addresses.
    pub fn new(ranges: impl IntoIterator<Item = IpNet>) -> Proxies {
        Proxies(ranges.into_iter().collect())
    }

    /// Whether a proxy of ours has this address.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }

    /// Who asks, in a request that came from `peer` with these headers. Where a trusted proxy hands on what is no list of
    /// addresses, it is the proxy itself; where the whole list is of proxies, the one that stands first in it.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if self.0.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let mut furthest = peer;
        for line in headers.get_all(FORWARDED_FOR).iter().rev() {
            for hop in line.as_bytes().rsplit(|byte| *byte == b',') {
                let Some(address) = address(hop) else {
                    return peer;
                };
                if !self.trusts(address) {
                    return address;
                }
                furthest = address;
            }
        }
        furthest
    }
}

/// An address, with a port behind it or without.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop.trim_ascii()).ok()?;
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let alone = bare.unwrap_or(hop).parse::<IpAddr>();
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    let address = alone.or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use warp::http::HeaderValue;

    use super::*;

    /// The caller behind `peer`, which handed on these lines.
    #[track_caller]
    fn caller(peer: &str, lines: &[&str], expected: &str) {
        let ranges = ["192.0.2.0/24", "2001:db8::/32"].map(|range| range.parse().expect("a range"));
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
            headers.append(FORWARDED_FOR, line);
        }
        let found = Proxies::new(ranges).caller(peer.parse().expect("an address"), &headers);
        assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        let nobody = Proxies::default().caller(peer.parse().expect("an address"), &headers);
        let peer: IpAddr = peer.parse().expect("an address");
        assert_eq!(nobody, peer.to_canonical());
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_saw_itself() {
        caller("192.0.2.1", &["198.51.100.7"], "198.51.100.7");
        caller("203.0.113.9", &["198.51.100.7"], "203.0.113.9");
        caller("192.0.2.1", &["10.0.0.1, 198.51.100.7"], "198.51.100.7");
        caller("192.0.2.1", &[], "192.0.2.1");
    }

    #[test]
    fn trusted_proxies_are_walked_through_from_the_nearest_to_the_furthest() {
        let hops = "10.0.0.1, 198.51.100.7,192.0.2.3 , 2001:db8::1";
        caller("192.0.2.1", &[hops], "198.51.100.7");
        caller("192.0.2.1", &["192.0.2.7, 192.0.2.8"], "192.0.2.7");
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = ["10.0.0.1", "198.51.100.7, 192.0.2.3", "192.0.2.2"];
        caller("192.0.2.1", &lines, "198.51.100.7");
    }

    #[test]
    fn what_is_no_list_of_addresses_leaves_the_proxy_itself() {
        for line in [
            "",
            " ",
            "unknown",
            "_hidden",
            "198.51.100",
            "198.51.100.7;192.0.2.3",
            "198.51.100.7, ",
            "198.51.100.7:",
            "198.51.100.7/32",
            "[198.51.100.7",
            "for=198.51.100.7",
            "sch\u{f6}n",
        ] {
            caller("192.0.2.1", &[line], "192.0.2.1");
        }
        // What stands before the caller may be anything.
        caller("192.0.2.1", &["unknown, 198.51.100.7"], "198.51.100.7");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_taken_for_what_they_are() {
        caller("192.0.2.1", &["198.51.100.7:4711"], "198.51.100.7");
        caller("192.0.2.1", &["[2001:db9::7]:4711"], "2001:db9::7");
        caller("192.0.2.1", &["[2001:db9::7]"], "2001:db9::7");
        caller("192.0.2.1", &["2001:db9::7"], "2001:db9::7");
        caller("::ffff:192.0.2.1", &["::ffff:198.51.100.7"], "198.51.100.7");
        caller("::ffff:203.0.113.9", &["198.51.100.7"], "203.0.113.9");
    }
}
