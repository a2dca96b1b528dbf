//! What is read and written.
//!
//! ```text
//! IO:       read     0B/s (  0ops/s), write     0B/s (  0ops/s)
//! IO total: read   37.1GB ( 473Kops), write  133.7GB ( 4.7Mops)
//! Repl IO:  read     0B/s, write:     0B/s
//! Sync rate:   0ops/s, datasync rate:   0ops/s
//! IO QDEPTH: 0.0 aver, 0.0 max
//! ```
//!
//! Fields are eight characters wide; the colon after `write` of the replication is the tool's own.

use crate::{
    amount::SizeBase,
    vstorage::{
        decimal::{Decimal, decimal},
        grammar::{Expected, Parsed, mark, word},
        placed::{Placed, placed},
        rate::{Ops, Rate, ops, rate},
        token::{Size, size},
    },
};
use nom::{
    Parser,
    combinator::{map, opt},
    sequence::{delimited, preceded, terminated},
};
use std::fmt;

/// The lines on traffic, each `None` where the report does not have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Io {
    /// `IO:`, bytes and operations a second.
    pub current: Option<Both<Flow<Rate>>>,
    /// `IO total:`, bytes and operations.
    pub total: Option<Both<Flow<Size>>>,
    /// `Repl IO:`, bytes a second.
    pub replication: Option<Both<Rate>>,
    /// `Sync rate:`, operations a second.
    pub sync: Option<Sync>,
    /// `IO QDEPTH:`, requests in the queue.
    pub queue_depth: Option<QueueDepth>,
}

/// Both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both<T> {
    /// What is read.
    pub read: T,
    /// What is written.
    pub write: T,
}

/// Bytes, and the operations that moved them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow<T> {
    /// Bytes, in all or a second.
    pub bytes: T,
    /// Operations, in all or a second.
    pub ops: Ops,
}

/// How often files are synchronised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// `fsync`, operations a second.
    pub sync: Ops,
    /// `fdatasync`, operations a second.
    pub datasync: Ops,
}

/// Requests waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// On average.
    pub average: Decimal,
    /// At most.
    pub max: Decimal,
}

impl Io {
    /// Drops the lines with a size that has no amount in this base, and gives their labels.
    pub(crate) fn drop_unfit(&mut self, base: SizeBase) -> Vec<&'static str> {
        let unfit = |read: Size, write: Size| read.amount(base).and(write.amount(base)).is_none();
        let current = self
            .current
            .take_if(|it| unfit(it.read.bytes.0, it.write.bytes.0));
        let total = self
            .total
            .take_if(|it| unfit(it.read.bytes, it.write.bytes));
        let replication = self.replication.take_if(|it| unfit(it.read.0, it.write.0));
        let labels = [
            current.map(|_| "IO:"),
            total.map(|_| "IO total:"),
            replication.map(|_| "Repl IO:"),
        ];
        labels.into_iter().flatten().collect()
    }
}

impl<T: fmt::Display> fmt::Display for Flow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8} ({:>8})", self.bytes, self.ops)
    }
}

impl fmt::Display for Io {
    /// The lines that there are, each with its line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Both { read, write }) = &self.current {
            writeln!(f, "IO:       read {read}, write {write}")?;
        }
        if let Some(Both { read, write }) = &self.total {
            writeln!(f, "IO total: read {read}, write {write}")?;
        }
        if let Some(Both { read, write }) = &self.replication {
            writeln!(f, "Repl IO:  read {read:>8}, write: {write:>8}")?;
        }
        if let Some(Sync { sync, datasync }) = &self.sync {
            writeln!(f, "Sync rate: {sync:>8}, datasync rate: {datasync:>8}")?;
        }
        if let Some(QueueDepth { average, max }) = &self.queue_depth {
            writeln!(f, "IO QDEPTH: {average} aver, {max} max")?;
        }
        Ok(())
    }
}

/// The `IO:` line.
pub(crate) fn current(input: &str) -> Parsed<'_, Both<Flow<Rate>>> {
    map(current_line, |it| it.map(Flow::from)).parse(input)
}

/// Its numbers.
pub(crate) fn current_line(input: &str) -> Parsed<'_, Both<PlacedFlow<'_, Rate>>> {
    preceded(mark("IO:"), both((placed(rate), in_brackets))).parse(input)
}

/// The `IO total:` line.
pub(crate) fn total(input: &str) -> Parsed<'_, Both<Flow<Size>>> {
    map(total_line, |it| it.map(Flow::from)).parse(input)
}

/// Its numbers.
pub(crate) fn total_line(input: &str) -> Parsed<'_, Both<PlacedFlow<'_, Size>>> {
    preceded(mark("IO total:"), both((placed(size), in_brackets))).parse(input)
}

/// The `Repl IO:` line.
pub(crate) fn replication(input: &str) -> Parsed<'_, Both<Rate>> {
    map(replication_line, |it| it.map(|rate| rate.value)).parse(input)
}

/// Its numbers.
pub(crate) fn replication_line(input: &str) -> Parsed<'_, Both<Placed<'_, Rate>>> {
    preceded(mark("Repl IO:"), both(placed(rate))).parse(input)
}

/// The `Sync rate:` line.
pub(crate) fn sync(input: &str) -> Parsed<'_, Sync> {
    map(sync_line, |(sync, datasync)| Sync {
        sync: sync.value,
        datasync: datasync.value,
    })
    .parse(input)
}

/// Its numbers.
pub(crate) fn sync_line(input: &str) -> Parsed<'_, (Placed<'_, Ops>, Placed<'_, Ops>)> {
    let datasync = (mark(","), word("datasync"), mark("rate:"));
    (
        preceded(mark("Sync rate:"), placed(ops)),
        preceded(datasync, placed(ops)),
    )
        .parse(input)
}

/// The `IO QDEPTH:` line.
pub(crate) fn queue_depth(input: &str) -> Parsed<'_, QueueDepth> {
    map(queue_line, |(average, max)| QueueDepth {
        average: average.value,
        max: max.value,
    })
    .parse(input)
}

/// Its numbers.
pub(crate) fn queue_line(input: &str) -> Parsed<'_, (Placed<'_, Decimal>, Placed<'_, Decimal>)> {
    let aver = (word("aver"), mark(","));
    (
        delimited(mark("IO QDEPTH:"), placed(decimal), aver),
        terminated(placed(decimal), word("max")),
    )
        .parse(input)
}

fn both<'a, T>(
    it: impl Parser<&'a str, Output = T, Error = Expected<'a>> + Clone,
) -> impl Parser<&'a str, Output = Both<T>, Error = Expected<'a>> {
    let line = (
        preceded(word("read"), it.clone()),
        preceded((mark(","), word("write"), opt(mark(":"))), it),
    );
    map(line, |(read, write)| Both { read, write })
}

/// Bytes, and in brackets the operations.
pub(crate) type PlacedFlow<'a, T> = (Placed<'a, T>, Placed<'a, Ops>);

fn in_brackets(input: &str) -> Parsed<'_, Placed<'_, Ops>> {
    delimited(mark("("), placed(ops), mark(")")).parse(input)
}

impl<T> From<PlacedFlow<'_, T>> for Flow<T> {
    fn from((bytes, ops): PlacedFlow<'_, T>) -> Self {
        Flow {
            bytes: bytes.value,
            ops: ops.value,
        }
    }
}

impl<T> Both<T> {
    fn map<U>(self, it: impl Fn(T) -> U) -> Both<U> {
        Both {
            read: it(self.read),
            write: it(self.write),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::grammar::whole;

    const LINES: &str = "\
IO:       read 26.2MB/s (1.9Kop/s), write  426MB/s (11Kops/s)
IO total: read   37.1GB ( 473Kops), write  133.7GB ( 4.7Mops)
Repl IO:  read     0B/s, write:     0B/s
Sync rate:   0ops/s, datasync rate:   0ops/s
IO QDEPTH: 0.0 aver, 0.0 max
";

    #[test]
    fn traffic_is_printed_as_it_was_read() {
        let lines: Vec<&str> = LINES.lines().collect();
        let [first, second, third, fourth, fifth] = lines[..] else {
            panic!("five lines");
        };
        let io = Io {
            current: Some(whole(1, first, current).unwrap()),
            total: Some(whole(2, second, total).unwrap()),
            replication: Some(whole(3, third, replication).unwrap()),
            sync: Some(whole(4, fourth, sync).unwrap()),
            queue_depth: Some(whole(5, fifth, queue_depth).unwrap()),
        };
        assert_eq!(io.to_string(), LINES);
    }

    #[test]
    fn a_line_that_is_not_whole_is_refused() {
        assert!(whole(1, "IO: read 0B/s (0ops/s)", current).is_err());
        assert!(whole(1, "IO: read 0B (0ops/s), write 0B (0ops/s)", current).is_err());
        assert!(whole(1, "IO total: read 0B/s (0ops), write 0B/s (0ops)", total).is_err());
        assert!(whole(1, "IO QDEPTH: 0.0 aver, 0.0", queue_depth).is_err());
        assert!(whole(1, "IO QDEPTH: 0.0aver, 0.0 max", queue_depth).is_err());
    }
}
