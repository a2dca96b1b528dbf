//! A kept text read again, whatever became of it: there is no figure but that of what was printed or answered last, and
//! a text is none of two sources.

use crate::{
    drawn::{Drawn, Input},
    lines, mutated, record,
};
use jiff::Timestamp;
use serde_json::Value;
use std::fmt::Display;
use vhi_usage::{
    amount::{Amount, Capacity, SizeBase},
    cluster_name::ClusterName,
    promql::{
        frames,
        vector::{self, Answered, Vector},
    },
    reading::{BaseInForce, ComputeReading, Figure, Source, Space, StorageReading},
    source::{again, compute_stat, metric, overview_body, question::Question},
};

const AT: Timestamp = Timestamp::UNIX_EPOCH;
const NODE: &str = "node1.example";
/// Words that a mutation puts in.
const WORDS: [&str; 12] = [
    "{",
    "}",
    "]",
    ",",
    "null",
    "\\\"",
    "\"answer\":null",
    "\"source\":\"overview\"",
    "\"question\":\"total\"",
    "Cluster 'cluster1': healthy",
    "Space:",
    "\n",
];

/// What the input says holds, or a panic says what does not.
pub fn check(bytes: &[u8]) {
    match Input::of(bytes) {
        // as it came, whether it is UTF-8 or not
        Input::Text(_) => holds(bytes),
        Input::Drawn(form, mut it) => {
            let lines = drawn(form, &mut it);
            holds(&mutated::bytes(&mut it, lines, &WORDS));
        }
    }
}

fn drawn(form: u8, it: &mut Drawn<'_>) -> Vec<String> {
    match form % 5 {
        0 => lines::report(it),
        1 => record::overview(it),
        2 => record::metrics(it, Source::Prometheus),
        3 => record::metrics(it, Source::Grafana),
        _ => record::compute(it),
    }
}

fn holds(text: &[u8]) {
    let record = serde_json::from_slice::<Value>(text).ok();
    let mut read = Vec::new();
    for source in Source::ALL {
        for base in [SizeBase::Binary, SizeBase::Decimal] {
            let Ok(reading) = storage(source, Some(base), text) else {
                continue;
            };
            assert_eq!((reading.source, reading.basis), (source, source.basis()));
            match (source, &record) {
                (Source::Ssh, _) => was_printed(&reading, base, text),
                (_, None) => panic!("{}: a reading of no record", source.name()),
                (Source::Overview, Some(record)) => is_of_the_overview(&reading, record),
                (_, Some(record)) => is_of_the_series(&reading, record),
            }
            read.push(source.name());
        }
        let bare = storage(source, None, text);
        assert!(source != Source::Ssh || bare.is_err(), "{bare:?}");
    }
    let compute = || told(again::compute(AT, text));
    assert_eq!(compute(), compute(), "read twice");
    if let Ok(reading) = compute() {
        read.push(compute_stat::NAME);
        is_of_the_stat(&reading, &record.expect("a record"));
    }
    read.dedup();
    assert!(read.len() < 2, "{read:?}");
}

/// What it says as the text of this source, which is the same once more.
fn storage(source: Source, base: Option<SizeBase>, text: &[u8]) -> Result<StorageReading, String> {
    let cluster: ClusterName = record::CLUSTER.parse().expect("a name");
    let size_base = base.map(|base| BaseInForce {
        base,
        configured: true,
    });
    let read = || {
        told(again::storage(
            source,
            &cluster,
            size_base,
            Some(NODE),
            AT,
            text,
        ))
    };
    assert_eq!(read(), read(), "read twice");
    read()
}

fn told<T, E: Display>(read: Result<T, E>) -> Result<T, String> {
    read.map_err(|why| why.to_string())
}

/// Total and free are words of the text, and nothing else is more than follows from them.
fn was_printed(reading: &StorageReading, base: SizeBase, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    assert!(text.contains('\u{1b}') || text.contains(&format!("Cluster '{}'", record::CLUSTER)));
    let physical = reading.physical.expect("the Space line holds both");
    for Space { total, used, free } in [reading.logical, physical] {
        for Figure { printed, amount } in [total, free] {
            let size = printed.expect("it was printed");
            assert!(
                text.contains('\u{1b}') || text.contains(&size.to_string()),
                "{size}"
            );
            assert_eq!(size.amount(base), Some(amount), "{size}");
        }
        let left =
            Capacity::with_free(total.amount, free.amount).expect("no more free than there is");
        assert_eq!(used, Figure::derived(left.used));
    }
    assert_eq!(
        (reading.node.as_deref(), reading.observed_at),
        (Some(NODE), AT)
    );
    assert_eq!(reading.size_base.map(|it| it.base), Some(base));
}

/// The last answer to a question among these; `None` where there is none, or the last one has no body.
fn last(answers: &[Value], question: Question) -> Option<&str> {
    let asked = |it: &&Value| it["question"] == question.name();
    answers.iter().rfind(asked)?["answer"].as_str()
}

fn answers(record: &Value) -> &[Value] {
    record["answers"].as_array().expect("answers")
}

fn json(body: &str) -> Value {
    serde_json::from_str(body).expect("an answer that was read")
}

/// It is what the overview says that was answered last, beside the licence, of the cluster of the list.
fn is_of_the_overview(reading: &StorageReading, record: &Value) {
    assert_eq!(record["source"], "overview");
    let of = |question| last(answers(record), question).map(json);
    let list = of(Question::Clusters).expect("a list");
    let entries = list
        .as_array()
        .or(list["data"].as_array())
        .expect("entries");
    let ours = |it: &&Value| it["name"] == record::CLUSTER;
    assert_eq!(entries.iter().filter(ours).count(), 1);
    let overview = of(Question::Overview).expect("an overview");
    let license = of(Question::License);
    let (expected, _) = overview_body::reading(&overview, license.as_ref(), AT).expect("a reading");
    let status = entries
        .iter()
        .find(ours)
        .and_then(|it| it["status"].as_str());
    let expected = StorageReading {
        cluster_status: status.map(str::to_owned),
        ..expected
    };
    assert_eq!(reading, &expected);
}

/// Each figure is that of the only series that was answered last; what was answered before the last total is none.
fn is_of_the_series(reading: &StorageReading, record: &Value) {
    assert_eq!(record["source"], reading.source.name());
    is_space(reading.logical, record, [Question::Total, Question::Free]);
    if let Some(physical) = reading.physical {
        is_space(
            physical,
            record,
            [Question::PhysicalTotal, Question::PhysicalFree],
        );
    }
    assert_eq!((reading.user_data, &reading.license), (None, &None));
}

fn is_space(space: Space, record: &Value, [total, free]: [Question; 2]) {
    let answers = answers(record);
    let begun = answers
        .iter()
        .rposition(|it| it["question"] == total.name());
    let since = &answers[begun.expect("the question of a total")..];
    for (question, figure) in [(total, space.total), (free, space.free)] {
        let body = json(last(since, question).expect("an answer"));
        let amounts = figures(&body);
        assert!(amounts.contains(&figure.amount), "{figure:?}: {amounts:?}");
        assert_eq!(figure.printed, None);
    }
    assert_eq!(
        Some(space),
        Space::derived(space.total.amount, space.free.amount)
    );
}

/// The figure of a body in either of the two forms in which there may be one.
fn figures(body: &Value) -> Vec<Amount> {
    let vector = |read| match read {
        Ok(Answered::Vector(vector)) => Some(vector),
        _ => None,
    };
    let read: [Option<Vector>; 2] = [vector(vector::read(body)), vector(frames::read(body))];
    let one = |vector: &Vector| metric::one(vector).ok();
    read.iter().flatten().filter_map(one).collect()
}

fn is_of_the_stat(reading: &ComputeReading, record: &Value) {
    assert_eq!(record["source"], compute_stat::NAME);
    let stat = json(last(answers(record), Question::Stat).expect("a stat"));
    assert_eq!(reading, &compute_stat::reading(&stat, AT).0);
    assert!(reading.figures.iter().any(|(_, figure)| figure.is_some()));
}
