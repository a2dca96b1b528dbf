//! The panel's compute stat: every figure is a whole number of the JSON to the last digit, and what is
//! there and no figure is told.

use crate::{
    drawn::{Drawn, Input},
    json::{VALUES, Word},
    mutated,
};
use jiff::Timestamp;
use num_bigint::BigInt;
use serde_json::Value;
use vhi_usage::source::{
    compute_stat::{figure_names, ratio_names, reading},
    stat_keys::{FIGURES, Place, RATIOS},
};

/// Words that a mutation puts in.
const WORDS: [&str; 10] = [
    "{",
    "}",
    "\"vcpus\":",
    ",",
    "null",
    "-",
    "1e3",
    ".5",
    "\\u0076",
    "\"compute\":{}",
];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text),
        Input::Drawn(_, mut it) => {
            let lines = lines(&mut it);
            holds(&mutated::text(&mut it, lines, &WORDS));
        }
    }
}

/// A stat of known and unknown keys, one a line.
pub fn lines(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = vec!["{".to_owned()];
    if it.once_in(2) {
        let time = it.one_of(&[
            "\"2020-05-01T16:16:08.120482\"",
            "\"2026-05-20T23:09:44Z\"",
            "7",
            "\"soon\"",
            "\"9999-12-31T24:00:00+99:59\"",
        ]);
        lines.push(format!("\"datetime\": {time},"));
    }
    let groups = [
        "compute", "servers", "fenced", "physical", "reserved", "volumes", "other",
    ];
    for _ in 0..1 + it.below(5) {
        let group = it.one_of(&groups);
        lines.push(format!("\"{group}\": {{"));
        let known: Vec<&str> = FIGURES
            .iter()
            .chain(RATIOS)
            .filter(|place| place.group == group)
            .flat_map(|place| place.keys.iter().copied())
            .collect();
        for _ in 0..it.below(6) {
            let key = if known.is_empty() {
                "vcpus"
            } else {
                it.one_of(&known)
            };
            let number = it.number();
            let number = it
                .one_of(&[
                    format!("{number}").as_str(),
                    &format!("{number}.0"),
                    &format!("-{number}"),
                    "",
                ])
                .to_owned();
            let value = if number.is_empty() {
                it.one_of(&VALUES).to_owned()
            } else {
                number
            };
            lines.push(format!("\"{key}\": {value},"));
        }
        lines.push("\"last\": 0},".to_owned());
    }
    lines.push("\"end\": {}}".to_owned());
    lines
}

fn holds(text: &str) {
    let Ok(stat) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let (read, odd) = reading(&stat, Timestamp::UNIX_EPOCH);
    assert_eq!(
        reading(&stat, Timestamp::UNIX_EPOCH),
        (read.clone(), odd.clone()),
        "read twice"
    );
    assert!(
        read.figures
            .iter()
            .map(|(name, _)| *name)
            .eq(figure_names())
    );
    assert!(read.ratios.iter().map(|(name, _)| *name).eq(ratio_names()));
    let [written] = Word::all_of(text)[..] else {
        unreachable!("it is one value");
    };
    for (place, (name, figure)) in FIGURES.iter().zip(&read.figures) {
        let word = word(written, place);
        match figure {
            Some(figure) => is_the_word(name, *figure, word),
            // null without a word of it only where there is nothing
            None => assert_eq!(odd.contains(name), word.is_some(), "{name}: {word:?}"),
        }
    }
    for (place, (name, ratio)) in RATIOS.iter().zip(&read.ratios) {
        let word =
            word(written, place).and_then(|word| serde_json::from_str::<Value>(word.text()).ok());
        let word = word.as_ref().and_then(Value::as_number);
        let word = word.filter(|number| number.as_f64().is_some());
        assert_eq!(ratio.as_ref(), word, "{name}");
    }
    if read.panel_time.is_some() {
        assert!(stat.get("datetime").is_some_and(Value::is_string));
    }
}

/// The figure is the number of the word to the last digit.
fn is_the_word(name: &str, figure: i64, word: Option<Word<'_>>) {
    let whole = word.and_then(Word::whole);
    assert_eq!(whole, Some(BigInt::from(figure)), "{name}: {word:?}");
}

/// The first of the keys under which something stands.
fn word<'a>(written: Word<'a>, place: &Place) -> Option<Word<'a>> {
    let group = written.get(place.group)?;
    place.keys.iter().find_map(|key| group.get(key))
}
