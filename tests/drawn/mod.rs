//! Values of every line drawn at random, and whole reports of them.

pub(crate) mod printer;
pub(crate) mod servers;
pub(crate) mod stored;
pub(crate) mod tables;
pub(crate) mod texts;
pub(crate) mod traffic;

use proptest::{option, prelude::*, sample::select};
use vhi_usage::vstorage::{report::StatReport, token::Size};

/// Reads what is drawn as text.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: String) -> T {
    text.parse().unwrap()
}

/// A size as text: up to four digits, up to three decimals, any unit of which a few are below 2^64 bytes.
pub(crate) fn size_text() -> impl Strategy<Value = String> + Clone {
    let with_unit = (
        "[0-9]{1,4}(\\.[0-9]{1,3})?",
        select(vec!["K", "M", "G", "T", "P"]),
    );
    prop_oneof![
        9 => with_unit.prop_map(|(number, unit)| format!("{number}{unit}B")),
        1 => "[0-9]{1,6}B",
    ]
}

pub(crate) fn size() -> impl Strategy<Value = Size> + Clone {
    size_text().prop_map(parsed)
}

/// What stands in brackets: anything but a bracket that closes, nothing at all, or no brackets.
pub(crate) fn tag() -> impl Strategy<Value = Option<String>> {
    option::of(prop_oneof![Just("OK".to_string()), "[ -Z^-~é…]{0,8}"])
}

/// The two lines without which there is no report, and no others.
pub(crate) fn head() -> impl Strategy<Value = StatReport> {
    let lines = (servers::cluster(), stored::space());
    lines.prop_map(|(cluster, space)| StatReport::new(cluster, space))
}

/// A report with any of its lines, in every form that is printed.
pub(crate) fn any_report() -> impl Strategy<Value = StatReport> {
    let servers = (
        option::of(servers::mds_nodes()),
        option::of(servers::cs_nodes()),
        option::of(servers::license()),
    );
    let stored = (
        option::of(stored::replication()),
        option::of(stored::chunks()),
        option::of(stored::fs()),
    );
    let tables = (
        option::of(tables::mds_table()),
        option::of(tables::cs_table()),
    );
    let all = (head(), servers, stored, traffic::io(), tables);
    all.prop_map(|(mut report, servers, stored, io, tables)| {
        (report.mds, report.cs, report.license) = servers;
        (report.replication, report.chunks, report.fs) = stored;
        report.io = io;
        (report.mds_table, report.cs_table) = tables;
        report
    })
}
