//! What the HTTP side bounds: how often is asked, how many are in, whose word on an address is taken, and whether plain
//! HTTP may leave this machine.

use std::num::NonZeroU32;

use ipnet::{IpNet, Ipv4Net};

use crate::{
    api::{crowd::Caps, proxies::Proxies},
    config::{error::Problem, file::File, keys::Kind, listen::Listen, variables::Variables},
};

/// Requests a second, and at once after a quiet time.
pub type Rate = (NonZeroU32, NonZeroU32);

/// The settings of the edge, while they are read.
#[derive(Debug)]
pub struct Edge<'a> {
    /// The settings file.
    pub file: &'a File,
    /// What overrides it.
    pub variables: &'a Variables,
    /// Everything that is wrong.
    pub problems: &'a mut Vec<Problem>,
}

impl Edge<'_> {
    /// For each address, if it is set.
    pub fn rate_of_an_address(&mut self) -> Option<Rate> {
        let rps = self.number(
            "RATE_LIMIT_RPS",
            "rate_limit_rps",
            self.file.api.rate_limit_rps,
        );
        let burst = self.file.api.rate_limit_burst;
        let burst = self.number("RATE_LIMIT_BURST", "rate_limit_burst", burst);
        rate(rps, burst)
    }

    /// For each token, if it is set.
    pub fn rate_of_a_token(&self) -> Option<Rate> {
        let file = &self.file.api;
        rate(file.token_rate_limit_rps, file.token_rate_limit_burst)
    }

    /// How many connections there may be.
    pub fn caps(&mut self) -> Caps {
        let usual = Caps::default();
        let most = |number: Option<NonZeroU32>, usual: usize| {
            let number = number.map(|number| usize::try_from(number.get()));
            number.and_then(Result::ok).unwrap_or(usual)
        };
        Caps {
            total: most(self.file.api.max_connections, usual.total),
            per_address: most(self.file.api.max_connections_per_address, usual.per_address),
            proxies: self.proxies(),
        }
    }

    fn proxies(&mut self) -> Proxies {
        let mut ranges: Vec<IpNet> = Vec::new();
        for word in self.file.api.trusted_proxies.iter().flatten() {
            match range(word) {
                Some(range) => ranges.push(range),
                None => self.wrong(
                    "",
                    "api.trusted_proxies",
                    format!("`{word}` is no address: write one such as 192.0.2.1, or a range such as 192.0.2.0/24"),
                ),
            }
        }
        Proxies::new(ranges)
    }

    /// Whether plain HTTP, spoken without TLS at this place, leaves this machine; a problem where nobody has said that it
    /// may. `flag` says whether the place is from the command line.
    pub fn speaks_plainly(&mut self, listen: Listen, flag: bool) -> bool {
        if listen.is_loopback() {
            return false;
        }
        let said = match self.variables.get("PLAIN_HTTP") {
            Some(word) => match word {
                "1" | "true" | "yes" => Some(true),
                "0" | "false" | "no" => Some(false),
                _ => {
                    self.wrong("PLAIN_HTTP", "api.plain_http", "write 1 or 0");
                    return false;
                }
            },
            None => self.file.api.plain_http,
        };
        // As the service before did, and as a `.env` of its time means it.
        let by_port =
            !flag && self.variables.get("LISTEN").is_none() && self.variables.get("PORT").is_some();
        if !said.unwrap_or(by_port) {
            let why = format!(
                "plain HTTP on {listen} would show tokens and figures to the network: name certificate_file and key_file in [api.tls], listen on 127.0.0.1, or allow it with plain_http = true in [api] or PLAIN_HTTP=1"
            );
            match flag {
                true => self.problems.push(Problem::new("--listen", why)),
                false => {
                    let variables = ["LISTEN", "PORT"];
                    let set = self.variables.set(&variables).next();
                    self.wrong(set.unwrap_or("LISTEN"), "listen", why);
                }
            }
        }
        true
    }

    fn number(
        &mut self,
        variable: &str,
        key: &str,
        written: Option<NonZeroU32>,
    ) -> Option<NonZeroU32> {
        let Some(word) = self.variables.get(variable) else {
            return written;
        };
        let number = word.parse().ok();
        if number.is_none() {
            let why = format!("write {}", Kind::Number.expected());
            self.wrong(variable, &format!("api.{key}"), why);
        }
        number
    }

    fn wrong(&mut self, variable: &str, path: &str, why: impl Into<String>) {
        let written = &self.file.written;
        let problem = written.problem(self.variables, variable, path, why);
        self.problems.extend(problem);
    }
}

fn rate(rps: Option<NonZeroU32>, burst: Option<NonZeroU32>) -> Option<Rate> {
    match (rps, burst) {
        (None, None) => None,
        (Some(rps), burst) => Some((rps, burst.unwrap_or(rps))),
        // What the service before took where only the burst was set.
        (None, Some(burst)) => Some((NonZeroU32::MIN.saturating_add(9), burst)),
    }
}

/// A range, or one address. What is IPv4 in the clothes of IPv6 is what it is, for so are the peers that it is held
/// against.
fn range(word: &str) -> Option<IpNet> {
    match word.trim().parse::<IpNet>() {
        Ok(range) => Some(canonical(range)),
        Err(_) => {
            let address: std::net::IpAddr = word.trim().parse().ok()?;
            Some(IpNet::from(address.to_canonical()))
        }
    }
}

fn canonical(range: IpNet) -> IpNet {
    let mapped = match range {
        IpNet::V6(net) => net
            .addr()
            .to_ipv4_mapped()
            .zip(net.prefix_len().checked_sub(96)),
        IpNet::V4(_) => None,
    };
    let mapped = mapped.map(|(address, prefix)| Ipv4Net::new(address, prefix));
    // A prefix that has 96 bits less has 32 at the most.
    mapped.and_then(Result::ok).map_or(range, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn trusts(word: &str, address: &str, expected: bool) {
        let proxies = Proxies::new(range(word));
        let trusted = proxies.trusts(address.parse().expect("an address"));
        assert_eq!(trusted, expected, "{word} {address}");
    }

    #[test]
    fn a_range_of_proxies_is_the_same_in_the_clothes_of_ipv6() {
        for word in [
            "192.0.2.0/24",
            "::ffff:192.0.2.0/120",
            "::ffff:192.0.2.7",
            "192.0.2.7",
        ] {
            trusts(word, "192.0.2.7", true);
            trusts(word, "::ffff:192.0.2.7", true);
            trusts(word, "192.0.3.7", false);
        }
        trusts("2001:db8::/32", "2001:db8::7", true);
        trusts("2001:db8::/32", "192.0.2.7", false);
    }
}
