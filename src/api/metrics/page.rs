//! The page that is scraped: samples under the names of their metrics.
//!
//! ```text
//! # HELP vhi_usage_storage_bytes …
//! # TYPE vhi_usage_storage_bytes gauge
//! vhi_usage_storage_bytes{cluster="cluster1",source="ssh",quantity="logical.total"} 63002016271565
//! ```
//!
//! What is not known has no sample. The format has 64-bit floats and nothing else, so integers above 2^53 lose
//! their last digits here, and here alone.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use prometheus::{
    TextEncoder,
    proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use crate::{
    headroom::Hundredths,
    stage::{BOUNDS, Record},
};

/// A metric: its name, and what it says.
pub type Named = (&'static str, &'static str);
/// Labels and their values.
pub type Labels<'a> = [(&'a str, &'a str)];

/// Everything of one scrape.
#[derive(Debug, Default)]
pub struct Page(BTreeMap<&'static str, MetricFamily>);

impl Page {
    /// A value as it is now; none, where it is not known or no number. What is beyond any share is infinite.
    pub fn gauge(&mut self, named: Named, labels: &Labels<'_>, value: impl Into<Option<f64>>) {
        let Some(value) = value.into().filter(|value| !value.is_nan()) else {
            return;
        };
        let mut gauge = Gauge::default();
        gauge.set_value(value);
        let mut metric = Metric::default();
        metric.set_gauge(gauge);
        self.add(named, MetricType::GAUGE, labels, metric);
    }

    /// One of several words: 1 for the one that holds, 0 for each of the others.
    pub fn choice(
        &mut self,
        named: Named,
        labels: &Labels<'_>,
        (label, words): (&str, &[&str]),
        holds: &str,
    ) {
        for word in words {
            let labels = [labels, &[(label, word)]].concat();
            self.gauge(named, &labels, f64::from(*word == holds));
        }
    }

    /// How often something has happened.
    pub fn counter(&mut self, named: Named, labels: &Labels<'_>, count: u64) {
        let mut counter = Counter::default();
        counter.set_value(whole(count));
        let mut metric = Metric::default();
        metric.set_counter(counter);
        self.add(named, MetricType::COUNTER, labels, metric);
    }

    /// How long the attempts of a stage took.
    pub fn durations(&mut self, named: Named, labels: &Labels<'_>, record: &Record) {
        let buckets = BOUNDS.into_iter().zip(record.within);
        let buckets = buckets.map(|(bound, count)| {
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(seconds(Duration::from_millis(bound)));
            bucket.set_cumulative_count(count);
            bucket
        });
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_sum(seconds(record.took));
        histogram.set_sample_count(record.ended);
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        self.add(named, MetricType::HISTOGRAM, labels, metric);
    }

    fn add(
        &mut self,
        (name, help): Named,
        kind: MetricType,
        labels: &Labels<'_>,
        mut metric: Metric,
    ) {
        let family = self.0.entry(name).or_insert_with(|| {
            let mut family = MetricFamily::default();
            family.set_name(name.to_owned());
            family.set_help(help.to_owned());
            family.set_field_type(kind);
            family
        });
        metric.set_label(labels.iter().map(|label| pair(*label)).collect());
        family.mut_metric().push(metric);
    }

    /// The page as text.
    pub fn text(self) -> String {
        let families: Vec<MetricFamily> = self.0.into_values().collect();
        let mut text = String::new();
        // A metric without a name or without a sample would be one, and there is none of either.
        if let Err(error) = TextEncoder::new().encode_utf8(&families, &mut text) {
            tracing::error!(%error, "the metrics cannot be written in full");
        }
        text
    }
}

fn pair((name, value): (&str, &str)) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name.to_owned());
    pair.set_value(value.to_owned());
    pair
}

/// An integer, to the nearest number that the format has.
#[expect(
    clippy::cast_precision_loss,
    reason = "the format has nothing else, and the JSON has every digit"
)]
pub fn whole(number: impl Into<i128>) -> f64 {
    number.into() as f64
}

/// A share, from hundredths of a percent.
pub fn share(Hundredths(hundredths): Hundredths) -> f64 {
    i128::try_from(hundredths).map_or(f64::INFINITY, whole) / 10_000.0
}

/// A time in seconds since 1970, to the millisecond.
pub fn time(at: Timestamp) -> f64 {
    whole(at.as_millisecond()) / 1000.0
}

/// A duration in seconds.
fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Named = ("some_bytes", "Some bytes.");

    fn text(fill: impl FnOnce(&mut Page)) -> String {
        let mut page = Page::default();
        fill(&mut page);
        page.text()
    }

    #[test]
    fn what_is_not_known_has_no_sample_and_no_name() {
        assert_eq!(text(|page| page.gauge(SOME, &[], None)), "");
        assert_eq!(text(|page| page.gauge(SOME, &[], f64::NAN)), "");
        let zero = text(|page| page.gauge(SOME, &[], 0.0));
        assert!(zero.ends_with("\nsome_bytes 0\n"), "{zero}");
    }

    #[test]
    fn a_share_beyond_any_other_is_a_sample() {
        let most = text(|page| page.gauge(SOME, &[], f64::INFINITY));
        assert!(most.ends_with("\nsome_bytes inf\n"), "{most}");
        let shares = [0, 9_001, 11_000].map(|of| share(Hundredths(of)).to_string());
        assert_eq!(shares, ["0", "0.9001", "1.1"]);
    }

    #[test]
    fn a_count_of_bytes_is_written_in_full() {
        let wrote = |bytes: u64| {
            let text = text(|page| page.gauge(SOME, &[], whole(bytes)));
            text.rsplit_once(' ').expect("a value").1.trim().to_owned()
        };
        assert_eq!(wrote(63_002_016_271_565), "63002016271565");
        assert_eq!(wrote((1 << 53) - 1), "9007199254740991");
        assert_eq!(wrote(1 << 53), "9007199254740992");
    }

    #[test]
    fn exactly_one_word_of_a_choice_holds() {
        let words = ["a", "b", "c"];
        let text = text(|page| page.choice(SOME, &[], ("word", &words), "b"));
        let samples: Vec<&str> = text.lines().skip(2).collect();
        let expected = [
            "some_bytes{word=\"a\"} 0",
            "some_bytes{word=\"b\"} 1",
            "some_bytes{word=\"c\"} 0",
        ];
        assert_eq!(samples, expected);
    }

    #[test]
    fn what_a_peer_said_cannot_leave_its_label() {
        let odd = "a\"} 1\nvhi_usage_up \\";
        let text = text(|page| page.gauge(SOME, &[("word", odd)], 1.0));
        let sample = "some_bytes{word=\"a\\\"} 1\\nvhi_usage_up \\\\\"} 1";
        assert_eq!(text.lines().nth(2), Some(sample));
        assert_eq!(text.lines().count(), 3);
    }
}
