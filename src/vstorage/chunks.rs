//! How the data is kept: its replicas, and the state of its chunks.
//!
//! ```text
//! Replication:  1 norm,  1 limit
//! Chunks: [OK] 323 (100%) healthy,  0 (0%) standby,  0 (0%) degraded,  0 (0%) urgent,
//!              0 (0%) blocked,  0 (0%) pending,  0 (0%) offline,  0 (0%) replicating,
//!              0 (0%) overcommitted,  0 (0%) deleting,  0 (0%) void
//! ```
//!
//! A volume or directory may be kept with more replicas than the `Replication:` line says.

use crate::vstorage::{
    decimal::{Decimal, decimal},
    grammar::{Parsed, all_differ, blanks, bracketed, count, mark, print_tag, word},
    placed::{Placed, placed},
};
use nom::{
    Parser,
    bytes::complete::take_while1,
    combinator::{map, verify},
    error::context,
    multi::separated_list1,
    sequence::{delimited, preceded},
};
use std::fmt;

/// The default of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replication {
    /// How many replicas there should be.
    pub normal: u64,
    /// With fewer than these, writing stops.
    pub limit: u64,
}

impl fmt::Display for Replication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Replication: {:>2} norm, {:>2} limit",
            self.normal, self.limit
        )
    }
}

/// The `Replication:` line.
pub(crate) fn replication(input: &str) -> Parsed<'_, Replication> {
    map(replication_line, |(normal, limit)| Replication {
        normal: normal.value,
        limit: limit.value,
    })
    .parse(input)
}

/// Its numbers: norm and limit.
pub(crate) fn replication_line(input: &str) -> Parsed<'_, (Placed<'_, u64>, Placed<'_, u64>)> {
    let limit = delimited((word("norm"), mark(",")), placed(count), word("limit"));
    (preceded(mark("Replication:"), placed(count)), limit).parse(input)
}

/// How many chunks are in each state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunks {
    /// The word in brackets; `None` where there are no brackets.
    pub tag: Option<String>,
    /// By the state's name, in the order of the line; no state comes twice. Releases differ in which
    /// states they have.
    pub states: Vec<(String, ChunkState)>,
}

/// The chunks in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkState {
    /// How many.
    pub count: u64,
    /// Of all chunks, in percent, as printed.
    pub percent: Decimal,
}

impl fmt::Display for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunks: ")?;
        print_tag(self.tag.as_deref(), f)?;
        for (place, (name, state)) in self.states.iter().enumerate() {
            match place {
                0 => {}
                _ if place % 4 == 0 => write!(f, ",\n{:13}", "")?,
                _ => write!(f, ",  ")?,
            }
            write!(f, "{} ({}%) {name}", state.count, state.percent)?;
        }
        Ok(())
    }
}

/// The `Chunks:` line, its continuations joined to it by blanks.
pub(crate) fn chunks(input: &str) -> Parsed<'_, Chunks> {
    map(chunks_line, |(tag, states)| {
        let state = |(count, percent, name): PlacedState<'_>| {
            let (count, percent) = (count.value, percent.value);
            (name.to_string(), ChunkState { count, percent })
        };
        let states = states.into_iter().map(state).collect();
        Chunks { tag, states }
    })
    .parse(input)
}

/// A state's count, its percentage and its name.
pub(crate) type PlacedState<'a> = (Placed<'a, u64>, Placed<'a, Decimal>, &'a str);

/// Its tag, and its numbers state by state.
pub(crate) fn chunks_line(input: &str) -> Parsed<'_, (Option<String>, Vec<PlacedState<'_>>)> {
    let name = take_while1(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let name = preceded(blanks, context("a state", name));
    let percent = delimited(mark("("), placed(decimal), (mark("%"), mark(")")));
    let states = separated_list1(mark(","), (placed(count), percent, name));
    let states = verify(states, |states: &Vec<PlacedState<'_>>| {
        all_differ(states.iter().map(|(_, _, name)| *name))
    });
    let states = context("states that differ", states);
    preceded(mark("Chunks:"), (bracketed, states)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::grammar::whole;

    #[test]
    fn replicas_are_aligned_to_the_right() {
        for text in [
            "Replication:  1 norm,  1 limit",
            "Replication: 10 norm,  2 limit",
        ] {
            assert_eq!(whole(1, text, replication).unwrap().to_string(), text);
        }
        assert!(whole(1, "Replication:  1 norm,  1", replication).is_err());
    }

    #[test]
    fn four_states_stand_on_a_line() {
        let text =
            "Chunks: [OK] 1 (5%) a,  0 (0%) b,  0 (0.5%) c,  0 (00%) d,\n             2 (9%) e";
        let joined = text.replace('\n', " ");
        let read = whole(1, &joined, chunks).unwrap();
        assert_eq!(read.to_string(), text);
        assert_eq!(read.states.len(), 5);
    }

    #[test]
    fn states_that_are_not_whole_are_refused() {
        for text in [
            "Chunks: [OK]",
            "Chunks: [OK] 1 (5%) a,",
            "Chunks: [OK] 1 (5%) a,  2",
            "Chunks: [OK] 1 (5) a",
            "Chunks: [OK] 1 (5%) a,  1 (5%) a",
            "Chunks: [OK] 1 (.5%) a",
        ] {
            assert!(whole(1, text, chunks).is_err(), "{text}");
        }
    }
}
