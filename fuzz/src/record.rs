//! Records of what a source was asked and answered, drawn: mostly whole, one answer a line.

use crate::{
    drawn::Drawn,
    json::{Word, count},
    mutated, overview, panel_stat,
};
use serde_json::{Value, json};
use vhi_usage::{
    reading::Source,
    source::{
        compute_stat,
        metric_answers::{OF_FREE, OF_TOTAL, Questions},
        question::Question,
    },
};

/// The cluster that is asked for.
pub const CLUSTER: &str = "cluster1";

const OF_PHYSICAL_TOTAL: [Question; 3] = [
    Question::PhysicalTotal,
    Question::PhysicalTotalOldest,
    Question::PhysicalTotalNewest,
];
const OF_PHYSICAL_FREE: [Question; 3] = [
    Question::PhysicalFree,
    Question::PhysicalFreeOldest,
    Question::PhysicalFreeNewest,
];
/// Words that a mutation puts into an answer.
const WORDS: [&str; 6] = ["{", "}", ",", "null", "-", "\"id\":2,"];

/// The panel's list, its overview, and mostly the licence.
pub fn overview(it: &mut Drawn<'_>) -> Vec<String> {
    let entry = it.one_of(&[
        "{\"id\": 1, \"name\": \"cluster1\", \"status\": \"healthy\"}",
        "{\"id\": 1, \"name\": \"cluster1\"}",
        "{\"id\": 1, \"name\": \"cluster1\", \"status\": \"unknown\"}",
        "{\"id\": 2, \"name\": \"cluster1\"}",
        "{\"id\": 1, \"name\": \"another\"}",
    ]);
    let list = match it.below(4) {
        0 => format!("[{entry}]"),
        1 => format!("{{\"data\": [{entry}]}}"),
        2 => format!("[{{\"id\": 7, \"name\": \"b\"}}, {entry}]"),
        _ => format!("[{entry}, {entry}]"),
    };
    let lines = overview::lines(it);
    let text = mutated::text(it, lines, &WORDS);
    let words = Word::all_of(&text);
    let body = |at: usize| words.get(at).map(|word| word.text());
    let mut answers = vec![
        answer(Question::Clusters, "/api/v2/clusters", Some(&list)),
        answer(Question::Overview, "/api/v2/overview/1", body(0)),
    ];
    if !it.once_in(4) {
        answers.push(answer(Question::License, "/api/v2/license", body(1)));
    }
    record(it, Source::Overview.name(), answers)
}

/// The sums, tiers and moments of both sides, and now and then what is on the disks.
pub fn metrics(it: &mut Drawn<'_>, source: Source) -> Vec<String> {
    let tiers: Vec<[u64; 2]> = (0..1 + it.below(3))
        .map(|_| {
            let [one, other] = [it.number() >> 4, it.number() >> 4];
            [one.max(other), one.min(other)]
        })
        .collect();
    let mut answers = Vec::new();
    for _ in 0..1 + it.below(2) {
        for (at, questions) in [OF_TOTAL, OF_FREE].into_iter().enumerate() {
            let shares: Vec<u64> = tiers.iter().map(|tier| tier[at]).collect();
            side(it, source, questions, &shares, &mut answers);
        }
    }
    if it.once_in(2) {
        let [one, other] = [it.number(), it.number()];
        for (figure, [sum, moments @ ..]) in [
            (one.max(other), OF_PHYSICAL_TOTAL),
            (one.min(other), OF_PHYSICAL_FREE),
        ] {
            let value = count(it, figure);
            answers.push(series(it, source, sum, &[("{}".to_owned(), value)]));
            for moment in moments {
                answers.push(taken(it, source, moment));
            }
        }
    }
    record(it, source.name(), answers)
}

fn side(
    it: &mut Drawn<'_>,
    source: Source,
    [sum, tiers, moments @ ..]: Questions,
    shares: &[u64],
    answers: &mut Vec<String>,
) {
    let total: u64 = shares.iter().sum();
    let other = it.once_in(12);
    let value = match other {
        true => count(it, total),
        false => total.to_string(),
    };
    answers.push(series(it, source, sum, &[("{}".to_owned(), value)]));
    let label = |at: usize| format!("{{\"tier\": \"{at}\"}}");
    let shares = shares.iter().enumerate();
    let shares: Vec<_> = shares.map(|(at, it)| (label(at), it.to_string())).collect();
    answers.push(series(it, source, tiers, &shares));
    for moment in moments {
        answers.push(taken(it, source, moment));
    }
}

fn taken(it: &mut Drawn<'_>, source: Source, question: Question) -> String {
    let at = match it.once_in(16) {
        true => "1768464001",
        false => "1768464000.123",
    };
    series(it, source, question, &[("{}".to_owned(), at.to_owned())])
}

/// What Prometheus answers to a query, or Grafana, of series with their labels and values.
fn series(
    it: &mut Drawn<'_>,
    source: Source,
    question: Question,
    series: &[(String, String)],
) -> String {
    let framed = source == Source::Grafana && !it.once_in(4);
    let each = series.iter().map(|(labels, value)| match framed {
        true => format!(
            "{{\"schema\": {{\"fields\": [{{\"type\": \"time\"}}, {{\"type\": \"number\", \"labels\": {labels}}}]}}, \
             \"data\": {{\"values\": [[1768464000123], [{value}]]}}}}"
        ),
        false => format!("{{\"metric\": {labels}, \"value\": [1768464000.123, \"{value}\"]}}"),
    });
    let each: Vec<String> = each.collect();
    let (asked, body) = match framed {
        true => (
            "/api/ds/query {}",
            format!(
                "{{\"results\": {{\"A\": {{\"frames\": [{}]}}}}}}",
                each.join(",")
            ),
        ),
        false => (
            "/api/v1/query?query=a",
            format!(
                "{{\"status\": \"success\", \"data\": {{\"resultType\": \"vector\", \"result\": [{}]}}}}",
                each.join(",")
            ),
        ),
    };
    match it.once_in(24) {
        true => answer(question, asked, None),
        false => answer(question, asked, Some(&body)),
    }
}

/// The panel's compute stat.
pub fn compute(it: &mut Drawn<'_>) -> Vec<String> {
    let lines = panel_stat::lines(it);
    let body = mutated::text(it, lines, &WORDS);
    let answers = vec![answer(
        Question::Stat,
        "/api/v2/compute/cluster/stat",
        Some(&body),
    )];
    record(it, compute_stat::NAME, answers)
}

fn answer(question: Question, asked: &str, body: Option<&str>) -> String {
    json!({"answer": body, "asked": asked, "question": question.name()}).to_string()
}

/// With an answer that is none at its head, so that each line behind it can be lost, moved or doubled.
fn record(it: &mut Drawn<'_>, source: &str, answers: Vec<String>) -> Vec<String> {
    let none = answer(Question::Clusters, "/", None);
    let mut lines = vec![format!("{{\"answers\":[{none}")];
    lines.extend(answers.into_iter().map(|answer| format!(",{answer}")));
    let source = match it.once_in(16) {
        true => "another",
        false => source,
    };
    lines.push(format!("],\"source\":{}}}", Value::from(source)));
    lines
}
