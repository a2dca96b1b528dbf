//! What holds for every report, for every answer that others give in JSON, and for every sum over time, drawn at random.
//!
//! `PROPTEST_CASES` says how many cases each property draws, else 1,000:
//! `PROPTEST_CASES=100000 cargo test --release --test properties` is the long run.

#[path = "properties/corrupted.rs"]
mod corrupted;
#[path = "properties/cut.rs"]
mod cut;
mod drawn;
#[path = "properties/figures.rs"]
mod figures;
#[path = "properties/floats.rs"]
mod floats;
#[path = "properties/growth.rs"]
mod growth;
#[path = "properties/interval.rs"]
mod interval;
#[path = "properties/lines.rs"]
mod lines;
#[path = "properties/metered.rs"]
mod metered;
#[path = "properties/months.rs"]
mod months;
#[path = "properties/noise.rs"]
mod noise;
#[path = "properties/overviews.rs"]
mod overviews;
#[path = "properties/seconds.rs"]
mod seconds;
#[path = "properties/witnesses.rs"]
mod witnesses;

use proptest::prelude::ProptestConfig;
use vhi_usage::{
    amount::SizeBase,
    vstorage::{
        kept::Kept,
        report::{self, StatReport},
    },
};

/// The two lines without which there is no report.
const HEADER: &str = "Cluster 'a': b\nSpace: allocatable 1B of 1B, free 1B of 1B\n";
const BASES: [SizeBase; 2] = [SizeBase::Binary, SizeBase::Decimal];

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").map_or(1000, |it| it.parse().unwrap());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// What was read, without where it stood.
fn bare(report: StatReport) -> StatReport {
    StatReport {
        unread: Vec::new(),
        read: Kept::default(),
        ..report
    }
}

/// What a text gives, without where it stood.
#[track_caller]
fn read(text: &str) -> StatReport {
    bare(report::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")))
}
