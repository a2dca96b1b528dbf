//! The part of the byte scanner that reads tables, and knows the noise between the lines.

use crate::figures::Table;
use std::ops::Range;

/// Which table is open.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Mds,
    Cs,
}

/// The table that begins with this line, if one does.
pub(crate) fn headed(line: &str) -> Option<(Kind, Table)> {
    let line = line.trim_ascii_start();
    let kind = match line.as_bytes() {
        [b'M', b'D', b'S', b'I', b'D', b' ', ..] => Kind::Mds,
        [b'C', b'S', b'I', b'D', b' ', ..] => Kind::Cs,
        _ => return None,
    };
    let columns: Vec<String> = line.split_ascii_whitespace().map(str::to_owned).collect();
    let mut names = columns.clone();
    names.sort_unstable();
    names.dedup();
    let table = Table {
        cells: Vec::new(),
        masters: Vec::new(),
        columns,
    };
    (names.len() == table.columns.len()).then_some((kind, table))
}

/// Adds the cells of a line that begins at `start` of the text.
pub(crate) fn row(table: &mut Table, line: &str, start: usize) -> Option<()> {
    let bytes = line.as_bytes();
    let (before, columns) = (table.cells.len(), table.columns.len());
    let mut at = 0;
    let mut master = false;
    while let Some(word) = next_word(bytes, at) {
        at = word.end;
        if table.cells.len() == before {
            let first = &bytes[word.clone()];
            if first == b"M" && !master && table.columns[0] == "MDSID" {
                master = true;
                continue;
            }
            first.iter().all(u8::is_ascii_digit).then_some(())?;
        }
        table.cells.push(start + word.start..start + word.end);
    }
    if table.cells.len() == before + columns + 1 {
        let place = before + table.columns.iter().position(|it| it == "UPTIME")?;
        let second = table.cells.get(place + 1)?.clone();
        let first = table.cells[place].clone();
        for part in [&first, &second] {
            let (letter, number) = bytes[part.start - start..part.end - start].split_last()?;
            let is_part = b"dhms".contains(letter) && !number.is_empty();
            (is_part && number.iter().all(u8::is_ascii_digit)).then_some(())?;
        }
        table.cells[place] = first.start..second.end;
        table.cells.remove(place + 1);
    }
    if table.cells.len() + 1 == before + columns && table.columns[columns - 1] == "FLAGS" {
        table.cells.push(start..start);
    }
    table.masters.push(master);
    (table.cells.len() == before + columns).then_some(())
}

fn next_word(line: &[u8], mut at: usize) -> Option<Range<usize>> {
    while is_blank(*line.get(at)?) {
        at += 1;
    }
    let start = at;
    while line.get(at).is_some_and(|it| !is_blank(*it)) {
        at += 1;
    }
    Some(start..at)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Chatter of the tool and of its library.
pub(crate) fn is_noise(line: &str) -> bool {
    match line.as_bytes() {
        [b'c', ..] => line.starts_with("connected to MDS#"),
        [b'<', ..] => line.starts_with("<...>"),
        [b'.', ..] => line.starts_with("..."),
        [b'0'..=b'9', _, _, _, b'-', rest @ ..] => {
            let shape = b"00-00 00:00:00.000";
            rest.len() >= shape.len()
                && rest.iter().zip(shape).all(|(it, shape)| match shape {
                    b'0' => it.is_ascii_digit(),
                    _ => it == shape,
                })
        }
        _ => false,
    }
}
