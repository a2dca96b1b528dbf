//! A text that was damaged gives an error, the same figures, or others that stand in it whole: never a figure
//! from half a line, and never a panic.

use crate::{
    BASES, HEADER, bare, cases,
    drawn::{any_report, head, texts},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use vhi_usage::vstorage::{
    error::ParseError,
    report::{self, StatReport},
};

const CLUSTER: &str = "Cluster '";

/// What becomes of the byte at a place.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Replaced(u8),
    Deleted,
    Inserted(u8),
    /// It and as many behind it.
    Lost(usize),
}

fn damage() -> impl Strategy<Value = (Index, Damage)> {
    let byte = || {
        prop_oneof![
            any::<u8>(),
            select(&b" \n\r\t,.:'[]()%/0159BKMGTPEacdhm\x1b"[..])
        ]
    };
    let damage = prop_oneof![
        byte().prop_map(Damage::Replaced),
        Just(Damage::Deleted),
        byte().prop_map(Damage::Inserted),
    ];
    (any::<Index>(), damage)
}

/// Of a long report most damages miss the two lines that count.
fn any_or_head() -> impl Strategy<Value = StatReport> {
    prop_oneof![any_report(), head()]
}

fn damaged(bytes: &mut Vec<u8>, place: usize, damage: Damage) {
    match damage {
        Damage::Replaced(byte) => bytes[place] = byte,
        Damage::Deleted => drop(bytes.remove(place)),
        Damage::Inserted(byte) => bytes.insert(place, byte),
        Damage::Lost(more) => drop(bytes.drain(place..bytes.len().min(place + more + 1))),
    }
}

/// The lines of a report, each by its label and as its page shows it. Without tables.
fn lines(report: &StatReport) -> Vec<(&'static str, String)> {
    let StatReport {
        cluster,
        space,
        mds,
        cs,
        license,
        replication,
        chunks,
        fs,
        io,
        ..
    } = report;
    let lines = [
        (CLUSTER, Some(texts::cluster(cluster))),
        ("Space:", Some(texts::space(space))),
        ("MDS nodes:", mds.as_ref().map(texts::mds_nodes)),
        ("CS nodes:", cs.as_ref().map(texts::cs_nodes)),
        ("License:", license.as_ref().map(texts::license)),
        ("Replication:", replication.as_ref().map(texts::replication)),
        ("Chunks:", chunks.as_ref().map(texts::chunks)),
        ("FS:", fs.as_ref().map(texts::fs)),
        ("IO:", io.current.as_ref().map(texts::current)),
        ("IO total:", io.total.as_ref().map(texts::total)),
        ("Repl IO:", io.replication.as_ref().map(texts::repl_io)),
        ("Sync rate:", io.sync.as_ref().map(texts::sync)),
        (
            "IO QDEPTH:",
            io.queue_depth.as_ref().map(texts::queue_depth),
        ),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(label, line)| Some((label, line?)));
    lines.collect()
}

/// The first line that begins so, with the continuations of `Chunks:`; found by other means than the
/// parser's. What stands before the `Cluster` line on its line is chatter, where no line begins with it.
fn line_of(text: &str, label: &str) -> String {
    let lines = || {
        text.split('\n')
            .map(|it| it.strip_suffix('\r').unwrap_or(it))
    };
    let mut lines_from = lines().skip_while(|it| !it.starts_with(label));
    let behind_chatter = || lines().find_map(|it| it.rfind(label).map(|at| &it[at..]));
    let mut line = match lines_from.next() {
        None if label == CLUSTER => behind_chatter().unwrap_or("").to_string(),
        line => line.unwrap_or("").to_string(),
    };
    if label == "Chunks:" {
        let is_header = |it: &str| it.trim().starts_with("MDSID") || it.trim().starts_with("CSID");
        for it in lines_from.take_while(|it| it.starts_with([' ', '\t']) && !is_header(it)) {
            line = [&line, it].join(" ");
        }
    }
    line
}

/// What stands in the brackets behind the label, to the letter.
fn tag<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let behind = line.strip_prefix(label)?.trim_start_matches([' ', '\t']);
    Some(behind.strip_prefix('[')?.split_once(']')?.0)
}

/// Name and status of the `Cluster` line, to the letter.
fn name_and_status(line: &str) -> Option<(&str, &str)> {
    let (name, status) = line.strip_prefix(CLUSTER)?.split_once("':")?;
    Some((name, status.trim_start_matches([' ', '\t']).trim_end()))
}

/// The words behind the tag, if there is one; a whole number without the zeros before it.
fn words(line: &str) -> Vec<&str> {
    let behind = line.rsplit_once(']').map_or(line, |(_, it)| it);
    let words = behind
        .split(|c: char| c.is_whitespace() || ",:()%".contains(c))
        .filter(|it| !it.is_empty());
    let is_count = |it: &str| it.bytes().all(|c| c.is_ascii_digit());
    let zeros = |it: &str| it.len() - it.trim_start_matches('0').len();
    let bare = |it: &'_ str| {
        if is_count(it) {
            zeros(it).min(it.len() - 1)
        } else {
            0
        }
    };
    words.map(|it| &it[bare(it)..]).collect()
}

/// Every figure of the report is a word of the line that it is read from, and no word of the line is left out.
fn stand_in(text: &str, report: &StatReport) -> Result<(), TestCaseError> {
    for (label, line) in lines(report) {
        let found = line_of(text, label);
        prop_assert!(found.starts_with(label), "no {} in {}", label, text);
        if label == CLUSTER {
            let read = (&*report.cluster.name, &*report.cluster.status);
            prop_assert_eq!(name_and_status(&found), Some(read));
            continue;
        }
        prop_assert_eq!(tag(&found, label), tag(&line, label));
        prop_assert_eq!(words(&found), words(&line));
    }
    for table in report.mds_table.iter().chain(&report.cs_table) {
        for row in texts::table(table).lines().skip(1) {
            let stands = text.split('\n').any(|it| words(it) == words(row));
            prop_assert!(stands, "no {} in {}", row, text);
        }
    }
    Ok(())
}

/// The error says what stands at its place.
fn names_a_place(error: &ParseError, text: &str) -> Result<(), TestCaseError> {
    let ParseError {
        line,
        column,
        expected,
        found,
    } = error;
    prop_assert!(
        *line >= 1 && *column >= 1 && !expected.is_empty(),
        "{}",
        error
    );
    let place = text.split('\n').nth(line - 1).unwrap_or("");
    let behind: String = place.chars().skip(column - 1).collect();
    let words: Vec<&str> = behind.split_whitespace().take(2).collect();
    let words: String = words.join(" ").chars().take(40).collect();
    match &**found {
        "the end of the text" => {
            prop_assert!(*line > text.split_terminator('\n').count(), "{}", error)
        }
        // columns are counted without colour
        _ if place.contains('\u{1b}') => {}
        "the end of the line" => prop_assert_eq!(words, ""),
        found => prop_assert_eq!(words, found),
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn one_damaged_byte_gives_an_error_or_figures_that_stand_in_the_text_whole(
        report in any_or_head(),
        (place, damage) in damage(),
    ) {
        let mut bytes = report.to_string().into_bytes();
        let place = place.index(bytes.len());
        damaged(&mut bytes, place, damage);
        let text = String::from_utf8_lossy(&bytes);
        match report::parse(&text) {
            Ok(read) => stand_in(&text, &read)?,
            Err(error) => names_a_place(&error, &text)?,
        }
    }

    #[test]
    fn one_damaged_byte_costs_its_line_and_the_next_and_nothing_else(
        report in any_report(),
        (place, damage) in damage(),
    ) {
        let text = report.to_string();
        let mut bytes = text.clone().into_bytes();
        let place = place.index(bytes.len());
        let line = text.bytes().take(place).filter(|it| *it == b'\n').count();
        damaged(&mut bytes, place, damage);
        let damaged = String::from_utf8_lossy(&bytes);
        let Ok(read) = report::parse(&damaged) else {
            prop_assert!(line < 2, "line {} costs the report", line + 1);
            return Ok(());
        };
        let (before, after) = (lines(&report), lines(&read));
        for (label, whole) in before {
            let first = text.lines().position(|it| it.starts_with(label)).unwrap();
            let last = first + whole.matches('\n').count();
            // what begins with a blank belongs to the chunks
            let touched = first..=last + usize::from(label == "Chunks:");
            if !touched.contains(&line) && !touched.contains(&(line + 1)) {
                prop_assert!(after.contains(&(label, whole)), "{} is lost", label);
            }
        }
    }

    #[test]
    fn several_damages_give_no_figure_that_does_not_stand_in_the_text(
        report in any_or_head(),
        damages in vec(prop_oneof![
            4 => damage(),
            1 => (any::<Index>(), (0..60_usize).prop_map(Damage::Lost)),
        ], 2..5),
    ) {
        let mut bytes = report.to_string().into_bytes();
        for (place, damage) in damages {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            damaged(&mut bytes, place, damage);
        }
        let text = String::from_utf8_lossy(&bytes);
        match report::parse(&text) {
            // two of them may make a colour, in the midst of a word
            Ok(_) if text.contains('\u{1b}') => {}
            Ok(read) => stand_in(&text, &read)?,
            Err(error) => names_a_place(&error, &text)?,
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), lines in "(.|\n|\r\n|\u{1b}\\[){0,200}") {
        for text in [text, lines] {
            let below = format!("{HEADER}{}", text.replace("Space:", ""));
            for text in [text.clone(), format!("{text}\n{HEADER}"), below.clone()] {
                match report::parse(&text) {
                    Ok(read) => for base in BASES {
                        prop_assert!(read.space_in(base).is_ok());
                        prop_assert_eq!(&bare(read.clone().within(base)).space, &read.space);
                    },
                    Err(error) => names_a_place(&error, &text)?,
                }
            }
            prop_assert!(text.contains("Cluster '") || report::parse(&below).is_ok());
        }
    }
}
