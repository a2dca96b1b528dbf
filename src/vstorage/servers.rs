//! The cluster and its servers.
//!
//! ```text
//! Cluster 'stor1': healthy
//! MDS nodes: 3 of 3, epoch uptime: 19d 23h, cluster version: 128
//! CS nodes:  3 of 3 (3 avail, 0 inactive, 0 offline), storage version: 128
//! ```
//!
//! Not every release prints the version at the end of a line, nor does a later one always do.

use crate::vstorage::{
    grammar::{Parsed, all_differ, blanks, count, mark, rest, word},
    placed::{Placed, placed},
};
use nom::{
    Parser,
    bytes::complete::take_till1,
    combinator::{map, opt, verify},
    error::context,
    multi::separated_list1,
    sequence::{delimited, preceded, separated_pair},
};
use std::fmt;

/// Which cluster, and how it fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The name that follows `-c`; never empty, without apostrophes.
    pub name: String,
    /// The status as printed, to the end of the line: `healthy`, `SMART warning`, …
    pub status: String,
}

impl Cluster {
    /// The tool does not know its cluster yet, see [`is_unknown`].
    pub fn is_unknown(&self) -> bool {
        is_unknown(&self.status)
    }
}

/// Whether a status says that the cluster's state is not known yet, as after the election of a master: any
/// word of it is `unknown`, in either case. Its numbers may be incomplete. (vstorage.md 2.1.)
pub fn is_unknown(status: &str) -> bool {
    let mut words = status.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("unknown"))
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cluster '{}': {}", self.name, self.status)
    }
}

/// The `Cluster` line.
pub(crate) fn cluster(input: &str) -> Parsed<'_, Cluster> {
    let name = context("the cluster's name", take_till1(|c| c == '\''));
    let name = delimited(mark("Cluster '"), name, mark("':"));
    let line = (
        name,
        preceded(blanks, rest("the cluster's status", |_| true)),
    );
    map(line, |(name, status): (&str, _)| Cluster {
        name: name.into(),
        status,
    })
    .parse(input)
}

/// The metadata servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdsNodes {
    /// How many are active.
    pub available: u64,
    /// How many are configured.
    pub total: u64,
    /// Since the master was elected, as printed, such as `19d 23h`; `None` where the line does not say.
    pub epoch_uptime: Option<String>,
    /// As printed; `None` where the line does not say.
    pub cluster_version: Option<String>,
}

impl fmt::Display for MdsNodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MDS nodes: {} of {}", self.available, self.total)?;
        if let Some(uptime) = &self.epoch_uptime {
            write!(f, ", epoch uptime: {uptime}")?;
        }
        if let Some(version) = &self.cluster_version {
            write!(f, ", cluster version: {version}")?;
        }
        Ok(())
    }
}

/// The `MDS nodes:` line.
pub(crate) fn mds_nodes(input: &str) -> Parsed<'_, MdsNodes> {
    map(
        mds_line,
        |((available, total), epoch_uptime, cluster_version)| MdsNodes {
            available: available.value,
            total: total.value,
            epoch_uptime,
            cluster_version,
        },
    )
    .parse(input)
}

/// A whole number in its place.
pub(crate) type Count<'a> = Placed<'a, u64>;
type MdsLine<'a> = ((Count<'a>, Count<'a>), Option<String>, Option<String>);

/// Its numbers, and its words behind them.
pub(crate) fn mds_line(input: &str) -> Parsed<'_, MdsLine<'_>> {
    let of = separated_pair(placed(count), word("of"), placed(count));
    let uptime = preceded(blanks, rest("a duration", |c| c != ','));
    (
        preceded(mark("MDS nodes:"), of),
        opt(preceded((mark(","), mark("epoch uptime:")), uptime)),
        opt(preceded((mark(","), mark("cluster version:")), version)),
    )
        .parse(input)
}

/// The chunk servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsNodes {
    /// How many are active.
    pub available: u64,
    /// How many there are.
    pub total: u64,
    /// How many are in each state, in the order of the line; no state comes twice.
    pub states: Vec<(String, u64)>,
    /// As printed; `None` where the line does not say.
    pub storage_version: Option<String>,
}

impl fmt::Display for CsNodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CS nodes:  {} of {} (", self.available, self.total)?;
        for (place, (state, count)) in self.states.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{count} {state}")?;
        }
        write!(f, ")")?;
        match &self.storage_version {
            Some(version) => write!(f, ", storage version: {version}"),
            None => Ok(()),
        }
    }
}

/// The `CS nodes:` line.
pub(crate) fn cs_nodes(input: &str) -> Parsed<'_, CsNodes> {
    map(cs_line, |((available, total), states, storage_version)| {
        let states = states.into_iter();
        CsNodes {
            available: available.value,
            total: total.value,
            states: states.map(|(name, count)| (name, count.value)).collect(),
            storage_version,
        }
    })
    .parse(input)
}

type CsLine<'a> = (
    (Count<'a>, Count<'a>),
    Vec<(String, Count<'a>)>,
    Option<String>,
);

/// Its numbers, and its words behind them.
pub(crate) fn cs_line(input: &str) -> Parsed<'_, CsLine<'_>> {
    let of = separated_pair(placed(count), word("of"), placed(count));
    let name = preceded(
        blanks,
        rest("a state", |c| c.is_alphabetic() || "_- ".contains(c)),
    );
    let state = map((placed(count), name), |(count, name)| (name, count));
    let states = separated_list1(mark(","), state);
    let states = verify(states, |states: &Vec<(String, Count<'_>)>| {
        all_differ(states.iter().map(|(name, _)| name.as_str()))
    });
    (
        preceded(mark("CS nodes:"), of),
        delimited(mark("("), context("states that differ", states), mark(")")),
        opt(preceded((mark(","), mark("storage version:")), version)),
    )
        .parse(input)
}

fn version(input: &str) -> Parsed<'_, String> {
    preceded(blanks, rest("a version", |c| !c.is_whitespace())).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::grammar::whole;

    #[test]
    fn the_cluster_line_keeps_its_status_as_printed() {
        for text in [
            "Cluster 'stor1': healthy",
            "Cluster 'a b': SMART warning",
            "Cluster '…': degraded, 2 of 5: x",
        ] {
            assert_eq!(whole(1, text, cluster).unwrap().to_string(), text);
        }
    }

    #[track_caller]
    fn refused(text: &str, column: usize, expected: &str) {
        let error = whole(1, text, cluster).unwrap_err();
        assert_eq!((error.column, &*error.expected), (column, expected));
    }

    #[test]
    fn a_cluster_line_without_name_or_status_is_refused() {
        refused("Cluster '': healthy", 10, "the cluster's name");
        refused("Cluster 'stor1': ", 18, "the cluster's status");
        refused("Cluster 'stor1' healthy", 15, "':");
        refused("Cluster 'stor1", 15, "':");
    }

    #[test]
    fn unknown_is_a_word_of_the_status_in_either_case() {
        let unknown = |status: &str| Cluster {
            name: "stor1".into(),
            status: status.into(),
        };
        for status in ["unknown", "Unknown", "SMART warning, UNKNOWN"] {
            assert!(unknown(status).is_unknown(), "{status}");
        }
        for status in ["healthy", "unknowns", "well-known"] {
            assert!(!unknown(status).is_unknown(), "{status}");
        }
    }

    #[test]
    fn server_lines_are_printed_as_they_were_read() {
        for text in [
            "MDS nodes: 3 of 3, epoch uptime: 19d 23h, cluster version: 128",
            "MDS nodes: 3 of 5, epoch uptime: 13d  3h",
            "MDS nodes: 1 of 1",
        ] {
            assert_eq!(whole(1, text, mds_nodes).unwrap().to_string(), text);
        }
        for text in [
            "CS nodes:  3 of 3 (3 avail, 0 inactive, 0 offline), storage version: 128",
            "CS nodes:  32 of 32 (30 avail, 2 being released)",
        ] {
            assert_eq!(whole(1, text, cs_nodes).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_server_line_that_is_not_whole_is_refused() {
        for text in [
            "MDS nodes: 3 of",
            "MDS nodes: 3 of 3, epoch uptime: ",
            "MDS nodes: x of 3",
        ] {
            assert!(whole(1, text, mds_nodes).is_err(), "{text}");
        }
        for text in [
            "CS nodes:  3 of 3",
            "CS nodes:  3 of 3 (3 avail",
            "CS nodes:  3 of 3 (3_avail)",
            "CS nodes:  3 of 3 (1 a, 2 a)",
        ] {
            assert!(whole(1, text, cs_nodes).is_err(), "{text}");
        }
    }
}
