//! Noise, line ends, colour and chatter change nothing.

use crate::{bare, cases, drawn::any_report};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use vhi_usage::vstorage::report::{self, StatReport};

/// Places, and what is put there.
type Inserted = Vec<(Index, String)>;

fn noise() -> impl Strategy<Value = Inserted> {
    let line = prop_oneof![
        "connected to MDS#[0-9]{1,3}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}( [ -~é]{0,30})?",
        Just("<...>".to_string()),
        " ?\\.\\.\\. \\(rows [0-9]-[0-9] of [0-9]\\)",
    ];
    vec((any::<Index>(), line), 0..6)
}

/// What a terminal takes for itself: colour, the cursor, the title of a window.
fn colour() -> impl Strategy<Value = Inserted> {
    let code = prop_oneof![
        4 => "\u{1b}\\[[0-9;]{0,5}[mKHJ]",
        1 => "\u{1b}\\[\\?25[hl]",
        1 => "\u{1b}\\][0-2];[A-Za-z@:~ ]{0,9}(\u{7}|\u{1b}\\\\)",
    ];
    vec((any::<Index>(), code), 0..9)
}

/// What a login shell says before, and a greeting without a line end.
fn chatter() -> impl Strategy<Value = (Vec<String>, String)> {
    let line = "[A-Za-z #$:.'é]{0,30}";
    let greeting = "([A-Za-z#$][ -~é]{0,20})?";
    (vec(line, 0..4), greeting).prop_filter("names no cluster", |(lines, greeting)| {
        lines
            .iter()
            .chain([greeting])
            .all(|it| !it.contains("Cluster '"))
    })
}

/// Bytes behind which, and in the midst of which, a character of UTF-8 is not ended.
fn no_utf8() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![0x80..=0xff_u8, select(&b"\xc3\xe2\xf0\x9f\xff '{:#"[..])];
    vec(byte, 1..12).prop_filter("no UTF-8", |it| std::str::from_utf8(it).is_err())
}

/// Lines of noise that are no UTF-8, and places for them.
fn foreign_noise() -> impl Strategy<Value = Vec<(Index, Vec<u8>)>> {
    let head = select(vec![
        "connected to MDS#1",
        "2026-11-22 06:00:01.872 ",
        "<...>",
        "... (rows 1-3 of 6)",
    ]);
    let line = (head, no_utf8()).prop_map(|(head, tail)| [head.as_bytes(), &tail].concat());
    vec((any::<Index>(), line), 1..6)
}

fn with_noise(text: &str, noise: Inserted) -> String {
    let noise = noise
        .into_iter()
        .map(|(place, it)| (place, it.into_bytes()));
    String::from_utf8(with_foreign_noise(text, noise.collect())).unwrap()
}

fn with_foreign_noise(text: &str, noise: Vec<(Index, Vec<u8>)>) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = text.lines().map(|it| it.as_bytes().to_vec()).collect();
    for (place, noise) in noise {
        lines.insert(place.index(lines.len() + 1), noise);
    }
    [lines.join(&b'\n'), b"\n".to_vec()].concat()
}

/// The codes between any two characters, several of them in one place, too.
fn with_colour(text: &str, codes: Inserted) -> String {
    let mut parts: Vec<String> = text.chars().map(String::from).collect();
    for (place, code) in codes {
        parts[place.index(text.chars().count())].insert_str(0, &code);
    }
    parts.concat()
}

fn with_chatter(text: &str, (lines, greeting): (Vec<String>, String)) -> String {
    let lines: Vec<String> = lines.into_iter().map(|it| it + "\n").collect();
    format!("{}{greeting}{text}", lines.concat())
}

/// The text gives this report, and nothing in it is left over.
fn gives(text: &str, report: StatReport) -> Result<(), TestCaseError> {
    let read = match report::parse(text) {
        Ok(read) => read,
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
    };
    prop_assert_eq!(&read.unread, &[]);
    prop_assert_eq!(bare(read), report);
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn lines_of_noise_at_any_place_change_nothing_and_shift_no_place(report in any_report(), noise in noise()) {
        let text = with_noise(&report.to_string(), noise);
        let (lines, read) = (text.lines().collect::<Vec<_>>(), report::parse(&text).unwrap().read);
        for it in read.iter() {
            prop_assert_eq!(lines[it.line - 1], &it.text);
        }
        // every line that says something, and no other
        let read: Vec<String> = read.iter().map(|it| it.text.into_owned()).collect();
        let said: Vec<String> = report.to_string().lines().map(String::from).filter(|it| !it.is_empty()).collect();
        prop_assert_eq!(read, said);
        gives(&text, report)?;
    }

    #[test]
    fn noise_that_is_no_utf_8_changes_nothing(
        report in any_report(),
        noise in foreign_noise(),
        (before, greeting) in (vec(no_utf8(), 0..3), option::of(no_utf8())),
    ) {
        let mut bytes: Vec<u8> = before.into_iter().flat_map(|it| [it, b"\n".to_vec()].concat()).collect();
        let text = report.to_string();
        match greeting {
            // a greeting has no line end: what follows is the first line
            Some(greeting) => {
                let (first, others) = text.split_once('\n').unwrap();
                bytes.extend([&b"welcome "[..], &greeting, first.as_bytes(), b"\n"].concat());
                bytes.extend(with_foreign_noise(others, noise));
            }
            None => bytes.extend(with_foreign_noise(&text, noise)),
        }
        // as the source does with what a node sends
        gives(&String::from_utf8_lossy(&bytes), report)?;
    }

    #[test]
    fn cr_lf_and_a_byte_order_mark_change_nothing(report in any_report(), mark in any::<bool>()) {
        let mark = if mark { "\u{feff}" } else { "" };
        let text = report.to_string().replace('\n', "\r\n");
        gives(&format!("{mark}{text}"), report)?;
    }

    #[test]
    fn colour_at_any_place_changes_nothing(report in any_report(), codes in colour()) {
        gives(&with_colour(&report.to_string(), codes), report)?;
    }

    #[test]
    fn chatter_and_a_greeting_without_a_line_end_change_nothing(report in any_report(), chatter in chatter()) {
        gives(&with_chatter(&report.to_string(), chatter), report)?;
    }

    #[test]
    fn all_of_that_together_changes_nothing(
        report in any_report(),
        (noise, codes, chatter) in (noise(), colour(), chatter()),
        (crlf, mark) in any::<(bool, bool)>(),
    ) {
        let text = with_chatter(&report.to_string(), chatter);
        // a line of noise is one of its own, and no greeting
        let (before, behind) = text.split_at(text.find("Cluster '").unwrap());
        let text = format!("{before}{}", with_noise(behind, noise));
        let text = with_colour(&text, codes);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let mark = if mark { "\u{feff}" } else { "" };
        gives(&format!("{mark}{text}"), report)?;
    }
}
