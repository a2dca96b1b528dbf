//! Whom an address stands for, where clients are counted.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address, or the first half of an IPv6 address: whoever has one address of IPv6 has all that begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// In which this address lies. An IPv4 address in the clothes of IPv6 counts as what it is.
    pub fn of(address: IpAddr) -> Network {
        Network(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let half = u128::from(address) >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(half))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(one: &str, other: &str, expected: bool) {
        let [first, second] = [one, other].map(|text| Network::of(text.parse().expect("one")));
        assert_eq!(first == second, expected, "{one} and {other}");
    }

    #[test]
    fn an_address_of_ipv6_counts_with_all_that_share_its_first_half() {
        same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true);
        same("2001:db8:1:2::1", "2001:db8:1:3::1", false);
        same("192.0.2.1", "192.0.2.2", false);
        same("192.0.2.1", "::ffff:192.0.2.1", true);
        same("::ffff:192.0.2.1", "::ffff:192.0.2.2", false);
        same("::1", "127.0.0.1", false);
    }
}
