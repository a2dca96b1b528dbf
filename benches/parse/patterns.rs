//! The regex crate: one expression for each line, compiled once, as one writes them who splits the text at its lines.
//!
//! It reads the same figures out of the same text and gives `None` where a line matches no expression.

use crate::figures::{
    Chunks, Cs, Flows, Fs, Header, Licence, Mds, Number, Report, Size, Space, Table,
};
use regex::{Captures, Regex};

/// All expressions.
#[derive(Debug)]
pub(crate) struct Patterns {
    space: Regex,
    cluster: Regex,
    mds: Regex,
    cs: Regex,
    cs_state: Regex,
    licence: Regex,
    replication: Regex,
    chunks: Regex,
    chunk_state: Regex,
    fs: Regex,
    flows: Regex,
    copied: Regex,
    sync: Regex,
    depth: Regex,
    noise: Regex,
    heading: Regex,
    rows: [Regex; 2],
}

const NUMBER: &str = r"([0-9]+)(?:\.([0-9]+))?";
const SIZE: &str = r"([0-9]+)(?:\.([0-9]+))?([KMGTPE])?B";
const OPS: &str = r"([0-9]+(?:\.[0-9]+)?[KMGT]?ops?(?:/s)?)";

impl Patterns {
    /// Compiled; `tables` are the header rows of both tables, for the rows are matched by their columns.
    pub(crate) fn new(tables: [&str; 2]) -> Self {
        let regex = |it: &str| {
            let it = it
                .replace("NUMBER", NUMBER)
                .replace("SIZE", SIZE)
                .replace("OPS", OPS)
                .replace(' ', "[ \t]+")
                .replace('_', "[ \t]*");
            Regex::new(&format!("^{it}_$").replace("_$", "[ \t]*$")).expect("an expression")
        };
        let part = |it: &str| Regex::new(it).expect("an expression");
        let row = |header: &str| {
            let cells = header.split_whitespace().skip(1).map(|it| match it {
                "UPTIME" => r"[ \t]+([0-9]+[dhms](?:[ \t]+[0-9]+[dhms])?)",
                "FLAGS" => r"(?:[ \t]+([^ \t]+))?",
                _ => r"[ \t]+([^ \t]+)",
            });
            let cells: Vec<&str> = cells.collect();
            part(&format!(
                r"^(?:(M)[ \t])?[ \t]*([0-9]+){}[ \t]*$",
                cells.concat()
            ))
        };
        Patterns {
            space: regex(r"Space:_(?:\[([^\]]*)\])?_allocatable SIZE of SIZE_,_free SIZE of SIZE"),
            cluster: regex(r"Cluster '([^']+)':_([^\n]+?)"),
            mds: regex(
                r"MDS nodes:_([0-9]+) of ([0-9]+)(?:,_epoch uptime:_([^,]+))?(?:,_cluster version:_([^ ]+))?",
            ),
            cs: regex(r"CS nodes:_([0-9]+) of ([0-9]+)_\(([^)]*)\)(?:,_storage version:_([^ ]+))?"),
            cs_state: part("([0-9]+) ([A-Za-z -]+)"),
            licence: regex(
                r"License:_([A-Z ]+?)_\(expiration:_([0-9]{2})/([0-9]{2})/([0-9]{4}),_capacity:_SIZE,_used:_SIZE\)",
            ),
            replication: regex("Replication:_([0-9]+) norm,_([0-9]+) limit"),
            chunks: regex(r"Chunks:_(?:\[([^\]]*)\])?_([0-9][^\n]*)"),
            chunk_state: part(&format!(r"^[ ]*([0-9]+) \({NUMBER}%\) ([a-z]+)$")),
            fs: regex(
                r"FS:_SIZE in ([0-9]+) files,_([0-9]+) inodes,_([0-9]+) file maps,_([0-9]+) chunks,_([0-9]+) chunk replicas",
            ),
            flows: regex(r"(IO|IO total):_read SIZE(/s)?_\(_OPS\),_write SIZE(/s)?_\(_OPS\)"),
            copied: regex("Repl IO:_read SIZE/s,_write:_SIZE/s"),
            sync: regex("Sync rate:_OPS,_datasync rate:_OPS"),
            depth: regex("IO QDEPTH:_NUMBER aver,_NUMBER max"),
            noise: part(
                r"^[ \t]*(?:connected to MDS#|<\.\.\.>|\.\.\.|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})",
            ),
            heading: part("^[ \t]*(?:MDSID|CSID)[ \t]"),
            rows: tables.map(row),
        }
    }

    /// The `Space:` line.
    pub(crate) fn space(&self, line: &str) -> Option<Space> {
        let found = self.space.captures(line)?;
        let sizes = [2, 5, 8, 11].map(|at| size(&found, at));
        let [Some(a), Some(b), Some(c), Some(d)] = sizes else {
            return None;
        };
        Some(Space {
            tag: text(&found, 1),
            sizes: [a, b, c, d],
        })
    }

    /// The whole text.
    pub(crate) fn report(&self, whole: &str) -> Option<Report> {
        let mut report = Report {
            text: whole.to_owned(),
            ..Report::default()
        };
        let mut open = None;
        let mut start = 0;
        let mut lines = whole.split_inclusive('\n').peekable();
        while let Some(ended) = lines.next() {
            let line = ended.trim_end_matches(['\r', '\n']);
            let here = start;
            start += ended.len();
            if self.noise.is_match(line) {
                continue;
            }
            if line.is_empty() {
                open = None;
            } else if self.heading.is_match(line) {
                let kind = usize::from(line.trim_start().starts_with("CSID"));
                let columns = line.split_whitespace().map(str::to_owned).collect();
                let table = Table {
                    columns,
                    cells: Vec::new(),
                    masters: Vec::new(),
                };
                let slot = [&mut report.mds, &mut report.cs].into_iter().nth(kind)?;
                slot.is_none().then(|| *slot = Some(table))?;
                open = Some(kind);
            } else if let Some(kind) = open {
                let table = [&mut report.mds, &mut report.cs].into_iter().nth(kind)?;
                row(table.as_mut()?, &self.rows[kind].captures(line)?, here);
            } else if line.starts_with("Chunks:") {
                let mut joined = line.to_owned();
                while let Some(more) = lines.next_if(|it| it.starts_with(' ')) {
                    joined += more.trim_end_matches(['\r', '\n']);
                    start += more.len();
                }
                report.header.chunks = Some(self.chunks(&joined)?);
            } else {
                self.labelled(&mut report.header, line)?;
            }
        }
        report.header.space.is_some().then_some(report)
    }

    fn labelled(&self, header: &mut Header, line: &str) -> Option<()> {
        let (label, _) = line.split_once(':')?;
        match label {
            "Space" => header.space = Some(self.space(line)?),
            "MDS nodes" => {
                let found = self.mds.captures(line)?;
                header.mds = Some(Mds {
                    nodes: [count(&found, 1)?, count(&found, 2)?],
                    uptime: text(&found, 3),
                    version: text(&found, 4),
                });
            }
            "CS nodes" => {
                let found = self.cs.captures(line)?;
                let states = found[3].split(',').map(|it| {
                    let state = self.cs_state.captures(it)?;
                    Some((text(&state, 2)?, count(&state, 1)?))
                });
                header.cs = Some(Cs {
                    nodes: [count(&found, 1)?, count(&found, 2)?],
                    states: states.collect::<Option<_>>()?,
                    version: text(&found, 4),
                });
            }
            "License" => {
                let found = self.licence.captures(line)?;
                header.licence = Some(Licence {
                    state: text(&found, 1)?,
                    expires: (count(&found, 3)?, count(&found, 2)?, count(&found, 4)?),
                    sizes: [size(&found, 5)?, size(&found, 8)?],
                });
            }
            "Replication" => {
                let found = self.replication.captures(line)?;
                header.replication = Some([count(&found, 1)?, count(&found, 2)?]);
            }
            "FS" => {
                let found = self.fs.captures(line)?;
                let mut counts = [0; 5];
                for (place, it) in counts.iter_mut().enumerate() {
                    *it = count(&found, 4 + place)?;
                }
                header.fs = Some(Fs {
                    size: size(&found, 1)?,
                    counts,
                });
            }
            "IO" => header.current = Some(flows(&self.flows.captures(line)?, true)?),
            "IO total" => header.total = Some(flows(&self.flows.captures(line)?, false)?),
            "Repl IO" => {
                let found = self.copied.captures(line)?;
                header.copied = Some([size(&found, 1)?, size(&found, 4)?]);
            }
            "Sync rate" => {
                let found = self.sync.captures(line)?;
                header.sync = Some([text(&found, 1)?, text(&found, 2)?]);
            }
            "IO QDEPTH" => {
                let found = self.depth.captures(line)?;
                header.depth = Some([number(&found, 1)?, number(&found, 3)?]);
            }
            _ => {
                let found = self.cluster.captures(line)?;
                header.cluster = Some((text(&found, 1)?, text(&found, 2)?));
            }
        }
        Some(())
    }

    fn chunks(&self, line: &str) -> Option<Chunks> {
        let found = self.chunks.captures(line)?;
        let states = found[2].split(',').map(|it| {
            let state = self.chunk_state.captures(it)?;
            Some((text(&state, 4)?, count(&state, 1)?, number(&state, 2)?))
        });
        Some(Chunks {
            tag: text(&found, 1),
            states: states.collect::<Option<_>>()?,
        })
    }
}

fn row(table: &mut Table, found: &Captures<'_>, start: usize) {
    table.masters.push(found.get(1).is_some());
    let cells = found
        .iter()
        .skip(2)
        .map(|it| it.map_or(start..start, |it| start + it.start()..start + it.end()));
    table.cells.extend(cells);
}

fn text(found: &Captures<'_>, at: usize) -> Option<String> {
    found.get(at).map(|it| it.as_str().to_owned())
}

fn count(found: &Captures<'_>, at: usize) -> Option<u64> {
    found.get(at)?.as_str().parse().ok()
}

fn number(found: &Captures<'_>, at: usize) -> Option<Number> {
    let whole = found.get(at)?.as_str().parse().ok()?;
    let Some(decimals) = found.get(at + 1) else {
        return Some(Number {
            digits: whole,
            decimals: 0,
        });
    };
    let scale = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let decimal: u64 = decimals.as_str().parse().ok()?;
    Some(Number {
        digits: whole.checked_mul(scale)?.checked_add(decimal)?,
        decimals: decimals.len(),
    })
}

fn size(found: &Captures<'_>, at: usize) -> Option<Size> {
    let unit = found.get(at + 2).and_then(|it| it.as_str().bytes().next());
    Some(Size {
        number: number(found, at)?,
        unit,
    })
}

fn flows(found: &Captures<'_>, rates: bool) -> Option<Flows> {
    let are_rates = [5, 10].map(|at| found.get(at).is_some());
    (are_rates == [rates; 2]).then_some(())?;
    Some([
        (size(found, 2)?, text(found, 6)?),
        (size(found, 7)?, text(found, 11)?),
    ])
}
