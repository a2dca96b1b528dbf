//! The one command that a node knows.
//!
//! ```text
//! env LC_ALL=C timeout -k 2 20 /usr/bin/vstorage -c cluster1 stat
//! ```
//!
//! Everything before the path of the tool may be missing.

use std::time::Duration;

/// A command that the node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// What follows `-c`.
    pub(crate) cluster: String,
    /// After which time `timeout` ends the command; `None` where it is not asked to, which `timeout 0` says too.
    pub(crate) limit: Option<Duration>,
}

/// Reads a command line; the error is the word that a shell would not have found.
pub(crate) fn parse(line: &str) -> Result<Request, &str> {
    let mut words = line.split_ascii_whitespace().peekable();
    let first = words.peek().copied().unwrap_or_default();
    words.next_if_eq(&"env");
    words.next_if_eq(&"LC_ALL=C");
    let mut limit = None;
    if words.next_if_eq(&"timeout").is_some() {
        if words.next_if_eq(&"-k").is_some() {
            words.next().and_then(duration).ok_or(first)?;
        }
        let within = words.next().and_then(duration).ok_or(first)?;
        limit = (!within.is_zero()).then_some(within);
    }
    let path = words
        .next()
        .filter(|path| path.rsplit('/').next() == Some("vstorage"))
        .ok_or(first)?;
    let rest = (words.next(), words.next(), words.next(), words.next());
    match rest {
        (Some("-c"), Some(cluster), Some("stat"), None) => Ok(Request {
            cluster: cluster.to_owned(),
            limit,
        }),
        _ => Err(path),
    }
}

/// Seconds as coreutils' `timeout` takes them, `20` or `20s` or `0.5`.
fn duration(word: &str) -> Option<Duration> {
    let number = word.strip_suffix('s').unwrap_or(word);
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if !number.bytes().all(plain) {
        return None;
    }
    let seconds: f64 = number.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn runs(line: &str, limit: Option<u64>) {
        let expected = Request {
            cluster: "stor1".to_owned(),
            limit: limit.map(Duration::from_secs),
        };
        assert_eq!(parse(line), Ok(expected));
    }

    #[test]
    fn the_tool_is_found_with_and_without_its_wrappers() {
        runs("vstorage -c stor1 stat", None);
        runs("/usr/bin/vstorage -c stor1 stat", None);
        runs("LC_ALL=C /usr/bin/vstorage -c stor1 stat", None);
        runs("timeout 20 vstorage -c stor1 stat", Some(20));
        runs("timeout 0 vstorage -c stor1 stat", None);
        runs(
            "env LC_ALL=C timeout -k 2 20s /opt/vstorage -c stor1 stat",
            Some(20),
        );
    }

    #[test]
    fn anything_else_is_not_found() {
        for line in [
            "",
            "reboot",
            "vstorage",
            "vstorage -c stor1 top",
            "vstorage -c stor1 stat; reboot",
            "vstorage -c stor1 stat -X",
            "notvstorage -c stor1 stat",
            "timeout vstorage -c stor1 stat",
            "timeout -5 vstorage -c stor1 stat",
            "timeout 20 cat /etc/shadow",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
