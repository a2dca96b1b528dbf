//! Answers of Prometheus and of Grafana, from bytes to amounts: every figure is a whole number of the
//! answer to the last digit, and what is none is told by its own reason.

use crate::{
    drawn::{Drawn, Input},
    exact::{Exact, is_number},
    json::{self, Word},
    mutated,
    series::{self, Written},
};
use jiff::Timestamp;
use num_bigint::BigInt;
use serde_json::Value;
use std::collections::BTreeSet;
use vhi_usage::{
    amount::Amount,
    promql::{
        frames,
        vector::{self, Answered, Vector},
    },
    source::metric::{Unfit, by_tier, moment, one},
};

/// Words that a mutation puts in.
const WORDS: [&str; 9] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "\"NaN\"",
    "\"warnings\":[\"\"],",
    "\"error\":\"timeout: \",",
];
/// Values that are no count of bytes, and moments.
const VALUES: [&str; 12] = [
    "NaN",
    "+Inf",
    "-Inf",
    "",
    "-1",
    "0.5",
    "1e300",
    "1768464000.123",
    "1.768464000123e+09",
    "5.",
    "+7",
    "18446744073709551615",
];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        Input::Text(text) => holds(&text),
        Input::Drawn(form, mut it) => {
            let lines = match form % 2 {
                0 => vector_lines(&mut it),
                _ => frames_lines(&mut it),
            };
            holds(&mutated::text(&mut it, lines, &WORDS));
        }
    }
}

/// The value of a series as a float is printed, as a number is written, or something else.
fn value(it: &mut Drawn<'_>) -> String {
    let number = it.number();
    match it.below(8) {
        0..3 => float(number).to_string(),
        3 => format!("{:e}", float(number)),
        4 => {
            let power = 1_u64 << it.below(64);
            float(power.wrapping_add(number % 4096)).to_string()
        }
        5 => json::count(it, number).trim_matches('"').to_owned(),
        6 => number.to_string(),
        _ => it.one_of(&VALUES).to_owned(),
    }
}

/// The double that is nearest to a count.
#[expect(clippy::cast_precision_loss, reason = "that is what is looked at")]
fn float(count: u64) -> f64 {
    count as f64
}

fn labels(it: &mut Drawn<'_>) -> String {
    match it.below(6) {
        5 => it
            .one_of(&["{}", "{\"tier\": 0}", "{\"cloud\": \"\"}", "null"])
            .to_owned(),
        _ => format!("{{\"tier\": \"{}\"}}", it.below(12)),
    }
}

/// An answer of Prometheus, one series a line.
fn vector_lines(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = vec!["{\"status\": \"success\",".to_owned()];
    if it.once_in(6) {
        let warnings = it.one_of(&["[]", "null", "[\"a store\"]", "{}"]);
        lines.push(format!("\"warnings\": {warnings},"));
    }
    lines.push("\"data\": {\"resultType\": \"vector\", \"result\": [".to_owned());
    let many = it.below(4);
    for at in 0..many {
        let (labels, value) = (labels(it), value(it));
        let comma = if at + 1 < many { "," } else { "" };
        lines.push(format!(
            "{{\"metric\": {labels}, \"value\": [1768464000.123, \"{value}\"]}}{comma}"
        ));
    }
    lines.push("]}}".to_owned());
    lines
}

/// An answer of Grafana, one part of a frame a line.
fn frames_lines(it: &mut Drawn<'_>) -> Vec<String> {
    let mut lines = vec!["{\"results\": {\"A\": {\"status\": 200, \"frames\": [".to_owned()];
    let many = it.below(4);
    for at in 0..many {
        let (labels, value) = (labels(it), value(it));
        let word = match is_number(&value) && !value.starts_with("00") {
            true => value,
            false => "null".to_owned(),
        };
        let severity = match it.below(6) {
            4 => "{\"notices\": [{\"severity\": \"info\"}]}",
            5 => "{\"notices\": [{\"severity\": \"warning\"}]}",
            _ => "null",
        };
        let kind = it.one_of(&["number", "number", "number", "string"]);
        lines.push(format!(
            "{{\"schema\": {{\"meta\": {severity}, \"fields\": ["
        ));
        lines.push("{\"name\": \"Time\", \"type\": \"time\"},".to_owned());
        lines.push(format!(
            "{{\"type\": \"{kind}\", \"labels\": {labels}}}]}},"
        ));
        let entities = it.one_of(&["NaN", "Inf", "NegInf", "Other"]);
        lines.push(format!(
            "\"data\": {{\"entities\": [null, {{\"{entities}\": [0]}}],"
        ));
        let rows = match it.below(8) {
            6 => "[[], []]".to_owned(),
            7 => format!("[[1, 2], [{word}, {word}]]"),
            _ => format!("[[1768464000123], [{word}]]"),
        };
        let comma = if at + 1 < many { "," } else { "" };
        lines.push(format!("\"values\": {rows}}}}}{comma}"));
    }
    lines.push("]}}}".to_owned());
    lines
}

fn holds(text: &str) {
    let Ok(answer) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let [word] = Word::all_of(text)[..] else {
        unreachable!("it is one value");
    };
    is_read(vector::read, &answer, series::of_vector(word));
    is_read(frames::read, &answer, series::of_frames(word));
}

fn is_read(
    read: fn(&Value) -> Result<Answered, &'static str>,
    answer: &Value,
    written: Option<Written>,
) {
    assert_eq!(read(answer), read(answer), "read twice");
    let vector = match read(answer) {
        Ok(Answered::Vector(vector)) => vector,
        none => return assert_eq!(written, None, "{none:?}"),
    };
    let samples = vector.samples.iter();
    let samples = samples.map(|sample| (sample.labels.clone(), sample.value.clone()));
    let series = samples.collect();
    let warned = vector.warned;
    assert_eq!(Some(Written { series, warned }), written);
    is_one(&vector);
    are_tiers(&vector);
}

/// One figure and one moment, of one series.
fn is_one(vector: &Vector) {
    let (figure, at) = (one(vector), moment(vector));
    let none = match vector.samples.as_slice() {
        _ if vector.warned => Unfit::Warned,
        [] => Unfit::Empty,
        [sample] => {
            is_figure(&sample.value, figure);
            assert_eq!(at.ok(), second(&sample.value), "{:?}", sample.value);
            return;
        }
        _ => Unfit::Several,
    };
    assert_eq!((figure, at), (Err(none), Err(none)));
}

/// All tiers or none, each once and in order, with its own figure.
fn are_tiers(vector: &Vector) {
    let tier = |at: usize| vector.samples[at].labels.get("tier");
    let tiers: BTreeSet<_> = (0..vector.samples.len()).map(tier).collect();
    let shares = match by_tier(vector) {
        Ok(shares) => shares,
        Err(why) => {
            let fit = vector.samples.iter().all(|sample| {
                let value = [sample.clone()].to_vec();
                let (samples, warned) = (value, vector.warned);
                one(&Vector { samples, warned }).is_ok()
            });
            let once = tiers.len() == vector.samples.len();
            assert!(!fit || !once || vector.samples.is_empty(), "{why}");
            return;
        }
    };
    assert!(!vector.warned && !shares.is_empty());
    assert_eq!(
        (shares.len(), tiers.len()),
        (vector.samples.len(), shares.len())
    );
    assert!(shares.is_sorted_by_key(|(tier, _)| tier.as_ref().map(|it| (it.len(), it.clone()))));
    for (tier, amount) in &shares {
        let mut samples = vector.samples.iter();
        let sample = samples.find(|sample| sample.labels.get("tier") == tier.as_ref());
        is_figure(&sample.expect("a tier of the answer").value, Ok(*amount));
    }
}

/// What is read of a value is what it says, or why it is no figure.
fn is_figure(value: &str, read: Result<Amount, Unfit>) {
    if !is_number(value) {
        match (value, read) {
            ("NaN", read) => assert_eq!(read, Err(Unfit::NotANumber)),
            ("Inf" | "+Inf" | "-Inf", read) => assert_eq!(read, Err(Unfit::Infinite)),
            (value, read) => assert!(read.is_err(), "{read:?} of {value:?}"),
        }
        return;
    }
    let Some(number) = Exact::of(value) else {
        assert!(read.is_err(), "{read:?} of {value:?}");
        return;
    };
    let expected = match number.whole() {
        _ if number.digits < BigInt::ZERO => Err(Unfit::Negative),
        None => Err(Unfit::Fraction),
        Some(whole) => u64::try_from(whole).map_err(|_| Unfit::TooLarge),
    };
    match (expected, read) {
        (Ok(bytes), Ok(amount)) => stands_for(value, bytes, amount),
        // the greatest of its interval is beyond 64 bits
        (Ok(bytes), Err(Unfit::TooLarge)) => assert!(bytes > u64::MAX - 4096, "{value}"),
        (expected, read) => assert_eq!(read.err(), expected.err(), "{value}"),
    }
}

/// The interval holds every count whose double is that of the value, and hardly any other.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole and positive"
)]
fn stands_for(value: &str, bytes: u64, amount: Amount) {
    assert_eq!(amount.bytes, bytes, "{value}");
    if bytes < 1 << 53 {
        return assert_eq!(amount, Amount::exact(bytes), "{value}");
    }
    let double: f64 = value.parse().expect("a number");
    let [before, at, next] = [double.next_down(), double, double.next_up()].map(|it| it as u128);
    let (least, greatest) = ((before + at).div_ceil(2), (at + next) / 2);
    let [min, max] = [amount.min, amount.max].map(u128::from);
    assert!(
        min <= least && greatest.min(u64::MAX.into()) <= max,
        "{value}: {amount:?}"
    );
    assert!(max - min <= 4 * (next - at), "{value}: {amount:?}");
}

/// The moment that a value is in seconds, if it is one to the nanosecond.
fn second(value: &str) -> Option<Timestamp> {
    let mut number = Exact::of(value)?;
    number.decimals -= 9;
    let nanoseconds = i128::try_from(number.whole()?).ok()?;
    Timestamp::from_nanosecond(nanoseconds).ok()
}
