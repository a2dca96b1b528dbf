//! What is served to Prometheus, held to the same as the bodies.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vhi_usage::reading::Source;

use crate::answer::Judge;

/// One sample: name, labels, value.
type Sample = (String, BTreeMap<String, String>, Value);

/// Judges every figure of the page: it is the cluster's own, and what nobody read has no sample.
#[track_caller]
pub(crate) fn judge(judge: &Judge<'_>, page: &str) {
    let mut figures: BTreeMap<(String, String), Map<String, Value>> = BTreeMap::new();
    for (name, labels, value) in samples(page) {
        let of = |label: &str| labels[label].replace('.', "/");
        let name = name.strip_prefix("vhi_usage_").unwrap();
        let Some(kind) = name
            .strip_prefix("storage_")
            .and_then(|it| it.strip_suffix("bytes"))
        else {
            if ["compute_bytes", "compute_items"].contains(&name) {
                judge.is_well(&labels["quantity"], &value);
            }
            continue;
        };
        let (kind, key) = match (kind.strip_suffix("min_"), kind.strip_suffix("max_")) {
            (Some(kind), _) => (kind, "min"),
            (_, Some(kind)) => (kind, "max"),
            _ => (kind, "bytes"),
        };
        let at = match kind {
            "" => format!("/{}", of("quantity")),
            "tier_" => format!("/tiers/{}/{}", of("tier"), of("quantity")),
            "service_" => format!("/services/{}", of("service")),
            kind => panic!("{kind} in {name}"),
        };
        let figure = figures.entry((of("source"), at)).or_default();
        figure.insert(key.to_owned(), value);
    }
    for ((source, at), figure) in figures {
        let source = Source::ALL
            .into_iter()
            .find(|it| it.name() == source)
            .unwrap();
        judge.is(&at, &figure.into(), source, judge.may_be(source, &at));
    }
}

/// No word of a simulated cluster holds a comma or a quote.
fn samples(page: &str) -> impl Iterator<Item = Sample> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let (named, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = named.split_once('{').unwrap_or((named, ""));
        let pairs = labels.trim_end_matches('}').split(',');
        let labels = pairs.filter_map(|pair| pair.split_once('='));
        let labels =
            labels.map(|(label, word)| (label.to_owned(), word.trim_matches('"').to_owned()));
        let value = serde_json::from_str(value).unwrap_or(Value::Null);
        (name.to_owned(), labels.collect(), value)
    })
}
