//! A check of fixed figures, made by hand: a node's text, and witnesses beside it.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{fs, path::Path};

use jiff::Timestamp;
use serde_json::Value;
use vhi_usage::{
    amount::SizeBase,
    cli::check::found::{Asked, Found},
    panel::error::PanelError,
    reading::{BaseInForce, Evidence, Source, Space, StorageReading},
    source::{compute_stat, error::SourceError, overview_body, printed, read::Read},
    vstorage::report,
};

/// The text of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The body of a fixture.
pub(crate) fn value(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

/// A second of the minute of the check.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-22T06:00:{time}Z").parse().unwrap()
}

/// The base that is in force where nobody has said another.
pub(crate) fn binary() -> BaseInForce {
    BaseInForce {
        base: SizeBase::Binary,
        configured: false,
    }
}

/// The node's fixed text.
pub(crate) fn node() -> Asked {
    printed(&fixture("check/report.txt"), binary())
}

/// What a node gives that prints this.
pub(crate) fn printed(text: &str, base: BaseInForce) -> Asked {
    let evidence = Evidence {
        text: text.as_bytes().to_vec(),
        node: Some("node1.example".to_owned()),
        command: Some("/usr/bin/vstorage -c cluster1 stat".to_owned()),
        at: at("01.872"),
    };
    let report = report::parse(text).unwrap();
    let reading = printed::reading(report, evidence.at, "node1.example".to_owned(), base);
    Asked {
        source: Source::Ssh,
        read: Read {
            reading: Ok(reading.unwrap()),
            evidence: Some(evidence),
        },
    }
}

/// What the panel's overview says.
pub(crate) fn overview() -> StorageReading {
    let license = value("check/license.json");
    let overview = value("check/overview.json");
    let reading = overview_body::reading(&overview, Some(&license), at("02.114"));
    reading.unwrap().0
}

/// A source that gave this.
pub(crate) fn asked(reading: StorageReading) -> Asked {
    Asked {
        source: reading.source,
        read: Read {
            reading: Ok(reading),
            evidence: None,
        },
    }
}

/// One percent more on the disks than the others see.
pub(crate) fn shifted() -> Asked {
    let mut reading = overview();
    reading.source = Source::Prometheus;
    reading.basis = Source::Prometheus.basis();
    reading.observed_at = at("00.000");
    reading.physical = Space::exact(63_630_000_000_000, 14_300_000_000_000);
    reading.license = None;
    reading.user_data = None;
    asked(reading)
}

/// A source whose peer refuses us.
pub(crate) fn unreached() -> Asked {
    let error = PanelError::Login {
        url: "https://panel.example:8888".to_owned(),
        user: "reader, Default".to_owned(),
        status: 401,
        next_try: at("42.000"),
    };
    Asked {
        source: Source::Grafana,
        read: Read {
            reading: Err(SourceError::Panel(error)),
            evidence: None,
        },
    }
}

/// What follows from all that.
pub(crate) fn found(billed: Asked, witnesses: Vec<Asked>) -> Found {
    let size_base = std::iter::once(&billed)
        .chain(&witnesses)
        .find_map(|it| it.reading()?.size_base);
    let (compute, _) = compute_stat::reading(&value("panel/compute-stat.json"), at("02.200"));
    Found::of(
        "cluster1".parse().unwrap(),
        billed,
        witnesses,
        size_base,
        "https://panel.example:8888".to_owned(),
        Ok(compute),
    )
}

/// All of them together.
pub(crate) fn whole() -> Found {
    found(node(), vec![asked(overview()), shifted(), unreached()])
}
