//! A whole report, from the `Cluster` line to the tables.
//!
//! ```text
//! Cluster 'stor1': healthy
//! Space: [OK] allocatable 1.32TB of 1.44TB, free 1.39TB of 1.44TB
//! …
//! MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST
//! ```
//!
//! Two lines must be there, each once and to its last character: `Cluster` and, somewhere below it, `Space`.
//! The others are welcome in any order; one that no rule reads ends in [`StatReport::unread`].

use crate::vstorage::{
    chunks::{self, Chunks, Replication},
    error::ParseError,
    fs::{self, Fs},
    grammar::{Expected, whole},
    io::{self, Io},
    kept::Kept,
    labels::{CLUSTER, SPACE},
    license::{self, License},
    lines::{self, Line},
    servers::{self, Cluster, CsNodes, MdsNodes},
    space::{self, Space},
    table::Table,
    tables::Tables,
};
use nom::Parser;
use std::{borrow::Cow, fmt};

const ONE_CLUSTER: &str = "exactly one Cluster line";
const ONE_SPACE: &str = "exactly one Space line";

/// What the tool printed, as printed; `None` where it has no such line, or one that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatReport {
    /// The cluster's name and status.
    pub cluster: Cluster,
    /// The line that is billed.
    pub space: Space,
    /// The metadata servers.
    pub mds: Option<MdsNodes>,
    /// The chunk servers.
    pub cs: Option<CsNodes>,
    /// The licence.
    pub license: Option<License>,
    /// The cluster's default of replicas.
    pub replication: Option<Replication>,
    /// The states of the chunks.
    pub chunks: Option<Chunks>,
    /// User data.
    pub fs: Option<Fs>,
    /// Traffic.
    pub io: Io,
    /// The table of the metadata servers.
    pub mds_table: Option<Table>,
    /// The table of the chunk servers.
    pub cs_table: Option<Table>,
    /// The lines after `Cluster` that no rule reads, without noise, in their order.
    pub unread: Vec<Line<'static>>,
    /// The lines that were read, rows of tables among them, to name places in errors; empty where the report was built
    /// rather than read.
    pub read: Kept,
}

/// Reads a report. What is no UTF-8 is to be replaced before, as [`String::from_utf8_lossy`] does.
///
/// Fails where there is not exactly one `Cluster` line and after it one `Space` line, both complete.
pub fn parse(text: &str) -> Result<StatReport, ParseError> {
    let (mut lines, ended) = lines::clean(text);
    cut_chatter(&mut lines);
    let start = lines.iter().position(|it| it.text.starts_with(CLUSTER));
    let start = start.unwrap_or(lines.len());
    // a whole Space line before the cluster's is not noise: which of the two would be billed?
    let is_space = |it: &Line| it.text.parse::<Space>().is_ok();
    let early = lines.iter().take(start).any(is_space);

    let (mut cluster, mut space) = (None, None);
    for Line { line, text } in lines.iter().skip(start) {
        if text.starts_with(CLUSTER) {
            only_one(cluster.is_some(), *line, text, ONE_CLUSTER)?;
            cluster = Some(whole(*line, text, servers::cluster)?);
        } else if text.starts_with(SPACE) {
            only_one(early || space.is_some(), *line, text, ONE_SPACE)?;
            space = Some(whole(*line, text, space::space)?);
        }
    }
    let missing = |what: &str| {
        let beyond = text.split_terminator('\n').count() + 1;
        ParseError::at_the_end(beyond, what)
    };
    let cluster = cluster.ok_or_else(|| missing(ONE_CLUSTER))?;
    let space = space.ok_or_else(|| missing(ONE_SPACE))?;
    let mut report = StatReport::new(cluster, space);
    report.take_lines(lines.get(start..).unwrap_or_default(), ended);
    Ok(report)
}

/// Start-up chatter without a line end stands before the `Cluster` line, on the same line: where no line
/// begins with `Cluster '`, the first that ends in a whole such line is cut to it.
fn cut_chatter(lines: &mut [Line<'_>]) {
    if lines.iter().any(|it| it.text.starts_with(CLUSTER)) {
        return;
    }
    for it in lines {
        let Some((_, tail)) = it.text.rsplit_once(CLUSTER) else {
            continue;
        };
        let text = format!("{CLUSTER}{tail}");
        if whole(it.line, &text, servers::cluster).is_ok() {
            it.text = Cow::Owned(text);
            return;
        }
    }
}

fn only_one(seen: bool, line: usize, text: &str, expected: &str) -> Result<(), ParseError> {
    let error = || ParseError::within(line, text, text, expected);
    (!seen).then_some(()).ok_or_else(error)
}

impl StatReport {
    /// A report of these two lines and no other.
    pub fn new(cluster: Cluster, space: Space) -> Self {
        StatReport {
            cluster,
            space,
            mds: None,
            cs: None,
            license: None,
            replication: None,
            chunks: None,
            fs: None,
            io: Io::default(),
            mds_table: None,
            cs_table: None,
            unread: Vec::new(),
            read: Kept::default(),
        }
    }

    fn take_lines(&mut self, lines: &[Line<'_>], ended: bool) {
        let (mut seen, mut tables) = (Vec::new(), Tables::default());
        for group in lines::groups(lines, ended) {
            let text = group.text();
            let taken = match group.label {
                // these two were read before all others
                Some(CLUSTER | SPACE) => {
                    tables.close();
                    true
                }
                Some(label) => {
                    tables.close();
                    let first = !seen.contains(&label);
                    if first {
                        seen.push(label);
                    }
                    first && group.whole && self.take(label, &text)
                }
                None if text.trim().is_empty() => {
                    tables.close();
                    true
                }
                None => group.whole && tables.take(&text),
            };
            let is_kept = group.label.is_some() || tables.keeps();
            for it in group.lines {
                match taken {
                    true if is_kept => self.read.push(it),
                    true => {}
                    false => self.unread.push(it.clone().into_owned()),
                }
            }
        }
        self.mds_table = tables.mds;
        self.cs_table = tables.cs;
    }

    /// Whether the labelled line could be read, and so is kept.
    fn take(&mut self, label: &str, text: &str) -> bool {
        match label {
            "MDS nodes:" => fill(&mut self.mds, text, servers::mds_nodes),
            "CS nodes:" => fill(&mut self.cs, text, servers::cs_nodes),
            "License:" => fill(&mut self.license, text, license::license),
            "Replication:" => fill(&mut self.replication, text, chunks::replication),
            "Chunks:" => fill(&mut self.chunks, text, chunks::chunks),
            "FS:" => fill(&mut self.fs, text, fs::fs),
            "IO:" => fill(&mut self.io.current, text, io::current),
            "IO total:" => fill(&mut self.io.total, text, io::total),
            "Repl IO:" => fill(&mut self.io.replication, text, io::replication),
            "Sync rate:" => fill(&mut self.io.sync, text, io::sync),
            "IO QDEPTH:" => fill(&mut self.io.queue_depth, text, io::queue_depth),
            _ => false,
        }
    }
}

fn fill<'a, T>(
    slot: &mut Option<T>,
    text: &'a str,
    parser: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
) -> bool {
    match whole(1, text, parser) {
        Ok(value) => {
            *slot = Some(value);
            true
        }
        // why it cannot be read is of no use to a biller; the line itself is kept
        Err(_) => false,
    }
}

impl fmt::Display for StatReport {
    /// The lines in the order of the tool, each with its line end, and the tables below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn line<T: fmt::Display>(f: &mut fmt::Formatter<'_>, it: &Option<T>) -> fmt::Result {
            it.as_ref().map_or(Ok(()), |it| writeln!(f, "{it}"))
        }
        writeln!(f, "{}\n{}", self.cluster, self.space)?;
        line(f, &self.mds)?;
        line(f, &self.cs)?;
        line(f, &self.license)?;
        line(f, &self.replication)?;
        line(f, &self.chunks)?;
        line(f, &self.fs)?;
        write!(f, "{}", self.io)?;
        for table in self.mds_table.iter().chain(&self.cs_table) {
            write!(f, "\n{table}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Cluster 'c1': healthy\nSpace: allocatable 1TB of 2TB, free 1TB of 3TB\n";

    #[track_caller]
    fn leaves_unread(rest: &str, expected: &[usize]) -> StatReport {
        let report = parse(&format!("{HEADER}{rest}")).unwrap();
        let unread: Vec<usize> = report.unread.iter().map(|it| it.line).collect();
        assert_eq!(unread, expected, "{rest}");
        report
    }

    #[test]
    fn a_line_that_no_rule_reads_costs_nothing_but_itself() {
        leaves_unread("Tiers: 3\n\n  x\nReplication: 1 norm, 1 limit\n", &[3, 5]);
        let report = leaves_unread(
            "Replication: 1 norm\nFS: none\nIO QDEPTH: 0 aver, 0 max\n",
            &[3, 4],
        );
        assert_eq!(report.replication, None);
        assert!(report.io.queue_depth.is_some());
    }

    #[test]
    fn chatter_without_a_line_end_changes_nothing() {
        let report = parse(&format!("hello {HEADER}")).unwrap();
        assert_eq!(report, parse(HEADER).unwrap());
        assert!(parse(&format!("hello {}", HEADER.replace("': healthy", ""))).is_err());
        // a line of its own comes before anything that only ends so
        let greeting = "welcome to Cluster 'c9': enjoy\n";
        let report = parse(&format!("{greeting}{HEADER}")).unwrap();
        assert_eq!(report.cluster.name, "c1");
    }

    #[test]
    fn of_two_lines_with_one_label_only_the_first_counts() {
        let (good, bad) = ("Replication: 1 norm, 1 limit\n", "Replication: ?\n");
        let report = leaves_unread(&format!("{good}Replication: 2 norm, 1 limit\n"), &[4]);
        assert_eq!(report.replication.map(|it| it.normal), Some(1));
        assert_eq!(
            leaves_unread(&format!("{bad}{good}"), &[3, 4]).replication,
            None
        );
    }
}
