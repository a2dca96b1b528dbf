//! The report: what it says stands in its text, twice read is read the same, and what is not part of it
//! changes nothing.

use crate::{
    drawn::{Drawn, Input},
    lines::{self, COLOUR, NOISE},
    mutated,
};
use jiff::Timestamp;
use vhi_usage::{
    amount::{Amount, Capacity, SizeBase},
    cli::{caret, figures, parse_json},
    reading::BaseInForce,
    source::printed,
    vstorage::{
        bytes,
        error::ParseError,
        kept::Kept,
        report::{self, StatReport},
        space::SpaceAmounts,
        token::Size,
    },
};

const BASES: [SizeBase; 2] = [SizeBase::Binary, SizeBase::Decimal];
/// Words that a mutation puts in.
const WORDS: [&str; 14] = [
    "Cluster '",
    "':",
    "Space:",
    " of ",
    ", ",
    "TB",
    "1.44TB",
    "[OK]",
    "M ",
    "\n",
    "\r",
    "\u{1b}[",
    "free ",
    "é",
];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text, &mut Drawn::of(bytes)),
        Input::Drawn(_, mut it) => {
            let lines = lines::report(&mut it);
            let text = mutated::text(&mut it, lines, &WORDS);
            holds(&text, &mut it);
        }
    }
}

fn holds(text: &str, it: &mut Drawn<'_>) {
    let read = report::parse(text);
    assert_eq!(report::parse(text), read, "read twice");
    match &read {
        Err(error) => is_placed(text, error),
        Ok(report) => {
            is_printed_back(report);
            is_told_as_printed(text, report);
        }
    }
    for base in BASES {
        let in_bytes = bytes::read(text, base);
        match (&read, &in_bytes) {
            (Err(error), in_bytes) => assert_eq!(in_bytes.as_ref().err(), Some(error)),
            (Ok(_), Err(error)) => is_placed(text, error),
            (Ok(report), Ok((within, space))) => {
                is_in_the_text(text, report, space, base);
                is_within(report, within, base);
            }
        }
        parse_json::line("-", in_bytes.as_ref(), base);
    }
    changes_nothing(text, read.as_ref().map(bare), it);
}

/// The report without the lines that name its places.
fn bare(report: &StatReport) -> StatReport {
    StatReport {
        unread: Vec::new(),
        read: Kept::default(),
        ..report.clone()
    }
}

/// The error stands in the text, or right behind it, and can be shown there.
fn is_placed(text: &str, error: &ParseError) {
    let ParseError {
        line,
        column,
        expected,
        found,
    } = error;
    let rows: Vec<&str> = text.split('\n').collect();
    assert!((1..=rows.len() + 1).contains(line), "{error}");
    let width = rows.get(line - 1).map_or(0, |row| row.chars().count());
    assert!((1..=width + 1).contains(column), "{error}");
    assert!(
        !expected.is_empty() && !found.is_empty() && found.chars().count() <= 40,
        "{error}"
    );
    let mut shown = Vec::new();
    caret::point(&mut shown, "-", text, error).expect("memory takes everything");
    let shown = String::from_utf8(shown).expect("text goes in");
    assert!(shown.starts_with(&format!("-: {error}\n")), "{shown}");
    // no more than one line of the input is shown
    assert!(
        shown.lines().count() <= 3 + error.to_string().lines().count(),
        "{shown}"
    );
}

/// The status is as printed, and `unknown` where one of its words is.
fn is_told_as_printed(text: &str, report: &StatReport) {
    let status = &report.cluster.status;
    assert!(text.contains('\u{1b}') || text.contains(status.as_str()));
    let lower = status.to_ascii_lowercase();
    let unknown = lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "unknown");
    assert_eq!(report.cluster.is_unknown(), unknown, "{status}");
}

fn is_printed_back(report: &StatReport) {
    let printed = report.to_string();
    let again = report::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(again.unread, [], "{printed}");
    assert_eq!(bare(&again), bare(report), "{printed}");
}

/// Every size of the Space line is a word of one line of the text, and its amounts are what follows.
fn is_in_the_text(text: &str, report: &StatReport, space: &SpaceAmounts, base: SizeBase) {
    let (logical, physical) = (report.space.allocatable, report.space.free);
    let sizes = [logical.free, logical.total, physical.free, physical.total];
    if !text.contains('\u{1b}') {
        let line = text
            .split('\n')
            .find(|row| row.starts_with("Space:") && says(row, &sizes));
        assert!(line.is_some(), "{sizes:?} stand on no Space line");
    }
    for (pair, amounts) in [(logical, &space.logical), (physical, &space.physical)] {
        assert_eq!(Some(amounts.total), pair.total.amount(base));
        assert_eq!(Some(amounts.free), pair.free.amount(base));
        is_consistent(amounts);
    }
}

/// Whether the words behind `allocatable` are these sizes, found by other means than the parser's.
fn says(row: &str, sizes: &[Size; 4]) -> bool {
    let [a, b, c, d] = sizes.map(|size| size.to_string());
    // a tag holds whatever stands before its bracket is closed, the words of another line included
    let tag = row
        .split_once('[')
        .filter(|(label, _)| label.trim_end() == "Space:");
    let row = match tag {
        Some((_, tag)) => tag.split_once(']').map_or("", |(_, behind)| behind),
        None => row,
    };
    let behind = row
        .split_once("allocatable")
        .map_or("", |(_, behind)| behind);
    let words = behind
        .split([' ', '\t', ',', '\r', '\u{feff}'])
        .filter(|word| !word.is_empty());
    words.eq([&*a, "of", &*b, "free", &*c, "of", &*d])
}

fn is_consistent(Capacity { total, used, free }: &Capacity) {
    for Amount { min, bytes, max } in [total, used, free] {
        assert!(min <= bytes && bytes <= max);
    }
    let less = |all: u64, left: u64| i128::from(all) - i128::from(left);
    assert!(less(total.max, free.min) >= 0);
    assert_eq!(i128::from(used.max), less(total.max, free.min));
    assert_eq!(i128::from(used.bytes), less(total.bytes, free.bytes).max(0));
    assert_eq!(i128::from(used.min), less(total.min, free.max).max(0));
}

/// What fits the base says the same as before, and every size of it has its amount.
fn is_within(report: &StatReport, within: &StatReport, base: SizeBase) {
    assert_eq!(
        (&within.cluster, &within.space),
        (&report.cluster, &report.space)
    );
    assert!(within.license.is_none() || within.license == report.license);
    assert!(within.fs.is_none() || within.fs == report.fs);
    let lines = |it: &StatReport| it.read.iter().count() + it.unread.len();
    assert_eq!(lines(within), lines(report));
    assert!(within.unread.is_sorted_by_key(|line| line.line));
    let size_base = BaseInForce {
        base,
        configured: false,
    };
    let at = Timestamp::UNIX_EPOCH;
    let reading = printed::reading(within.clone(), at, "node1.example".to_owned(), size_base)
        .expect("the Space line was read in this base");
    let license = reading.license.expect("a licence, known or not");
    assert_eq!(license.state.is_some(), within.license.is_some());
    let rows = within
        .space_in(base)
        .map(|space| figures::rows(within, space, base));
    assert!(rows.is_ok_and(|rows| rows.len() >= 6));
}

/// Noise, carriage returns and colour.
fn changes_nothing(text: &str, read: Result<StatReport, &ParseError>, it: &mut Drawn<'_>) {
    // before the row of this number another was put in
    let same = |changed: &str, put_in: Option<usize>| match (&read, report::parse(changed)) {
        (Ok(before), Ok(after)) => assert_eq!(bare(&after), *before, "{changed:?}"),
        (Err(before), Err(after)) => {
            let line = before.line + usize::from(put_in.is_some_and(|row| before.line >= row));
            assert_eq!(
                after,
                ParseError {
                    line,
                    ..(*before).clone()
                },
                "{changed:?}"
            );
        }
        (before, after) => panic!("{before:?} has become {after:?}: {changed:?}"),
    };
    if !text.contains('\r') {
        same(&text.replace('\n', "\r\n"), None);
    }
    let mut rows: Vec<&str> = text.split('\n').collect();
    let first = usize::from(text.starts_with('\u{feff}'));
    let at = first + it.below(rows.len());
    // behind the last line without a line end noise would be a part of it
    if at < rows.len() {
        rows.insert(at, it.one_of(&NOISE));
        same(&rows.join("\n"), Some(at + 1));
    }
    if !text.contains(['\u{1b}', '\r', '\u{feff}']) {
        let (before, behind) = (it.one_of(&COLOUR), it.one_of(&COLOUR));
        let rows = text.split('\n').map(|row| match row {
            "" => String::new(),
            row => format!("{before}{row}{behind}"),
        });
        same(&rows.collect::<Vec<_>>().join("\n"), None);
    }
}
