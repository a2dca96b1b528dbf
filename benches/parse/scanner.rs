//! A byte scanner, written by hand for this one format: what one writes who wants no parser.
//!
//! It reads the same figures out of the same text, checks each byte of what it reads, and gives `None` where a line is
//! not what it should be. It knows less than ours: no place and no words for an error, no colour, one dialect of the
//! licence, and one bad line is the end of it. Cells stand in one text, as they do with us.

use crate::{
    cursor::Cursor,
    figures::{Chunks, Cs, Fs, Header, Licence, Mds, Number, Report, Size, Space},
    rows::{Kind, headed, is_noise, row},
};

/// The `Space:` line.
pub(crate) fn space(line: &str) -> Option<Space> {
    let mut it = Cursor::new(line);
    it.mark("Space:")?;
    let tag = it.tag()?;
    it.word("allocatable")?;
    let first = it.size()?;
    it.word("of")?;
    let second = it.size()?;
    it.mark(",")?;
    it.word("free")?;
    let third = it.size()?;
    it.word("of")?;
    let sizes = [first, second, third, it.size()?];
    it.end()?;
    Some(Space { tag, sizes })
}

/// The whole text, whose last line has its end.
pub(crate) fn report(text: &str) -> Option<Report> {
    let mut report = Report {
        text: text.to_owned(),
        ..Report::default()
    };
    let mut open = None;
    let mut start = 0;
    while start < text.len() {
        let mut end = start
            + text.as_bytes()[start..]
                .iter()
                .position(|it| *it == b'\n')?;
        let next = end + 1;
        if text[start..end].ends_with('\r') {
            end -= 1;
        }
        let line = &text[start..end];
        if is_noise(line.trim_ascii_start()) {
            // wherever it stands
        } else if line.is_empty() {
            open = None;
        } else if let Some((kind, table)) = headed(line) {
            let slot = match kind {
                Kind::Mds => &mut report.mds,
                Kind::Cs => &mut report.cs,
            };
            slot.is_none().then_some(())?;
            *slot = Some(table);
            open = Some(kind);
        } else if let Some(kind) = open {
            let table = match kind {
                Kind::Mds => report.mds.as_mut()?,
                Kind::Cs => report.cs.as_mut()?,
            };
            row(table, line, start)?;
        } else if line.starts_with("Chunks:") {
            let mut length = next;
            while text[length..].starts_with(' ') && headed(&text[length..]).is_none() {
                length += text.as_bytes()[length..]
                    .iter()
                    .position(|it| *it == b'\n')?
                    + 1;
            }
            let lines = text[start..length].replace("\r\n", "\n").replace('\n', " ");
            once(&mut report.header.chunks, chunks(&lines))?;
            start = length;
            continue;
        } else {
            labelled(&mut report.header, line)?;
        }
        start = next;
    }
    report.header.space.is_some().then_some(report)
}

/// Keeps what was read; `None` where it was not, or where it comes twice.
fn once<T>(slot: &mut Option<T>, read: Option<T>) -> Option<()> {
    slot.is_none().then_some(())?;
    *slot = Some(read?);
    Some(())
}

fn labelled(header: &mut Header, line: &str) -> Option<()> {
    if line.starts_with("Cluster '") {
        return once(&mut header.cluster, cluster(line));
    }
    if header.cluster.is_none() {
        return Some(()); // chatter
    }
    let label = line.as_bytes().iter().position(|it| *it == b':')? + 1;
    let mut it = Cursor::new(line);
    it.at = label;
    match &line[..label] {
        "Space:" => return once(&mut header.space, space(line)),
        "MDS nodes:" => once(&mut header.mds, mds(&mut it)),
        "CS nodes:" => once(&mut header.cs, cs(&mut it)),
        "License:" => once(&mut header.licence, licence(&mut it)),
        "Replication:" => once(&mut header.replication, replication(&mut it)),
        "FS:" => once(&mut header.fs, fs(&mut it)),
        "IO:" => once(&mut header.current, it.flows(Cursor::rate)),
        "IO total:" => once(&mut header.total, it.flows(Cursor::size)),
        "Repl IO:" => once(&mut header.copied, copied(&mut it)),
        "Sync rate:" => once(&mut header.sync, sync(&mut it)),
        "IO QDEPTH:" => once(&mut header.depth, depth(&mut it)),
        _ => None,
    }?;
    it.end()
}

fn cluster(line: &str) -> Option<(String, String)> {
    let mut it = Cursor::new(line);
    it.mark("Cluster '")?;
    let name = it.until(b"'")?;
    it.mark("':")?;
    Some((name, it.until(b"")?))
}

fn mds(it: &mut Cursor<'_>) -> Option<Mds> {
    Some(Mds {
        nodes: it.of()?,
        uptime: it.tail("epoch uptime:", b",")?,
        version: it.tail("cluster version:", b" ")?,
    })
}

fn cs(it: &mut Cursor<'_>) -> Option<Cs> {
    let nodes = it.of()?;
    it.mark("(")?;
    let mut states: Vec<(String, u64)> = Vec::new();
    loop {
        let count = it.count()?;
        let name = it.until(b",)")?;
        states
            .iter()
            .all(|(other, _)| *other != name)
            .then_some(())?;
        states.push((name, count));
        if it.mark(",").is_none() {
            break;
        }
    }
    it.mark(")")?;
    let version = it.tail("storage version:", b" ")?;
    Some(Cs {
        nodes,
        states,
        version,
    })
}

fn licence(it: &mut Cursor<'_>) -> Option<Licence> {
    let state = it.until(b"(")?;
    it.mark("(")?;
    it.mark("expiration:")?;
    it.blanks();
    let month = it.digits(0)?;
    it.mark("/")?;
    let day = it.digits(0)?;
    it.mark("/")?;
    let year = it.digits(0)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(())?;
    it.mark(",")?;
    it.mark("capacity:")?;
    let capacity = it.size()?;
    it.mark(",")?;
    it.mark("used:")?;
    let used = it.size()?;
    it.mark(")")?;
    Some(Licence {
        state,
        expires: (day, month, year),
        sizes: [capacity, used],
    })
}

fn replication(it: &mut Cursor<'_>) -> Option<[u64; 2]> {
    let normal = it.count()?;
    it.word("norm")?;
    it.mark(",")?;
    let limit = it.count()?;
    it.word("limit")?;
    Some([normal, limit])
}

fn chunks(lines: &str) -> Option<Chunks> {
    let mut it = Cursor::new(lines);
    it.mark("Chunks:")?;
    let tag = it.tag()?;
    let mut states: Vec<(String, u64, _)> = Vec::new();
    loop {
        let count = it.count()?;
        it.mark("(")?;
        let percent = it.number()?;
        it.mark("%")?;
        it.mark(")")?;
        let name = it.until(b", ")?;
        states
            .iter()
            .all(|(other, ..)| *other != name)
            .then_some(())?;
        states.push((name, count, percent));
        if it.mark(",").is_none() {
            break;
        }
    }
    it.end()?;
    Some(Chunks { tag, states })
}

fn fs(it: &mut Cursor<'_>) -> Option<Fs> {
    let size = it.size()?;
    it.word("in")?;
    let mut counts = [0; 5];
    let names = ["files", "inodes", "file maps", "chunks", "chunk replicas"];
    for (place, name) in names.into_iter().enumerate() {
        if place > 0 {
            it.mark(",")?;
        }
        counts[place] = it.count()?;
        for word in name.split(' ') {
            it.word(word)?;
        }
    }
    Some(Fs { size, counts })
}

fn copied(it: &mut Cursor<'_>) -> Option<[Size; 2]> {
    it.word("read")?;
    let read = it.rate()?;
    it.mark(",")?;
    it.word("write")?;
    it.mark(":")?;
    Some([read, it.rate()?])
}

fn sync(it: &mut Cursor<'_>) -> Option<[String; 2]> {
    let sync = it.ops()?;
    it.mark(",")?;
    it.word("datasync")?;
    it.mark("rate:")?;
    Some([sync, it.ops()?])
}

fn depth(it: &mut Cursor<'_>) -> Option<[Number; 2]> {
    let average = it.number()?;
    it.word("aver")?;
    it.mark(",")?;
    let most = it.number()?;
    it.word("max")?;
    Some([average, most])
}
